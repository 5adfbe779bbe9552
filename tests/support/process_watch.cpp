#include "tests/support/process_watch.hpp"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#ifdef __APPLE__
#include <sys/event.h>
#else
#include <sys/syscall.h>
#endif

namespace governor::test {
namespace {

#ifdef __APPLE__
ipc::UniqueFd watch(pid_t pid) {
  ipc::UniqueFd queue(::kqueue());
  struct kevent change;
  EV_SET(&change, static_cast<uintptr_t>(pid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
  if (queue && ::kevent(queue.get(), &change, 1, nullptr, 0, nullptr) == 0) return queue;
  if (errno == ESRCH) return {};
  throw std::runtime_error(ipc::describe_errno("cannot watch a process", errno));
}
#else
ipc::UniqueFd watch(pid_t pid) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0 || errno == ESRCH) return ipc::UniqueFd(fd);
  throw std::runtime_error(ipc::describe_errno("cannot watch a process", errno));
}
#endif

}  // namespace

ProcessWatch::ProcessWatch(pid_t pid) : pid_(pid), watch_(watch(pid)) {}

bool ProcessWatch::wait(ipc::Deadline deadline) const {
  return !watch_ || ipc::wait_readable(watch_.get(), deadline).has_value();
}

}  // namespace governor::test
