// Which threads of a daemon are confined: those that serve clients and keep the state.
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ipc/sandbox/confinement.hpp"
#include "tests/process/clients.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

/// The threads of a process that gain no privileges any more, which is part of being confined.
std::set<std::string> confined_threads(pid_t process) {
  std::set<std::string> found;
  std::error_code gone;
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    std::ifstream status(thread.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line == "NoNewPrivs:\t1") found.insert(thread.path().filename());
  }
  return found;
}

std::string log_of(const Sandbox& sandbox) {
  std::ifstream log(sandbox.state_dir() + "/governor.log");
  return {std::istreambuf_iterator<char>(log), {}};
}

bool has_confinement() {
  std::vector<std::string> missing;
  std::thread([&] { missing = ipc::confine_thread({}); }).join();
  return missing.empty();
}

}  // namespace

TEST_CASE("the threads that serve clients and write the database are confined, and the main thread is not") {
  Sandbox sandbox({.io_threads = 2});
  ProxyConversation client(sandbox);
  client.initialize();
  const pid_t daemon = sandbox.daemon();
  REQUIRE(until(patience(), [&] { return confined_threads(daemon).size() == 3; }));
  CHECK_FALSE(confined_threads(daemon).contains(std::to_string(daemon)));
  const std::string log = log_of(sandbox);
  if (has_confinement()) {
    CHECK(log.find("threads that serve clients or keep the state are confined") != std::string::npos);
  } else {
    CHECK(log.find("threads cannot be kept from") != std::string::npos);
  }
}

TEST_CASE("a daemon that is told so confines nothing") {
  Sandbox sandbox;
  std::ofstream(sandbox.directory() + "/config.json") << R"({"idle_exit": 60, "sandbox": false})";
  ProxyConversation client(sandbox);
  client.initialize();
  CHECK(confined_threads(sandbox.daemon()).empty());
}

}  // namespace governor::test
