#include <sys/prctl.h>

#include "ipc/sandbox/confinement.hpp"
#include "ipc/sandbox/landlock.hpp"
#ifdef GOVERNOR_HAS_SECCOMP
#include <seccomp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#endif

namespace governor::ipc {
namespace {

#ifdef GOVERNOR_HAS_SECCOMP
bool only_unix_sockets() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                                ::seccomp_release);
  if (!filter) return false;
  const auto deny = [&](int call, const std::vector<scmp_arg_cmp>& conditions) {
    return ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EACCES), call,
                                    static_cast<unsigned>(conditions.size()), conditions.data()) == 0;
  };
  // A ring makes sockets without a call of its own.
  return deny(SCMP_SYS(socket), {{0, SCMP_CMP_NE, AF_UNIX, 0}}) && deny(SCMP_SYS(io_uring_setup), {}) &&
         ::seccomp_load(filter.get()) == 0;
}
#else
bool only_unix_sockets() {
  return false;
}
#endif

}  // namespace

std::vector<std::string> confine_thread(const std::vector<std::string>& writable_directories,
                                        const std::vector<std::string>& directories_to_tidy) {
  std::vector<std::string> missing;
  const bool gains_nothing = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (!gains_nothing || !landlock_thread(writable_directories, directories_to_tidy))
    missing.emplace_back("writing elsewhere and starting programs (Landlock)");
  if (!gains_nothing || !only_unix_sockets()) missing.emplace_back("the network (seccomp)");
  return missing;
}

}  // namespace governor::ipc
