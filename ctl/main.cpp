#include <signal.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "ctl/application.hpp"
#include "ctl/exit_code.hpp"
#include "ipc/environment.hpp"

int main(int argc, char** argv) {
  namespace ctl = governor::ctl;
  ::signal(SIGPIPE, SIG_IGN);
  try {
    ctl::Context context{std::cout, std::cerr, governor::ipc::process_environment()};
    context.out_on_terminal = ::isatty(STDOUT_FILENO) == 1;
    context.err_on_terminal = ::isatty(STDERR_FILENO) == 1;
    context.colour = context.out_on_terminal && !context.environment.lookup("NO_COLOR");
    const int code = ctl::run_application(argc, argv, std::move(context));
    std::cout.flush();
    return std::cout ? code : static_cast<int>(ctl::ExitCode::failed);
  } catch (const std::exception& error) {
    std::cerr << "governorctl: " << error.what() << '\n';
  }
  return static_cast<int>(ctl::ExitCode::failed);
}
