#include <signal.h>

#include <random>

#include "tests/daemon/supervisor/supervisor_fixture.hpp"
#include "tests/support/binaries.hpp"

namespace governor::daemon::test {
TEST_CASE_METHOD(SupervisorFixture, "whatever is killed, every deployment has an end and nothing goes on",
                 "[random_kill]") {
  settings.grace = std::chrono::milliseconds(200);
  begin();
  const Tmux tmux("tmux", settings.tmux_socket(), settings.environment);
  std::mt19937 random(20);
  enum class Act { kill_keeper, kill_program, kill_server, restart, stop, wait };
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; ++round) {
    settings.deployments.tmux = random() % 2 == 0 ? "tmux" : "";
    begin();
    const std::string id = "a-" + std::to_string(round);
    const std::string pid_file = directory / id;
    const bool is_brief = random() % 4 == 0;
    const core::Deployment deployment =
        deploy(id, governor::test::kBinDir + "/governor_stubborn " + pid_file + "; trap '' TERM HUP; sleep " +
                       (is_brief ? "0.05" : "300 & sleep 300; wait"));
    for (int act = 0; act < 3; ++act) {
      switch (static_cast<Act>(random() % 6)) {
        case Act::kill_keeper: {
          const auto& keeper = deployment.standing.keeper;
          signal_process({static_cast<pid_t>(keeper.pid), 0, keeper.start_time}, SIGKILL);
          break;
        }
        case Act::kill_program: {
          const auto& program = deployment.standing.process;
          signal_process({static_cast<pid_t>(program.pid), 0, program.start_time}, SIGKILL);
          break;
        }
        case Act::kill_server: tmux.end(Tmux::session_name(id)); break;
        case Act::restart:
          begin();
          follow(deployment);
          break;
        case Act::stop: supervisor->stop(id, "over"); break;
        case Act::wait:
          static_cast<void>(wait_for_end(id, ipc::Deadline::after(std::chrono::milliseconds(50))));
      }
    }
    supervisor->stop(id, "over");
    const auto ended = wait_for_end(id);
    INFO("round " << round);
    REQUIRE(ended);
    INFO(ended->why);
    REQUIRE(marked_processes(id) == "");
    CHECK(read_end_record(files(id)));
  }
  const auto all = supervisor->find_all();
  REQUIRE(all);
  for (const auto& found : all->deployments) CHECK((!found.alive && found.ended));
  REQUIRE(until(soon(), [&] { return tmux.sessions() && tmux.sessions()->empty(); }));
}

}  // namespace governor::daemon::test
