// What hooks are told, and whom they act for.
#include "tests/daemon/tools/guard_fixture.hpp"

#include "tests/support/forked_child.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
using namespace std::chrono_literals;

TEST_CASE("a hook's write of settings is judged by what they will hold") {
  Guarded guarded;
  const std::string settings = guarded.make_file("settings.json", 0);
  const std::string guard =
      R"({"hooks":{"PreToolUse":[{"hooks":[{"command":"governorctl guard claude-code"}]}]}})";
  const auto decision = [&](const char* content) {
    json::object params = guarded.hook("abcdef1234567890", settings);
    if (content != nullptr) params["content"] = content;
    const auto answer = guarded.ask("governor/guard_write", params);
    if (answer.at("decision").as_string() == "allow") guarded.done("abcdef1234567890", settings);
    return std::string(answer.at("decision").as_string());
  };
  CHECK(decision(R"({"disableAllHooks":true})") == "deny");
  CHECK(decision(R"({"model":"x"})") == "allow");
  CHECK(decision(nullptr) == "ask");
  std::ofstream(settings) << guard;
  CHECK(decision("{}") == "deny");
  CHECK(decision(guard.c_str()) == "allow");
  CHECK(decision(nullptr) == "deny");
}

TEST_CASE("a hook is granted the file for an agent of its own, until the tool is done") {
  Guarded guarded;
  Someone someone(guarded.daemon, "a");
  const std::string path = guarded.make_file("a.cpp", 10);
  const auto granted = guarded.write("abcdef1234567890", path, 12);
  CHECK(granted.at("decision").as_string() == "allow");
  CHECK(granted.at("code").as_string() == "granted");
  CHECK(granted.at("path").as_string() == path);
  const auto leases = someone.leases();
  REQUIRE(leases.size() == 1);
  CHECK(leases[0].at("lease") == granted.at("lease"));
  CHECK(leases[0].at("agent_id").as_string() == "claude-code-abcdef12");
  CHECK(leases[0].at("client").as_string() == "claude-code");
  CHECK(leases[0].at("pid").as_int64() == ::getpid());
  CHECK(leases[0].at("direct").as_bool());
  CHECK(leases[0].at("reason").as_string() == "claude-code Write");
  CHECK_FALSE(guarded.done("abcdef1234567890", path).at("loop").as_bool());
  CHECK(someone.leases().empty());
  CHECK(someone.call("list_agents", {}).at("agents").as_array().size() == 1);
  // A second write opens nothing new.
  CHECK(guarded.write("abcdef1234567890", path, 12).at("decision").as_string() == "allow");
  CHECK(guarded.daemon.stored(
            "SELECT count(*) FROM audit WHERE event = 'session_opened' AND detail LIKE '%claude%'") == 0);
}

TEST_CASE("a file that another holds is denied with who, since when, and what to do") {
  Guarded guarded;
  Someone holder(guarded.daemon, "a");
  const std::string path = guarded.make_file("a.cpp", 10);
  const auto lease = holder.take(path);
  const auto denied = guarded.write("s-1", path, 12);
  CHECK(denied.at("decision").as_string() == "deny");
  CHECK(denied.at("code").as_string() == "held");
  CHECK(denied.at("lease").is_null());
  CHECK(contains(denied.at("reason"), "pid " + std::to_string(::getpid())));
  CHECK(contains(denied.at("reason"), "mine"));
  CHECK(contains(denied.at("reason"), lease.at("until").as_string()));
  CHECK(contains(denied.at("reason"), "Nothing was written"));
  CHECK(guarded.daemon.stored("SELECT count(*) FROM audit WHERE event = 'guard_refused'") == 1);
  holder.call("release_write", {{"lease", lease.at("lease")}});
  CHECK(guarded.write("s-1", path, 12).at("decision").as_string() == "allow");
}

TEST_CASE("two sessions of one tool are two writers") {
  Guarded guarded;
  const std::string path = guarded.make_file("a.cpp", 10);
  CHECK(guarded.write("11111111-a", path, 12).at("decision").as_string() == "allow");
  CHECK(guarded.write("22222222-b", path, 12).at("code").as_string() == "held");
  CHECK(guarded.write("11111111-a", path, 13).at("decision").as_string() == "allow");
  guarded.done("22222222-b", path);  // takes nothing from the other
  CHECK(guarded.write("22222222-b", path, 12).at("code").as_string() == "held");
}

