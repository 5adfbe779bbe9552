#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

json::object entry(int number, int second) {
  return {{"entry", "a" + std::to_string(number)},
          {"timestamp", "2025-11-21T10:00:0" + std::to_string(second) + ".000000Z"},
          {"event", "refused"},
          {"agent_id", "ada"},
          {"who", {{"client", "cursor"}, {"pid", 4711}}},
          {"detail", "detail " + std::to_string(number)}};
}

json::object page(json::array entries, const char* cursor = nullptr) {
  const auto count = entries.size();
  json::object made = {{"entries", std::move(entries)}, {"count", count}};
  if (cursor != nullptr) made["next_cursor"] = cursor;
  return made;
}

}  // namespace

TEST_CASE("the audit log is shown with its filters, page by page", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("query_audit_log", {page({entry(3, 3), entry(2, 2)}, "a2u9"), page({entry(1, 1)})});
  const auto run = daemon.run({"audit", "--agent", "ada", "--event", "refused", "--since", "2025-11-21",
                               "--until", "2025-11-22", "--rows", "500"});
  CHECK(run.code == 0);
  CHECK(run.out.find("detail 3") < run.out.find("detail 2"));
  CHECK(run.out.find("detail 2") < run.out.find("detail 1"));
  CHECK(contains(run.out, "cursor, pid 4711"));
  REQUIRE(daemon.calls().size() == 2);
  const json::object first = daemon.calls()[0].arguments;
  CHECK(first.at("agent_id").as_string() == "ada");
  CHECK(first.at("event").as_string() == "refused");
  CHECK(first.at("since").as_string() == "2025-11-21");
  CHECK(first.at("until").as_string() == "2025-11-22");
  CHECK(daemon.last().at("cursor").as_string() == "a2u9");
}

TEST_CASE("the audit log says on whose behalf each thing was done", "[ctl]") {
  RecordingDaemon daemon;
  json::array entries;
  int number = 9;
  for (const json::object& who :
       {json::object{{"kind", "person"}, {"client", "governorctl"}, {"pid", 7}},
        json::object{{"kind", "agent"}, {"agent_id", "ada"}, {"client", "cursor"}, {"pid", 8}},
        json::object{{"kind", "agent"}, {"client", "zed"}, {"pid", 9}},
        json::object{{"kind", "hook"}, {"agent_id", "cc-1"}, {"client", "claude-code"}},
        json::object{{"kind", "governor"}, {"client", "governord"}}}) {
    entries.push_back(entry(--number, 1));
    entries.back().as_object()["who"] = who;
  }
  daemon.will_answer("query_audit_log", {page(entries)});
  const auto run = daemon.run({"audit"});
  for (const char* text : {"a person (governorctl, pid 7)", "agent ada (cursor, pid 8)", "zed, pid 9",
                           "hook of cc-1 (claude-code)", "  governor  "}) {
    INFO(text << "\n" << run.out);
    CHECK(contains(run.out, text));
  }
  CHECK(daemon.role() == "person");
}

TEST_CASE("following writes each entry once, the oldest first", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("query_audit_log", {page({entry(2, 2), entry(1, 1)}),
                                         page({entry(4, 2), entry(3, 2), entry(2, 2)}), page({entry(4, 2)})});
  const auto run = daemon.run({"audit", "--follow", "--for", "1.2"});
  CHECK(run.code == 0);
  std::size_t before = 0;
  for (int number = 1; number <= 4; ++number) {
    INFO(number);
    const auto at = run.out.find("detail " + std::to_string(number));
    REQUIRE(at != std::string::npos);
    CHECK(at >= before);
    CHECK(run.out.find("detail " + std::to_string(number), at + 1) == std::string::npos);
    before = at;
  }
  REQUIRE(daemon.calls().size() >= 3);
  CHECK(daemon.calls()[1].arguments.at("since").as_string() == "2025-11-21T10:00:02.000000Z");
  CHECK(daemon.run({"audit", "--for", "1"}).code == 2);
}

TEST_CASE("following goes on with the next daemon, and says so", "[ctl]") {
  const TemporaryDirectory directory;
  std::promise<void> first_asked;
  std::promise<std::string> second_asked;
  auto daemon = std::make_optional<FakeDaemon>(
      directory.path(), [&, asked = false](auto method, const auto&) mutable -> std::optional<json::value> {
        if (method != "tools/call") return std::nullopt;
        if (!std::exchange(asked, true)) first_asked.set_value();
        return tool_result(page({entry(1, 1)}));
      });
  auto run = std::async(std::launch::async, [&] {
    return run_governorctl(directory.path(), {"audit", "--follow", "--for", "4"}, false);
  });
  REQUIRE(first_asked.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  daemon.reset();
  daemon.emplace(
      directory.path(),
      [&, asked = false](auto method, const json::object& params) mutable -> std::optional<json::value> {
        if (method != "tools/call") return std::nullopt;
        const auto& arguments = params.at("arguments").as_object();
        if (!std::exchange(asked, true)) second_asked.set_value(json::serialize(arguments));
        return tool_result(page({entry(2, 2)}));
      });
  const Run followed = run.get();
  CHECK(followed.code == 0);
  CHECK(contains(followed.out, "detail 1"));
  CHECK(contains(followed.out, "detail 2"));
  CHECK(followed.out.find("detail 2", followed.out.find("detail 2") + 1) == std::string::npos);
  CHECK(contains(followed.err, "the daemon is gone"));
  CHECK(contains(followed.err, "a daemon is there again"));
  CHECK(contains(second_asked.get_future().get(), "2025-11-21T10:00:01.000000Z"));
}

TEST_CASE("who never found a daemon to follow is told so at once", "[ctl]") {
  const TemporaryDirectory directory;
  CHECK(run_governorctl(directory.path(), {"audit", "--follow"}, false).code == 3);
}

TEST_CASE("verify says whether the log is intact, and the exit code too", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/audit_verify",
                     {{{"ok", true}, {"entries", 1234}, {"updates", 5}, {"problems", json::array()}}});
  const auto intact = daemon.run({"audit", "verify"});
  CHECK(intact.code == 0);
  CHECK(intact.out == "intact: 1,234 entries of the audit log and 5 updates were checked\n");
  const json::object problem = {{"table", "audit"}, {"entry", 17}, {"problem", "its hash is another"}};
  daemon.will_answer("governor/audit_verify",
                     {{{"ok", false}, {"entries", 1234}, {"updates", 5}, {"problems", {problem}}}});
  const auto tampered = daemon.run({"audit", "verify"});
  CHECK(tampered.code == 4);
  CHECK(contains(tampered.out, "NOT INTACT"));
  CHECK(contains(tampered.out, "audit     17  its hash is another"));
  const auto machine = daemon.run({"audit", "verify", "--json"});
  CHECK(machine.code == 4);
  CHECK_FALSE(json::parse(machine.out).at("ok").as_bool());
}

TEST_CASE("how long to follow is said with a unit or in seconds, and what is no time is refused", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("query_audit_log", {{{"entries", json::array()}, {"count", 0}}});
  CHECK(daemon.run({"audit", "--follow", "--for", "0.1"}).code == 0);
  CHECK(daemon.run({"audit", "--follow", "--for", "1s"}).code == 0);
  for (const char* wrong : {"soon", "-1", "0", "5x"}) {
    CAPTURE(wrong);
    CHECK(daemon.run({"audit", "--follow", "--for", wrong}).code == 2);
  }
}
