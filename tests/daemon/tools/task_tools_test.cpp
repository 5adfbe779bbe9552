// The tools of the group `tasks`, as clients see them.
#include <boost/json.hpp>
#include <chrono>
#include <deque>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/tools/tool_caller.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

json::object task(const std::string& id, const std::string& title = "do it") {
  return {{"task_id", id}, {"title", title}};
}

json::object by_id(const std::string& id) {
  return {{"task_id", id}};
}

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

std::string code(const json::object& error) {
  return text(error.at("code"));
}

std::vector<std::string> listed(ToolCaller& call, const json::object& filter) {
  std::vector<std::string> ids;
  const json::object page = call("list_tasks", filter);
  for (const json::value& item : page.at("tasks").as_array()) {
    ids.push_back(text(item.at("task_id")));
  }
  return ids;
}

std::vector<std::string> events(const json::object& got) {
  std::vector<std::string> names;
  for (const json::value& event : got.at("history").as_array()) names.push_back(text(event.at("event")));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a task goes from its definition to its end, and a restart changes nothing") {
  DaemonFixture daemon;
  {
    ToolCaller call(daemon.socket());
    json::object definition = task("build/walls", "Build the walls");
    definition["description"] = "Four of them.\n";
    definition["priority"] = "HIGH";
    definition["depends_on"] = json::array{"permit"};
    const json::object defined = call("define_task", definition);
    CHECK(defined.at("created").as_bool());
    CHECK_FALSE(defined.at("ready").as_bool());
    CHECK(defined.at("not_defined") == json::array{"permit"});
    CHECK_FALSE(call("define_task", definition).at("created").as_bool());
    definition["priority"] = "LOW";
    const json::object other = call.refused("define_task", definition);
    CHECK(code(other) == "already_exists");
    CHECK(text(other.at("message")).find("priority is HIGH, given LOW") != std::string::npos);
    CHECK(call("define_task", task("permit")).at("ready").as_bool());
    CHECK(code(call.refused("claim_task", by_id("build/walls"))) == "conflict");
  }
  daemon.restart();
  ToolCaller call(daemon.socket(), "d");
  call("update_task", {{"task_id", "permit"}, {"status", "done"}, {"note", "granted"}});
  const json::object claimed = call("claim_task", {{"ttl_seconds", 60}});
  REQUIRE(claimed.at("claimed").as_bool());
  const json::object& walls = claimed.at("task").as_object();
  CHECK(text(walls.at("task_id")) == "build/walls");
  CHECK(text(walls.at("description")) == "Four of them.\n");
  CHECK(walls.at("claim").at("yours").as_bool());
  const json::object nothing = call("claim_task", {});
  CHECK_FALSE(nothing.at("claimed").as_bool());
  CHECK(text(nothing.at("reason")) == "No task is ready.");
  CHECK(nothing.at("counts").at("in_progress") == 1);

  ToolCaller late(daemon.socket(), "b");
  const json::object taken = late.refused("claim_task", by_id("build/walls"));
  CHECK(code(taken) == "conflict");
  CHECK(text(taken.at("message")).find("is claimed by a session (client") != std::string::npos);
  CHECK(code(late.refused("update_task", {{"task_id", "build/walls"}, {"progress", 1}})) == "not_owner");
  CHECK_FALSE(late("get_task", by_id("build/walls")).at("task").at("claim").at("yours").as_bool());

  call("update_task", {{"task_id", "build/walls"}, {"progress", 50}, {"note", "two of four"}});
  const json::object done = call("update_task", {{"task_id", "build/walls"}, {"status", "done"}});
  CHECK(done.at("task").at("progress") == 100);
  const json::object got = call("get_task", by_id("build/walls"));
  CHECK(events(got) == Names{"claimed", "updated", "updated"});
  CHECK(text(got.at("history").as_array()[1].at("note")) == "two of four");
  daemon.restart();
  ToolCaller after(daemon.socket(), "c");
  CHECK(after("get_task", by_id("build/walls")) == got);
  CHECK(events(after("get_task", {{"task_id", "build/walls"}, {"history", 1}})) == Names{"updated"});
  CHECK(after("get_task", {{"task_id", "build/walls"}, {"history", 0}}).at("history").as_array().empty());
}

