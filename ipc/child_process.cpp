#include "ipc/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace governor::ipc {
namespace {

#ifdef __linux__
bool close_range_from(int first) noexcept {
#ifdef SYS_close_range
  return ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0;
#else
  static_cast<void>(first);
  return false;
#endif
}
#else
bool close_range_from(int) noexcept {
  return false;
}
#endif

}  // namespace

#ifdef __linux__
Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}
#else
Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
  int ends[2];
  if (::pipe(ends) != 0) return system_error("cannot make a pipe", errno);
  std::pair both(UniqueFd(ends[0]), UniqueFd(ends[1]));
  if (::fcntl(ends[0], F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(ends[1], F_SETFD, FD_CLOEXEC) != 0) {
    return system_error("cannot make a pipe", errno);
  }
  return both;
}
#endif

std::vector<char*> exec_vector(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  // execve() takes char* for historical reasons and does not write to them.
  for (const auto& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> start_program(const std::vector<std::string>& arguments,
                            const std::vector<std::string>& environment, const StandardStreams& streams,
                            const ProgramPlace& place) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.error, STDERR_FILENO);
  if (place.directory != nullptr) ::posix_spawn_file_actions_addchdir_np(&actions, place.directory);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (place.own_group) flags |= POSIX_SPAWN_SETPGROUP;
#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#else
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, flags);
  pid_t pid = -1;
  const int failure = ::posix_spawnp(&pid, arguments.front().c_str(), &actions, &attributes,
                                     exec_vector(arguments).data(), exec_vector(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return system_error("cannot start " + arguments.front(), failure);
  return pid;
}

bool redirect_standard_streams() noexcept {
  const int null = ::open("/dev/null", O_RDWR);
  if (null < 0) return false;
  for (int fd = 0; fd <= 2; ++fd) {
    if (null != fd && ::dup2(null, fd) < 0) return false;
  }
  if (null > 2) ::close(null);
  return true;
}

void close_descriptors_from(int first) noexcept {
  if (close_range_from(first)) return;
  long limit = ::sysconf(_SC_OPEN_MAX);
  constexpr long kPlausible = 65536;  // "unlimited" would take minutes
  if (limit < 0 || limit > kPlausible) limit = kPlausible;
  for (int fd = first; fd < limit; ++fd) ::close(fd);
}

void reset_signals() noexcept {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

SignalsBlocked::SignalsBlocked() noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace governor::ipc
