// Sequences of steps, without sockets, store or files: what would be read or worked on is left out or given
// by hand.
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/files/file_services.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/store/open_store.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon;

namespace {

/// Takes calls through their steps as the owner of the state does.
struct CallDriver {
  CallDriver() {
    bool resumed = false;
    core::Session session;
    session.id = "a";
    caller.session = state.open_session(std::move(session), resumed, changes).key;
    changes.clear();
  }

  /// Of a tool, or of a request of governor's own.
  std::unique_ptr<ToolCall> call(std::string_view name, const boost::json::object& arguments = {}) {
    const Operation* operation = find_tool(name);
    if (operation == nullptr) operation = find_governor_request(name);
    auto parsed = operation->parse(arguments, {facts, counters, [](std::size_t) { return std::string(); }});
    REQUIRE(parsed);
    begins = true;
    return std::move(*parsed);
  }

  /// The next step that is not to load agents: none of them is in the store.
  Step next(ToolCall& call) {
    for (;;) {
      CallContext context{state, caller, ++now, changes};
      context.begins = std::exchange(begins, false);
      context.shared = shared;
      Step step = call.run(context);
      const auto* load = std::get_if<Load>(&step);
      if (load == nullptr) return step;
      loaded = load->agents;
      for (const std::string& id : loaded) state.insert_absent(id);
    }
  }

  Answer answer(ToolCall& call) {
    Step step = next(call);
    REQUIRE(std::holds_alternative<Answer>(step));
    return std::get<Answer>(std::move(step));
  }

  core::State state{core::Thresholds{}, core::StateSeed{}};
  core::Caller caller;
  core::Changes changes;
  std::int64_t now = 1'000'000;
  ServerFacts facts;
  Counters counters;
  bool begins = true;
  SharedWorkspaces* shared = nullptr;
  std::vector<std::string> loaded;
};

}  // namespace

TEST_CASE("an update loads its agent and depends on that alone") {
  CallDriver driver;
  const auto call = driver.call("process_agent_update", {{"agent_id", "one"}});
  const Answer answer = driver.answer(*call);
  CHECK(driver.loaded == std::vector<std::string>{"one"});
  CHECK(answer.result);
  CHECK(answer.depends == Depends::its_agents);
  CHECK_FALSE(driver.changes.empty());
}

TEST_CASE("a refusal depends on no more than the answer would") {
  CallDriver driver;
  const auto call = driver.call("get_governance_metrics", {{"agent_id", "nobody"}});
  const Answer answer = driver.answer(*call);
  REQUIRE_FALSE(answer.result);
  CHECK(answer.result.error().code == core::ErrorCode::not_found);
  CHECK(answer.depends == Depends::its_agents);
}

TEST_CASE("an answer depends on everything unless it says otherwise") {
  CallDriver driver;
  CHECK(driver.answer(*driver.call("claim_task", {})).depends == Depends::everything);
  CHECK(driver.answer(*driver.call("list_leases", {})).depends == Depends::everything);
  CHECK(driver.answer(*driver.call("get_thresholds", {})).depends == Depends::everything);
  CHECK(driver.answer(*driver.call("health_check", {})).depends == Depends::nothing);
}

TEST_CASE("a history loads its agent, reads the store once, and answers") {
  CallDriver driver;
  const auto call = driver.call("get_system_history", {{"agent_id", "one"}});
  const Step read = driver.next(*call);
  CHECK(driver.loaded == std::vector<std::string>{"one"});
  REQUIRE(std::holds_alternative<Read>(read));
  CHECK(std::get<Read>(read).depends == Depends::its_agents);
  CHECK_FALSE(std::get<Read>(read).again());
  CHECK(driver.answer(*call).depends == Depends::its_agents);
}

TEST_CASE("a call that begins anew names its agent as the state of then has it") {
  CallDriver driver;
  core::Session& session = *driver.state.find_session(driver.caller.session);
  session.agent_id = "first";
  const auto call = driver.call("get_system_history", {});
  REQUIRE(std::holds_alternative<Read>(driver.next(*call)));
  CHECK(driver.loaded == std::vector<std::string>{"first"});
  session.agent_id = "second";
  driver.begins = true;
  static_cast<void>(driver.next(*call));
  CHECK(driver.loaded == std::vector<std::string>{"second"});
}

TEST_CASE("backups are listed by way of the path, the store and the file") {
  CallDriver driver;
  const auto call = driver.call("list_backups", {{"path", "/project/file"}});
  const Step resolve = driver.next(*call);
  REQUIRE(std::holds_alternative<Work>(resolve));
  CHECK(std::get<Work>(resolve).place == "/project/file");
  CHECK(std::holds_alternative<Read>(driver.next(*call)));
  CHECK(std::holds_alternative<Work>(driver.next(*call)));
  CHECK(driver.answer(*call).result);
  CHECK(driver.changes.empty());
}

