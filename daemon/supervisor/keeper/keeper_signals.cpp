#include "daemon/supervisor/keeper/keeper_signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/child_process.hpp"

namespace governor::daemon {
namespace {

volatile sig_atomic_t asked_to_end = 0;
volatile sig_atomic_t resized = 0;
volatile sig_atomic_t wake_descriptor = -1;

void on_keeper_signal(int signal) {
  const int before = errno;
  if (signal == SIGTERM) asked_to_end = 1;
  if (signal == SIGWINCH) resized = 1;
  if (::write(wake_descriptor, "", 1) < 0) {
    // It is full, and wakes all the same.
  }
  errno = before;
}

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

KeeperSignals::KeeperSignals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ})
    set_handler(signal, SIG_IGN);
  auto pipe = ipc::make_pipe();
  if (!pipe) return;
  reading_ = std::move(pipe->first);
  writing_ = std::move(pipe->second);
  for (const int fd : {reading_.get(), writing_.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  wake_descriptor = writing_.get();
  for (const int signal : {SIGTERM, SIGCHLD, SIGWINCH}) set_handler(signal, on_keeper_signal);
}

bool KeeperSignals::forget() {
  char bytes[64];
  bool was_there = false;
  while (::read(reading_.get(), bytes, sizeof bytes) > 0) was_there = true;
  return was_there;
}

bool KeeperSignals::is_asked_to_end() {
  return asked_to_end != 0;
}

bool KeeperSignals::take_resized() {
  const bool was = resized != 0;
  resized = 0;
  return was;
}

}  // namespace governor::daemon