TEST_CASE("a hook that waits gets the file when it is free, or is told at the end of its time") {
  Guarded guarded;
  Someone holder(guarded.daemon, "a");
  const std::string path = guarded.make_file("a.cpp", 10);
  const auto lease = holder.take(path);
  json::object params = guarded.hook("s-1", path);
  params["new_lines"] = 12;
  params["wait_seconds"] = 300;
  TestClient waiting(guarded.daemon.socket());
  waiting.introduce_as("guard");
  waiting.send(json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "governor/guard_write"}, {"params", params}}));
  holder.wait_for_queue(1);
  std::ofstream(path, std::ios::app) << std::string(100, '\n');  // by the holder, meanwhile
  holder.call("release_write", {{"lease", lease.at("lease")}});
  // What is there now is what counts: 12 of 110 lines.
  const auto answer = waiting.next_object().at("result").as_object();
  CHECK(answer.at("code").as_string() == "shrink");
  CHECK(holder.leases().empty());

  holder.take(path);
  params["new_lines"] = 110;
  waiting.send(json::serialize(
      json::object{{"jsonrpc", "2.0"}, {"id", 2}, {"method", "governor/guard_write"}, {"params", params}}));
  holder.wait_for_queue(1);
  DaemonFixture::advance_clock(301s);
  CHECK(waiting.next_object().at("result").at("code").as_string() == "held");
}

TEST_CASE("a write that leaves less than half of a long file is denied, however it is made") {
  Guarded guarded;
  const std::string path = guarded.make_file("long.cpp", 500);
  const auto denied = guarded.write("s-1", path, 20);
  CHECK(denied.at("decision").as_string() == "deny");
  CHECK(denied.at("code").as_string() == "shrink");
  CHECK(contains(denied.at("reason"), "20 of the 500 lines"));
  CHECK(guarded.edit("s-1", path, -251).at("code").as_string() == "shrink");
  CHECK(guarded.edit("s-1", path, -501).at("code").as_string() == "shrink");
  CHECK(guarded.edit("s-1", path, -250).at("code").as_string() == "granted");
  CHECK(guarded.write("s-1", path, 250).at("code").as_string() == "granted");
  CHECK(guarded.write("s-1", guarded.make_file("short.cpp", 49), 1).at("code").as_string() == "granted");
  CHECK(guarded.write("s-1", guarded.directory() + "/new.cpp", 1).at("code").as_string() == "granted");
  CHECK(guarded.ask("governor/guard_write", guarded.hook("s-1", path)).at("code").as_string() == "granted");
}

TEST_CASE("an agent that is paused gets no file, and is told by whom that is ended") {
  Guarded guarded;
  Someone someone(guarded.daemon, "a");
  const std::string path = guarded.make_file("a.cpp", 10);
  guarded.write("abcdef12", path, 10);
  guarded.done("abcdef12", path);
  guarded.ask("tools/call", {{"name", "pause_agent"},
                             {"arguments", {{"agent_id", "claude-code-abcdef12"}, {"reason", "a look"}}},
                             {"_meta",
                              {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                               {"io.modelcontextprotocol/clientInfo", {{"name", "test"}, {"version", "1"}}},
                               {"io.modelcontextprotocol/clientCapabilities", json::object()}}}});
  const auto denied = guarded.write("abcdef12", path, 10);
  CHECK(denied.at("decision").as_string() == "deny");
  CHECK(denied.at("code").as_string() == "gated");
  CHECK(contains(denied.at("reason"), "a look"));
  CHECK(contains(denied.at("reason"), "governorctl resume claude-code-abcdef12"));
}

TEST_CASE("the file is the real one: relative to the hook's directory, through links, by any name") {
  Guarded guarded;
  const std::string path = guarded.make_file("a.cpp", 10);
  std::filesystem::create_symlink(path, guarded.directory() + "/link");
  std::filesystem::create_hard_link(path, guarded.directory() + "/twin");
  CHECK(guarded.write("11111111", "./x/../a.cpp", 10).at("path").as_string() == path);
  for (const char* name : {"link", "twin", "a.cpp"})
    CHECK(guarded.write("22222222", name, 10).at("code").as_string() == "held");
}

