#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>

#include "ipc/process_identity.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::test::FakeDaemon;
using governor::ctl::test::run_governorctl;
namespace ipc = governor::ipc;
namespace json = boost::json;

namespace {

// A process that lives until its input ends, in the place of the daemon's.
struct Helper {
  Helper() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const ipc::UniqueFd reading(ends[0]);
    input.reset(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    ::posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::array<char*, 2> arguments{const_cast<char*>("cat"), nullptr};  // NOLINT
    REQUIRE(::posix_spawnp(&pid, "cat", &actions, nullptr, arguments.data(), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  ~Helper() {
    input.reset();
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid = -1;
  ipc::UniqueFd input;
};

}  // namespace

TEST_CASE("stop returns when the process has gone, not when it has promised to go", "[ctl]") {
  const TemporaryDirectory directory;
  Helper helper;
  const auto identity = ipc::identify_process(helper.pid);
  REQUIRE(identity);
  const FakeDaemon daemon(
      directory.path(),
      [&](std::string_view method, const json::object& params) -> std::optional<json::value> {
        if (method == "governor/health") return json::object{{"status", "ok"}, {"pid", helper.pid}};
        if (method != "governor/stop" || !params.at("reason").is_string()) return json::object();
        helper.input.reset();
        return json::object{{"stopping", true}, {"pid", helper.pid}};
      });
  const auto run = run_governorctl(directory.path(), {"stop", "--json"});
  CHECK(run.code == 0);
  CHECK(json::parse(run.out).at("pid").as_int64() == helper.pid);
  CHECK(ipc::liveness(*identity) == ipc::Liveness::dead);
}
