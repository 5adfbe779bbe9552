#include "daemon/supervisor/process_descriptor.hpp"

#include <signal.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace governor::daemon {

#if defined(__linux__) && defined(SYS_pidfd_open) && defined(SYS_pidfd_send_signal)
ProcessDescriptor::ProcessDescriptor(pid_t pid)
    : pid_(pid), fd_(pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)) : -1) {}

bool ProcessDescriptor::send(int signal) const {
  if (fd_) return ::syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0U) == 0;
  return pid_ > 0 && ::kill(pid_, signal) == 0;
}
#else
ProcessDescriptor::ProcessDescriptor(pid_t pid) : pid_(pid) {}

bool ProcessDescriptor::send(int signal) const {
  return pid_ > 0 && ::kill(pid_, signal) == 0;
}
#endif

}  // namespace governor::daemon
