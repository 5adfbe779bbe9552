#include "ctl/demo/interruption.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace governor::ctl {

namespace {

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t writing_end = -1;

extern "C" void note_signal(int) {
  const int saved = errno;
  const char byte = 0;
  if (::write(writing_end, &byte, 1) < 0) {
    // The pipe is full of earlier signals: nothing more to say.
  }
  errno = saved;
}

}  // namespace

Interruption::Interruption() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return;  // then a signal ends the program as usual
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  reading_end_[0] = ends[0];
  writing_end = ends[1];
  struct sigaction action {};
  action.sa_handler = note_signal;
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

Interruption::~Interruption() {
  if (reading_end_[0] < 0) return;
  for (const int signal : kSignals) ::signal(signal, SIG_DFL);
  ::close(writing_end);
  ::close(reading_end_[0]);
  writing_end = -1;
}

bool Interruption::requested() const {
  return reading_end_[0] >= 0 &&
         ipc::wait_readable(reading_end_[0], ipc::Deadline::after(std::chrono::milliseconds(0))).has_value();
}

}  // namespace governor::ctl
