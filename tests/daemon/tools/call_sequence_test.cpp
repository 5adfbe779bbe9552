// Calls that are parts of one, without a store or sockets.
#include "daemon/tools/call_sequence.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;

namespace {

/// Gives these steps, and writes down how it was run.
class ScriptedPart final : public ToolCall {
 public:
  ScriptedPart(std::string name, std::vector<Step> steps, std::vector<std::string>& log)
      : name_(std::move(name)), steps_(std::move(steps)), log_(log) {}

  Step run(CallContext& context) override {
    if (context.begins) at_ = 0;
    log_.push_back(name_ + (context.begins ? " begins" : " goes on"));
    return steps_.at(at_++);
  }
  void finish_unseen(CallContext&) override { log_.push_back(name_ + " finishes"); }

 private:
  std::string name_;
  std::vector<Step> steps_;
  std::vector<std::string>& log_;
  std::size_t at_ = 0;
};

struct SequenceRun {
  void add(std::string name, std::vector<Step> steps) {
    parts.push_back(std::make_unique<ScriptedPart>(std::move(name), std::move(steps), log));
  }
  void make() { sequence = CallSequence(std::move(parts)); }

  std::optional<Step> run(bool begins) {
    CallContext context{state, {}, 1, changes};
    context.begins = begins;
    auto step = sequence.run(
        context, [&](std::size_t at, const std::string& answer) { taken.emplace_back(at, answer); });
    CHECK(context.begins == begins);
    return step;
  }

  core::State state{core::Thresholds{}, core::StateSeed{}};
  core::Changes changes;
  std::vector<std::string> log;
  std::vector<std::unique_ptr<ToolCall>> parts;
  CallSequence sequence;
  std::vector<std::pair<std::size_t, std::string>> taken;
};

using Log = std::vector<std::string>;
using Taken = std::vector<std::pair<std::size_t, std::string>>;

}  // namespace

TEST_CASE_METHOD(SequenceRun, "each call begins once, when the one before it has answered") {
  add("one", {Load{{"a"}}, std::string("1")});
  add("two", {std::string("2")});
  add("three", {Wait{}, Wait{}, std::string("3")});
  make();
  const auto load = run(true);
  REQUIRE(load);
  CHECK(std::get<Load>(*load).agents == Log{"a"});
  CHECK(taken.empty());
  const auto wait = run(false);
  REQUIRE(wait);
  CHECK(std::holds_alternative<Wait>(*wait));
  CHECK(taken == Taken{{0, "1"}, {1, "2"}});
  REQUIRE(run(false));
  CHECK_FALSE(run(false));
  CHECK(taken == Taken{{0, "1"}, {1, "2"}, {2, "3"}});
  CHECK(log ==
        Log{"one begins", "one goes on", "two begins", "three begins", "three goes on", "three goes on"});
}

TEST_CASE_METHOD(SequenceRun, "a sequence that begins anew begins with its first call") {
  add("one", {std::string("1")});
  add("two", {Wait{}, std::string("2")});
  make();
  REQUIRE(run(true));
  taken.clear();
  log.clear();
  REQUIRE(run(true));
  CHECK(taken == Taken{{0, "1"}});
  CHECK(log == Log{"one begins", "two begins"});
  CHECK_FALSE(run(false));
}

TEST_CASE_METHOD(SequenceRun, "an error ends it, and the calls behind it never begin") {
  add("one", {core::Error(core::ErrorCode::not_found, "nothing", "look elsewhere")});
  add("two", {std::string("2")});
  make();
  const auto step = run(true);
  REQUIRE(step);
  CHECK_FALSE(std::get<Answer>(*step).result);
  CHECK(taken.empty());
  CHECK(log == Log{"one begins"});
}

TEST_CASE_METHOD(SequenceRun, "who is not waited for any more finishes the call at hand alone") {
  add("one", {std::string("1")});
  add("two", {Work{}, std::string("2")});
  add("three", {std::string("3")});
  make();
  CallContext context{state, {}, 1, changes};
  sequence.finish_unseen(context);  // none has begun
  REQUIRE(run(true));
  sequence.finish_unseen(context);
  CHECK(log == Log{"one begins", "two begins", "two finishes"});
}

TEST_CASE_METHOD(SequenceRun, "a sequence of nothing is over at once") {
  make();
  CHECK_FALSE(run(true));
}