TEST_CASE("the hook acts for the MCP client that its tool has started, and leaves that one's lease alone") {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  // The proxy is a child of the tool, which is this process. Forked while there are no threads yet.
  int address[2];
  REQUIRE(::pipe(address) == 0);
  const governor::tests::ForkedChild proxy([&] {
    std::string socket(256, '\0');
    const auto length = ::read(address[0], socket.data(), socket.size());
    if (length <= 0) return 1;
    socket.resize(static_cast<std::size_t>(length));
    TestClient client(socket);
    client.hello("c");
    client.call(1, "register_agent", R"({"agent_id":"ada"})");
    if (::write(ready[1], "r", 1) != 1) return 1;
    for (;;) ::pause();
  });
  Guarded guarded;
  const std::string socket = guarded.daemon.socket();
  REQUIRE(::write(address[1], socket.data(), socket.size()) > 0);
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Someone someone(guarded.daemon, "d");
  const std::string path = guarded.make_file("a.cpp", 10);
  CHECK(guarded.write("s-1", path, 10).at("decision").as_string() == "allow");
  const auto leases = someone.leases();
  REQUIRE(leases.size() == 1);
  CHECK(leases[0].at("agent_id").as_string() == "ada");
  CHECK(leases[0].at("pid").as_int64() == proxy.pid());
  guarded.done("s-1", path);
  CHECK(someone.leases().empty());
  for (const int end : {ready[0], ready[1], address[0], address[1]}) ::close(end);
}

TEST_CASE("a tool that another tool has started is not taken for that one's MCP client") {
  int hold[2];
  REQUIRE(::pipe(hold) == 0);
  const governor::tests::ForkedChild inner([&] {
    ::close(hold[1]);
    char byte = 0;
    return static_cast<int>(::read(hold[0], &byte, 1));
  });
  Guarded guarded;
  const std::string path = guarded.make_file("a.cpp", 10);
  json::object params = guarded.hook("inner", path);
  params["pids"] = {inner.pid(), ::getpid()};
  CHECK(guarded.ask("governor/guard_write", params).at("decision").as_string() == "allow");
  CHECK(guarded.write("outer", path, 10).at("code").as_string() == "held");
  // Nor may it commit what the inner one writes; the inner one may.
  const auto conflicts = [&](json::array pids) {
    return guarded.ask("governor/guard_commit", {{"pids", std::move(pids)}, {"cwd", "/"}, {"paths", {path}}})
        .at("conflicts")
        .as_array()
        .size();
  };
  CHECK(conflicts({::getpid()}) == 1);
  CHECK(conflicts({inner.pid(), ::getpid()}) == 0);
  for (const int end : hold) ::close(end);
}

TEST_CASE("what a file held before a write is kept, and what it holds after it") {
  Guarded guarded;
  const std::string path = guarded.make_file("a.cpp", 100);
  const auto versions = [&](const char* kind) {
    return guarded.daemon.stored(std::string("SELECT count(*) FROM file_version WHERE kind = ") + kind);
  };
  CHECK(guarded.write("s-1", path, 90).at("code").as_string() == "granted");
  CHECK(versions("1") == 1);  // seen
  guarded.make_file("a.cpp", 90);
  guarded.done("s-1", path);
  CHECK(versions("4") == 1);  // reported
  // Also for a write that is refused, since it may be made all the same.
  const std::string other = guarded.make_file("b.cpp", 100);
  CHECK(guarded.write("s-1", other, 10).at("code").as_string() == "shrink");
  CHECK(versions("1") == 2);
}

TEST_CASE(
    "writing back what was there before is a loop the second time, told at once and refused next time") {
  Guarded guarded;
  const std::string path = guarded.make_file("a.cpp", 100);
  const auto write = [&](int lines) {
    const auto answer = guarded.write("abcdef12", path, lines);
    UNSCOPED_INFO(json::serialize(answer));
    if (answer.at("decision").as_string() != "allow") return answer;
    guarded.make_file("a.cpp", lines);
    return guarded.done("abcdef12", path);
  };
  for (const int lines : {90, 95, 90, 95}) CHECK_FALSE(write(lines).at("loop").as_bool());
  const auto loop = write(90);
  CHECK(loop.at("loop").as_bool());
  CHECK(contains(loop.at("reason"), "claude-code-abcdef12"));
  CHECK(write(95).at("code").as_string() == "loop");
  const std::string other = guarded.make_file("b.cpp", 100);
  CHECK(guarded.write("abcdef12", other, 90).at("decision").as_string() == "allow");
}

