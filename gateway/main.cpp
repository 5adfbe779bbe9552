#include <fmt/format.h>

#include "gateway/lifecycle/run_gateway.hpp"
#include "ipc/startup_pipe.hpp"

int main(int argc, char** argv) {
  using namespace governor::gateway;
  const auto chosen = read_options(argc, argv);
  if (const auto* exit = std::get_if<ExitNow>(&chosen)) {
    fmt::print(exit->code == 0 ? stdout : stderr, "{}", exit->text);
    if (exit->code != 0) governor::ipc::report_failed(exit->startup_fd, exit->text);
    return exit->code;
  }
  return run_gateway(std::get<Options>(chosen));
}
