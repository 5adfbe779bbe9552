#include "proxy/termination_signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/child_process.hpp"

namespace governor::proxy {
namespace {

volatile sig_atomic_t wake_fd = -1;

void on_signal(int) {
  const int saved = errno;
  // A second signal may come before the loop has ended: one byte is enough, and a pipe holds many.
  static_cast<void>(!::write(wake_fd, "", 1));
  errno = saved;
}

}  // namespace

ipc::Result<int> catch_termination_signals() {
  auto pipe = ipc::make_pipe();
  if (!pipe) return pipe.error();
  wake_fd = pipe->second.release();

  struct sigaction ignoring = {};
  ignoring.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignoring, nullptr);
  // No SA_RESTART: a write to a stopped terminal must come back.
  struct sigaction waking = {};
  waking.sa_handler = on_signal;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(number, &waking, nullptr);
  return pipe->first.release();
}

}  // namespace governor::proxy
