#include "daemon/lifecycle/governord.hpp"

#include <fmt/format.h>

#include <string_view>

#include "daemon/lifecycle/options.hpp"
#include "daemon/lifecycle/run_daemon.hpp"
#include "daemon/lifecycle/shared_command.hpp"
#include "daemon/lifecycle/state_command.hpp"
#include "daemon/supervisor/keeper/keep.hpp"
#include "ipc/startup_pipe.hpp"

namespace governor::daemon {

int governord(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "keep") return keep(argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "state") return run_state_command(argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "shared") return run_shared_command(argc, argv);
  const auto chosen = read_options(argc, argv);
  if (const auto* exit = std::get_if<ExitNow>(&chosen)) {
    fmt::print(exit->code == 0 ? stdout : stderr, "{}", exit->text);
    if (exit->code != 0) ipc::report_failed(exit->startup_fd, exit->text);
    return exit->code;
  }
  return run_daemon(std::get<Options>(chosen));
}

}  // namespace governor::daemon
