#include "proxy/parent_watch.hpp"

#include <unistd.h>

#ifdef __APPLE__
#include <sys/event.h>
#else
#include <sys/syscall.h>
#endif

namespace governor::proxy {
namespace {

#ifdef __APPLE__
ipc::UniqueFd watch_process(pid_t pid) {
  ipc::UniqueFd queue(::kqueue());
  struct kevent change;
  EV_SET(&change, static_cast<uintptr_t>(pid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
  if (!queue || ::kevent(queue.get(), &change, 1, nullptr, 0, nullptr) != 0) return {};
  return queue;
}
#elif defined(SYS_pidfd_open)
ipc::UniqueFd watch_process(pid_t pid) {
  return ipc::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}
#else
ipc::UniqueFd watch_process(pid_t) {
  return {};
}
#endif

}  // namespace

ParentWatch::ParentWatch() : parent_(::getppid()) {
  // 0: the parent is outside of our pid namespace and cannot be watched; the end of stdin must do.
  if (parent_ > 0) watch_ = watch_process(parent_);
}

bool ParentWatch::has_died() const {
  return ::getppid() != parent_;
}

}  // namespace governor::proxy
