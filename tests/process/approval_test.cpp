// A person's word, with the real programs: asked for by hooks and clients, given by governorctl, and in
// effect exactly once, whoever dies in between.
#include <signal.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ipc/fault_point.hpp"
#include "tests/process/clients.hpp"
#include "tests/process/hook_tool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/status.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace json = boost::json;

struct ApprovalSandbox : Sandbox {
  ApprovalSandbox() {
    std::filesystem::create_directories(directory() + "/project/core");
    root = std::filesystem::canonical(directory() + "/project").string();
  }
  [[nodiscard]] std::string file(const std::string& name) const { return root + '/' + name; }
  [[nodiscard]] Finished control(std::vector<std::string> arguments) const {
    Command line = command(kControl, std::move(arguments));
    line.error_file.clear();
    const auto finished = run(line, patience());
    REQUIRE(finished.has_value());
    return *finished;
  }
  /// Until a daemon answers it, for a daemon that dies is replaced.
  [[nodiscard]] Finished insist(const std::vector<std::string>& arguments) const {
    Finished finished;
    REQUIRE(until(patience(), [&] {
      finished = control(arguments);
      return finished.code == 0 || finished.errors.find("equest 1") != std::string::npos;
    }));
    return finished;
  }
  [[nodiscard]] json::array requests(const std::string& flag = "--all") const {
    const Finished finished = insist({"approvals", flag, "--json"});
    INFO(finished.output << finished.errors);
    return json::parse(finished.output).at("approvals").as_array();
  }
  std::string root;
};

std::string text_at(const json::object& object, const char* name) {
  return object.contains(name) ? std::string(object.at(name).as_string()) : std::string();
}

std::string long_text(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string decision_of(const json::object& verdict) {
  return text_at(verdict, "permissionDecision");
}

}  // namespace

TEST_CASE("a hook is refused a protected file, names the command, and may write once a person has typed it") {
  const ApprovalSandbox sandbox;
  HookTool tool(sandbox, "11111111-session", {}, sandbox.root);
  REQUIRE(sandbox.insist({"protect", sandbox.root + "/core/**", "--reason", "by hand"}).code == 0);
  const std::string path = sandbox.file("core/a.cpp");
  const json::object refused = tool.may_write(path, "new\n");
  CHECK(decision_of(refused) == "deny");
  INFO(json::serialize(refused));
  CHECK(text_at(refused, "permissionDecisionReason").find("Request 1 waits") != std::string::npos);
  const auto shown = sandbox.control({"approvals", "show", "1"});
  CHECK(shown.output.find("asks to write the protected " + path) != std::string::npos);
  CHECK(shown.output.find("without an answer: The file stays protected.") != std::string::npos);
  const auto approved = sandbox.control({"approvals", "approve", "1", "--for", "2m", "--note", "go on"});
  INFO(approved.errors);
  CHECK(approved.code == 0);
  CHECK(approved.output.find("approved by a person with governorctl") != std::string::npos);
  CHECK(decision_of(tool.may_write(path, "new\n")) == "allow");
  CHECK(sandbox.control({"approvals"}).output == "nothing waits for your word\n");
}

TEST_CASE("a hook may replace a long file by the content that a person has let through, and by no other") {
  const ApprovalSandbox sandbox;
  const std::string path = sandbox.file("long.txt");
  std::ofstream(path) << long_text(100);
  HookTool tool(sandbox, "11111111-session", {}, sandbox.root);
  const json::object refused = tool.may_write(path, "gone\n");
  INFO(json::serialize(refused));
  CHECK(decision_of(refused) == "deny");
  CHECK(text_at(refused, "permissionDecisionReason").find("Request 1 waits") != std::string::npos);
  REQUIRE(sandbox.control({"approvals", "approve", "1"}).code == 0);
  CHECK(decision_of(tool.may_write(path, "other\n")) == "deny");
  CHECK(decision_of(tool.may_write(path, "gone\n")) == "allow");
  std::ofstream(path) << "gone\n";
  tool.wrote(path);
  const auto requests = sandbox.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].as_object().contains("used"));
  CHECK(requests[0].at("status") == "expired");
}