TEST_CASE("an agent's claim ends when its session is over, and the next one goes on") {
  DaemonFixture daemon;
  ToolCaller other(daemon.socket(), "b");
  other("define_task", task("t"));
  {
    TestClient owner(daemon.socket());
    owner.hello("a");
    owner.call(1, "register_agent", R"({"agent_id":"painter"})");
    const json::object claimed = owner.call(2, "claim_task", "{}");
    CHECK(text(claimed.at("task").at("claim").at("agent_id")) == "painter");
    CHECK(code(other.refused("claim_task", by_id("t"))) == "conflict");
    owner.goodbye();
    owner.health();
  }
  // The connection's end is seen some time later.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!other("claim_task", {}).at("claimed").as_bool()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
  const json::object shown = other("get_task", by_id("t"));
  CHECK(events(shown) == Names{"claimed", "owner_gone", "claimed"});
  CHECK(shown.at("task").at("claims") == 2);
  const json::object log = other("query_audit_log", {{"event", "task_claim_ended"}});
  CHECK(log.at("entries").as_array().size() == 1);
}

TEST_CASE("a claim whose time is up is another's for the asking") {
  DaemonFixture daemon;
  ToolCaller first(daemon.socket(), "a");
  ToolCaller second(daemon.socket(), "b");
  first("define_task", task("t"));
  first("claim_task", {{"task_id", "t"}, {"ttl_seconds", 5}});
  DaemonFixture::advance_clock(std::chrono::seconds(4));
  first("update_task", by_id("t"));  // a sign of life
  DaemonFixture::advance_clock(std::chrono::seconds(4));
  CHECK(code(second.refused("claim_task", by_id("t"))) == "conflict");
  DaemonFixture::advance_clock(std::chrono::seconds(2));
  CHECK(second("claim_task", {}).at("claimed").as_bool());
  CHECK(code(first.refused("update_task", {{"task_id", "t"}, {"status", "done"}})) == "not_owner");
}

TEST_CASE("a list of tasks is filtered and comes page by page, in the order of definition") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  Names all;
  for (int i = 0; i < 25; ++i) {
    json::object definition = task("t" + std::to_string(i), i % 2 == 0 ? "even" : "odd");
    if (i % 5 == 0) definition["agent"] = "painter";
    if (i == 24) definition["priority"] = "CRITICAL";
    if (i == 3) definition["depends_on"] = json::array{"t4"};
    call("define_task", definition);
    all.push_back(text(definition.at("task_id")));
  }
  Names pages;
  json::object query{{"limit", 10}};
  for (int page = 0; page < 3; ++page) {
    const json::object got = call("list_tasks", query);
    for (const json::value& item : got.at("tasks").as_array()) pages.push_back(text(item.at("task_id")));
    CHECK(got.at("counts").at("total") == 25);
    CHECK(got.at("counts").at("ready") == 24);
    CHECK((got.if_contains("next_cursor") != nullptr) == (page < 2));
    if (page < 2) query["cursor"] = got.at("next_cursor");
  }
  CHECK(pages == all);
  CHECK(listed(call, {{"agent", "painter"}}) == Names{"t0", "t5", "t10", "t15", "t20"});
  CHECK(listed(call, {{"priority", "CRITICAL"}}) == Names{"t24"});
  CHECK(listed(call, {{"text", "odd"}, {"limit", 3}}) == Names{"t1", "t3", "t5"});
  CHECK(listed(call, {{"text", "odd"}, {"ready", true}, {"limit", 3}}) == Names{"t1", "t5", "t7"});
  call("claim_task", by_id("t7"));
  CHECK(listed(call, {{"status", "in_progress"}}) == Names{"t7"});
  CHECK(listed(call, {{"status", "done"}}).empty());
}