TEST_CASE("a grant whose line comes again before the files were read is told with them") {
  CallDriver driver;
  const boost::json::object wish{{"paths", {"/nowhere/a"}}, {"wait_seconds", 60}};
  core::Session other;
  other.id = "b";
  bool resumed = false;
  const core::SessionKey holder = driver.state.open_session(std::move(other), resumed, driver.changes).key;
  core::LeaseCommand held;
  held.paths = {{core::PathPattern::literal("/nowhere/a")}};
  held.ttl_us = 60'000'000;
  const auto lease = driver.state.request_lease({holder, 0}, std::move(held), ++driver.now, driver.changes);
  REQUIRE(lease);
  TemporaryDirectory directory;
  FileServices files(directory.path(), {});
  driver.caller.line = 7;
  const auto work = [&](const Step& step) { std::get<Work>(step).function(files); };

  const auto first = driver.call("request_write", wish);
  work(driver.next(*first));
  REQUIRE(std::holds_alternative<Wait>(driver.next(*first)));
  REQUIRE(driver.state.release_lease({holder, 0}, lease->lease.key, ++driver.now, driver.changes));
  driver.changes.clear();
  REQUIRE(std::holds_alternative<Work>(driver.next(*first)));  // and the daemon dies
  const core::AnswerSaved* saved = nullptr;
  for (const core::Change& change : driver.changes)
    if (const auto* answer = std::get_if<core::AnswerSaved>(&change)) saved = answer;
  REQUIRE(saved != nullptr);
  CHECK(saved->answer.kind == core::Answer::Kind::grant);

  const core::Answer stored = saved->answer;
  const auto again = driver.call("request_write", wish);
  const auto opened = open_store(directory.path());
  REQUIRE(opened);
  const auto replayed = again->replay(*opened->store, stored);
  REQUIRE(replayed);
  REQUIRE_FALSE(*replayed);
  work(driver.next(*again));
  const Answer answer = driver.answer(*again);
  REQUIRE(answer.result);
  const auto told = boost::json::parse(*answer.result).as_object();
  CHECK(told.at("status").as_string() == "granted");
  CHECK(told.at("lease").as_int64() == stored.target);
  CHECK(told.at("created").as_bool());
  CHECK(told.at("files").as_array().size() == 1);
}

TEST_CASE("what is shared is asked of other machines with the place here kept, and in time only") {
  CallDriver driver;
  const auto shared = std::make_shared<SharedWorkspaces>(SharedWorkspaces::Settings{});
  driver.shared = shared.get();
  TemporaryDirectory directory;
  FileServices files(directory.path(), {});
  files.share_with([](core::LeasePath& path) {
    path.shared = {"w", core::PathPattern::literal("/a")};
    return std::nullopt;
  });
  const auto call =
      driver.call("request_write", {{"paths", {"/nowhere/a"}}, {"wait_seconds", 9}, {"reason", "why"}});
  const Step work = driver.next(*call);
  REQUIRE(std::holds_alternative<Work>(work));
  std::get<Work>(work).function(files);
  const Step step = driver.next(*call);
  REQUIRE(std::holds_alternative<Share>(step));
  const Share& share = std::get<Share>(step);
  CHECK(share.question.workspace == "w");
  CHECK(share.question.patterns == std::vector{core::PathPattern::literal("/a")});
  CHECK(share.question.wait_us == 9'000'000);
  CHECK(share.question.reason == "why");
  CHECK(driver.state.leases().waiters().contains(share.wait.waiter));
  // Granted, but it has not joined: the answer was too long on its way.
  SharedAnswer answer;
  answer.verdict.lease = share.question.lease;
  answer.verdict.is_granted = true;
  share.take(std::move(answer));
  const Answer refused = driver.answer(*call);
  REQUIRE_FALSE(refused.result);
  CHECK(refused.result.error().code == core::ErrorCode::storage_unavailable);
  CHECK(driver.state.leases().open().empty());
  CHECK(driver.state.leases().waiters().empty());
}

TEST_CASE("pruning measures, reads, removes and then forgets") {
  CallDriver driver;
  const auto call = driver.call("governor/prune_backups");
  CHECK(std::holds_alternative<Work>(driver.next(*call)));
  CHECK(std::holds_alternative<Read>(driver.next(*call)));
  const Step remove = driver.next(*call);
  REQUIRE(std::holds_alternative<Work>(remove));
  CHECK_FALSE(std::get<Work>(remove).after_commit);
  CHECK(driver.answer(*call).result);
  CHECK(driver.changes.empty());  // nothing was found
}