TEST_CASE("of two answers that come at the same time one counts, and the other is told which") {
  const ApprovalSandbox sandbox;
  auto clients = full_proxies(sandbox, 1);
  clients[0]->initialize();
  REQUIRE(clients[0]->call("register_agent", {{"agent_id", "ada"}}).tool_error().empty());
  REQUIRE(sandbox.insist({"protect", sandbox.root + "/core/**", "--reason", "by hand"}).code == 0);
  for (int round = 1; round <= 5; ++round) {
    const std::string number = std::to_string(round);
    const auto asked = clients[0]->call("request_approval",
                                        {{"path", sandbox.file("core/" + number)}, {"reason", "a test"}});
    REQUIRE(asked.tool_error().empty());
    std::array<Finished, 2> finished;
    std::array<std::thread, 2> people;
    for (std::size_t i = 0; i < people.size(); ++i) {
      people[i] = std::thread([&, i] {
        Command line = sandbox.command(
            kControl, {"approvals", i == 0 ? "approve" : "deny", number, "--note", "by mood"});
        line.error_file.clear();
        if (auto done = run(line, patience())) finished[i] = *std::move(done);
      });
    }
    for (std::thread& person : people) person.join();
    const std::size_t first = finished[0].code == 0 ? 0 : 1;
    INFO(finished[0].output << finished[0].errors << finished[1].output << finished[1].errors);
    CHECK(finished[first].code == 0);
    CHECK(finished[1 - first].code != 0);
    const std::string given = first == 0 ? "approved" : "denied";
    CHECK(finished[1 - first].errors.find("Request " + number + " was " + given +
                                          " by a person with governorctl") != std::string::npos);
    CHECK(std::string(sandbox.requests().front().at("status").as_string()) == given);
  }
}

TEST_CASE(
    "a daemon that is killed at any commit between question and answer leaves one answer and its effect") {
  if (!ipc::kHasFaultPoints) return;
  int killed_by_answer = 0;
  for (const char* point : {"commit_end", "commit_ended"}) {
    bool has_died = true;
    for (int at = 1; has_died && at <= 40; ++at) {
      const std::string fault = std::string(point) + ":end:" + std::to_string(at);
      INFO(fault);
      ApprovalSandbox sandbox;
      Command command = sandbox.command(kDaemon);
      command.environment.push_back("GOVERNOR_FAULT=" + fault);
      Child daemon(command);
      if (sandbox.wait_for_daemon(patience()) != daemon.pid()) continue;
      const std::string path = sandbox.file("core/a.cpp");
      {
        ProxyConversation ada(sandbox.command(kProxy, {"--tools", "full"}));
        ada.initialize();
        ada.call("register_agent", {{"agent_id", "ada"}});
        (void)sandbox.insist({"protect", sandbox.root + "/core/**", "--reason", "by hand"});
        const json::value lease =
            ada.call("request_write", {{"paths", {path}}, {"ttl_seconds", 600}}).content().at("lease");
        const json::object write{{"path", path}, {"content", "new\n"}, {"lease", lease}};
        CHECK(ada.call("commit_file", write).tool_error() == "conflict");
        const Finished once = sandbox.control({"approvals", "approve", "1"});
        if (once.code != 0) ++killed_by_answer;
        const Finished again = sandbox.insist({"approvals", "approve", "1"});
        INFO(once.errors << again.errors);
        if (once.code == 0) CHECK(again.errors.find("was approved by") != std::string::npos);
        const auto requests = sandbox.requests();
        REQUIRE(requests.size() == 1);
        CHECK(requests[0].at("status") == "approved");
        CHECK(ada.call("commit_file", write).tool_error().empty());
        ada.end_input();
        CHECK(ada.process().wait(patience()) == 0);
      }
      has_died = sandbox.daemon() != daemon.pid();
      CHECK(text_of_file(path) == "new\n");
      const Finished log = sandbox.control({"audit", "--event", "files_unlocked", "--json"});
      if (log.code == 0) CHECK(json::parse(log.output).at("entries").as_array().size() == 1);
      REQUIRE(sandbox.end_daemon());
    }
  }
  CHECK(killed_by_answer >= 2);
}

}  // namespace governor::test