TEST_CASE("a description may come from a file; the same text is the same definition") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  const TemporaryDirectory directory;
  const auto write = [&](const std::string& name, const std::string& content) {
    std::ofstream(directory.file(name), std::ios::binary) << content;
    return directory.file(name);
  };
  const auto from = [](const std::string& path) {
    json::object definition = task("t");
    definition["task_file"] = path;
    return definition;
  };
  CHECK(call("define_task", from(write("one.md", "the text\n"))).at("created").as_bool());
  CHECK_FALSE(call("define_task", from(write("two.md", "the text\n"))).at("created").as_bool());
  json::object in_words = task("t");
  in_words["description"] = "the text\n";
  CHECK_FALSE(call("define_task", in_words).at("created").as_bool());
  write("one.md", "another text\n");
  const json::object other = call.refused("define_task", from(directory.file("one.md")));
  CHECK(code(other) == "already_exists");
  CHECK(text(other.at("message")).find("description is") != std::string::npos);
  const json::object got = call("get_task", by_id("t"));
  CHECK(text(got.at("task").at("description")) == "the text\n");
  CHECK(text(got.at("task").at("task_file")) == directory.file("one.md"));

  const auto refused = [&](const json::object& definition, std::string_view part) {
    const json::object error = call.refused("define_task", definition);
    INFO(text(error.at("message")));
    CHECK(text(error.at("field")) == "task_file");
    CHECK(text(error.at("message")).find(part) != std::string::npos);
  };
  refused(from(directory.file("missing")), "cannot be read");
  refused(from(directory.path()), "no regular file");
  refused(from("/dev/zero"), "no regular file");
  refused(from(write("long", std::string(65'537, 'x'))), "more than 65536 bytes");
  refused(from(write("binary", "\xff\xfe")), "UTF-8");
  refused(from(write("nul", std::string("a\0b", 3))), "UTF-8");
  refused(from(""), "no path");
  in_words["task_file"] = "one.md";
  refused(in_words, "beside a description");
  CHECK(call("define_task",
             {{"task_id", "u"}, {"title", "u"}, {"task_file", write("full", std::string(65'536, 'x'))}})
            .at("created")
            .as_bool());
}

TEST_CASE("wrong arguments are refused by name") {
  DaemonFixture daemon;
  ToolCaller call(daemon.socket());
  const auto field = [&](std::string_view tool, const json::object& arguments) {
    const json::object error = call.refused(tool, arguments);
    CHECK(code(error) == "invalid_argument");
    return text(error.at("field"));
  };
  CHECK(field("define_task", {{"title", "x"}}) == "task_id");
  CHECK(field("define_task", {{"task_id", "x"}}) == "title");
  CHECK(field("define_task", {{"task_id", "x"}, {"title", ""}}) == "title");
  CHECK(field("define_task", task("a b")) == "task_id");
  CHECK(field("define_task", task(std::string(129, 'x'))) == "task_id");
  CHECK(field("define_task", {{"task_id", "x"}, {"title", "x"}, {"depends_on", {"ok", "no t"}}}) ==
        "depends_on[1]");
  CHECK(field("define_task", {{"task_id", "x"}, {"title", "x"}, {"priority", "high"}}) == "priority");
  CHECK(field("update_task", {{"task_id", "x"}, {"progress", 101}}) == "progress");
  CHECK(field("update_task", {{"status", "done"}}) == "task_id");
  CHECK(field("claim_task", {{"ttl_seconds", 86'401}}) == "ttl_seconds");
  CHECK(code(call.refused("get_task", by_id("x"))) == "not_found");
  CHECK(code(call.refused("update_task", by_id("x"))) == "not_found");
  CHECK(code(call.refused("claim_task", {{"agent_id", "nobody"}})) == "not_found");
}

TEST_CASE("of many clients that claim at once each task is one client's") {
  DaemonFixture daemon({.io_threads = 4});
  constexpr int kClients = 8;
  constexpr std::uint64_t kClaims = 8;
  constexpr int kTasks = 60;
  ToolCaller call(daemon.socket());
  for (int i = 0; i < kTasks; ++i) call("define_task", task("t" + std::to_string(i)));
  std::deque<TestClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(daemon.socket()).hello("b" + std::to_string(i));
  }
  for (std::uint64_t line = 1; line <= kClaims; ++line) {
    for (TestClient& client : clients) client.send_tool(line, "claim_task", "{}");
  }
  Names got;
  for (TestClient& client : clients) {
    for (std::uint64_t line = 1; line <= kClaims; ++line) {
      const json::object claimed = client.result(line);
      if (claimed.at("claimed").as_bool()) got.push_back(text(claimed.at("task").at("task_id")));
    }
  }
  CHECK(got.size() == kTasks);
  CHECK(std::set<std::string>(got.begin(), got.end()).size() == kTasks);
}