TEST_CASE("a file of which no backup can be kept is for a person to decide") {
  Guarded guarded;
  const std::string path = guarded.make_file("large.bin", 10);
  std::filesystem::resize_file(path, 17U << 20U);
  const auto asked = guarded.write("s-1", path, 10);
  CHECK(asked.at("decision").as_string() == "ask");
  CHECK(asked.at("code").as_string() == "no_backup");
  CHECK(contains(asked.at("reason"), path));
}

TEST_CASE("a protected file is denied until a person unlocks it, and every attempt is written down") {
  Guarded guarded;
  Someone someone(guarded.daemon, "a");
  const std::string path = guarded.make_file("core.cpp", 10);
  guarded.ask("governor/protect", {{"pattern", path}, {"reason", "released"}});
  const auto denied = guarded.write("abcdef12", path, 10);
  CHECK(denied.at("decision").as_string() == "deny");
  CHECK(denied.at("code").as_string() == "protected");
  CHECK(contains(denied.at("reason"), "released"));
  CHECK(contains(denied.at("reason"), "a person can allow it"));
  CHECK_FALSE(contains(denied.at("reason"), "governorctl"));
  CHECK(someone.leases().empty());
  CHECK(guarded.daemon.stored("SELECT count(*) FROM audit WHERE event = 'protected_write_refused'") == 1);
  guarded.ask("governor/unlock", {{"path", path}, {"agent_id", "claude-code-abcdef12"}, {"seconds", 900}});
  CHECK(guarded.write("abcdef12", path, 10).at("code").as_string() == "granted");
  guarded.done("abcdef12", path);
  CHECK(guarded.write("99999999", path, 10).at("code").as_string() == "protected");
}

TEST_CASE("the lease of a tool that is gone ends after the grace") {
  Guarded guarded;
  Someone someone(guarded.daemon, "a");
  const std::string path = guarded.make_file("a.cpp", 10);
  guarded.write("s-1", path, 10);
  DaemonFixture::processes_gone = true;
  for (int i = 0; i < kManyLooks && !someone.leases().at(0).as_object().contains("session_ended"); ++i) {
  }
  CHECK(someone.leases().at(0).as_object().contains("session_ended"));
  CHECK(guarded.write("s-2", path, 10).at("code").as_string() == "held");
  DaemonFixture::advance_clock(31s);
  bool free = false;
  for (int i = 0; i < kManyLooks && !free; ++i) free = someone.leases().empty();
  CHECK(free);
}

TEST_CASE("a commit is told of the files that other live sessions write, and of no others") {
  Guarded guarded;
  Someone holder(guarded.daemon, "a");
  const std::string held = guarded.make_file("held.cpp", 10);
  const std::string read = guarded.make_file("read.cpp", 10);
  guarded.make_file("free.cpp", 10);
  const auto lease = holder.take(held);
  holder.call("request_write", {{"paths", {read}}, {"mode", "shared"}});
  const auto conflicts = [&](std::int64_t pid) {
    return guarded
        .ask("governor/guard_commit", {{"pids", {pid}},
                                       {"cwd", guarded.directory()},
                                       {"paths", {"held.cpp", "read.cpp", "free.cpp", "gone/away.cpp"}}})
        .at("conflicts")
        .as_array();
  };
  // Process 1 is nobody's tool; the sessions of this test belong to this process.
  const auto found = conflicts(1);
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("path").as_string() == held);
  CHECK(found[0].at("lease") == lease.at("lease"));
  CHECK(found[0].at("agent_id").is_null());
  CHECK(found[0].at("pid").as_int64() == ::getpid());
  CHECK(found[0].at("reason").as_string() == "mine");
  CHECK(conflicts(::getpid()).empty());
  CHECK(conflicts(::getppid()).empty());
}

TEST_CASE("a hook's request that lacks what it needs is an error that says so") {
  Guarded guarded;
  for (const char* field : {"agent_kind", "agent_session", "path"}) {
    json::object params = guarded.hook("s-1", "/a");
    params.erase(field);
    const auto answer = guarded.request("governor/guard_write", params);
    CAPTURE(field, json::serialize(answer));
    CHECK(answer.contains("error"));
    CHECK(json::serialize(answer).find(field) != std::string::npos);
  }
}
