#include <signal.h>
#include <sys/wait.h>

#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace governor::test {
namespace {

using std::chrono::milliseconds;

/// Whether orphans below this process come to it instead of to pid 1.
class Adoption {
 public:
  explicit Adoption(bool by_us) { set(by_us); }
  Adoption(const Adoption&) = delete;
  Adoption& operator=(const Adoption&) = delete;
  ~Adoption() { set(false); }

 private:
  static void set([[maybe_unused]] bool by_us) {
#ifdef __linux__
    ::prctl(PR_SET_CHILD_SUBREAPER, by_us ? 1 : 0);
#endif
  }
};

void update_once(Conversation& client) {
  CHECK(client.call("process_agent_update", {{"agent_id", "orphan"}}).tool_error().empty());
}

/// Nothing is left but the daemon, which knows no session any more.
void check_nothing_left(const Sandbox& sandbox) {
  const pid_t daemon = sandbox.daemon();
  const auto only_daemon = [&] {
    const auto all = sandbox.processes();
    return all.size() == 1 && all.front().pid == daemon && session_count(sandbox) == 0;
  };
  CHECK(until(patience(), only_daemon));
}

TEST_CASE("a proxy whose parent is killed ends soon, whoever adopts it") {
  const Adoption adoption(GENERATE(false, true));
  Sandbox sandbox;
  Command command = sandbox.command(kIntermediateParent, {kProxy});
  command.error_file.clear();
  ProxyConversation client(command);
  LineStream said(std::move(client.process().errors));
  const pid_t proxy = std::stoi(said.read_line(patience()).value());
  update_once(client);
  CHECK(session_count(sandbox) == 1);

  const ProcessWatch watch(proxy);
  // Its input stays open: this process holds the other end.
  client.process().signal(SIGKILL);
  CHECK(watch.wait(patience()));
  check_nothing_left(sandbox);
}

TEST_CASE("a proxy that is killed leaves neither process nor session") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  update_once(client);
  CHECK(session_count(sandbox) == 1);
  client.process().signal(SIGKILL);
  CHECK(client.process().wait(patience()) == 128 + SIGKILL);
  check_nothing_left(sandbox);
}

TEST_CASE("an agent owned by the session of a killed proxy can be registered by the next") {
  Sandbox sandbox;
  ProxyConversation first(sandbox);
  CHECK(first.call("register_agent", {{"agent_id", "owned-one"}, {"purpose", "test"}}).tool_error().empty());
  ProxyConversation second(sandbox);
  CHECK(second.call("register_agent", {{"agent_id", "owned-one"}, {"purpose", "test"}}).tool_error() ==
        "not_owner");
  first.process().signal(SIGKILL);
  CHECK(until(patience(), [&] {
    return second.call("register_agent", {{"agent_id", "owned-one"}, {"purpose", "test"}})
        .tool_error()
        .empty();
  }));
}

constexpr int kLost = 4;  // the exit code

/// A thread of it may go on for a moment after the signal, and answer.
void stop_all_of(pid_t process) {
  ::kill(process, SIGSTOP);
  REQUIRE(until(patience(), [&] { return stands_still(process); }));
}

TEST_CASE("a proxy ends soon after the end of its input") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  update_once(client);
  client.end_input();
  CHECK(client.process().wait(patience()) == 0);
  check_nothing_left(sandbox);
}

TEST_CASE("a proxy ends soon after SIGTERM, and says so if something is left unanswered") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  update_once(client);
  const bool waiting = GENERATE(false, true);
  if (waiting) {
    stop_all_of(sandbox.daemon());
    client.ask("ping");
    // A line that it has not read yet would be none of its own.
    REQUIRE(until(patience(), [&] { return client.has_read_all(); }));
  }
  client.process().signal(SIGTERM);
  CHECK(client.process().wait(patience()) == (waiting ? kLost : 0));
  if (waiting) ::kill(sandbox.daemon(), SIGCONT);
  check_nothing_left(sandbox);
}

TEST_CASE("what a daemon answers late is waited for after the end of the input") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  update_once(client);
  stop_all_of(sandbox.daemon());
  client.ask_tool("process_agent_update", {{"agent_id", "orphan"}});
  client.end_input();
  CHECK_FALSE(client.process().wait(ipc::Deadline::after(milliseconds(1500))));
  ::kill(sandbox.daemon(), SIGCONT);
  CHECK(client.next_answer().content().at("update").to_number<int>() == 2);
  CHECK(client.process().wait(patience()) == 0);
}

TEST_CASE("an open stream does not hold up the end") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  update_once(client);
  client.send(
      R"({"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"notifications":{},"_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  const auto acknowledged = client.receive(patience());
  REQUIRE(acknowledged);
  CHECK(acknowledged->find("notifications/subscriptions/acknowledged") != std::string::npos);
  client.end_input();
  CHECK(client.process().wait(patience()) == 0);
}

TEST_CASE("the first words of a client that says no more are answered, though no daemon runs yet") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  client.ask_tool("process_agent_update", {{"agent_id", "brief"}});
  client.end_input();
  CHECK(client.next_answer().content().at("update").to_number<int>() == 1);
  CHECK(client.process().wait(patience()) == 0);
}

TEST_CASE("what was asked before the end of the input is answered") {
  Sandbox sandbox;
  ProxyConversation client(sandbox);
  client.initialize();
  for (int i = 0; i < 50; ++i) client.ask_tool("process_agent_update", {{"agent_id", "last-words"}});
  client.end_input();
  for (int i = 1; i <= 50; ++i) CHECK(client.next_answer().content().at("update").to_number<int>() == i);
  CHECK_FALSE(client.receive(patience()));
}

}  // namespace
}  // namespace governor::test
