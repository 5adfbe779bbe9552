#include "bench/load/endpoint.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

extern char** environ;

namespace governor::bench {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

// False when nothing happened within `seconds`.
bool wait_for(int descriptor, short events, double seconds) {
  pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
  return poll(&waiting, 1, static_cast<int>(1000 * std::max(seconds, 0.0))) > 0;
}

double seconds_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

double now_seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return seconds_of(now);
}

Endpoint connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) fail(ENAMETOOLONG, path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail(errno, "socket");
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    const int error = errno;
    close(descriptor);
    fail(error, "connect " + path);
  }
  return {descriptor, descriptor, -1};
}

Endpoint spawn_piped(const std::vector<std::string>& command) {
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) < 0 || pipe2(from_child, O_CLOEXEC) < 0) fail(errno, "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t process = -1;
  const int error = posix_spawn(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  if (error != 0) fail(error, "spawn " + command.front());
  return {from_child[0], to_child[1], process};
}

void close_endpoint(Endpoint& endpoint) {
  if (endpoint.write_fd >= 0) close(endpoint.write_fd);
  if (endpoint.read_fd >= 0 && endpoint.read_fd != endpoint.write_fd) close(endpoint.read_fd);
  if (endpoint.process > 0) {
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, endpoint.process, 0));
    if (handle < 0 || !wait_for(handle, POLLIN, 2)) kill(endpoint.process, SIGKILL);
    if (handle >= 0) close(handle);
    waitpid(endpoint.process, nullptr, 0);
  }
  endpoint = Endpoint{};
}

pid_t server_process(const std::string& path) try {
  Endpoint endpoint = connect_unix(path);
  ucred peer{};
  socklen_t size = sizeof peer;
  const int result = getsockopt(endpoint.read_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  close_endpoint(endpoint);
  return result == 0 ? peer.pid : -1;
} catch (const std::system_error&) {
  return -1;
}

double process_seconds(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (process <= 0 || clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return -1;
  return seconds_of(used);
}

bool write_fully(int descriptor, const std::string& bytes, double seconds) {
  const double deadline = now_seconds() + seconds;
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t size = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (size > 0) {
      done += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN) {
      if (!wait_for(descriptor, POLLOUT, deadline - now_seconds())) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

LineChannel::LineChannel(Endpoint endpoint, double seconds)
    : endpoint_(endpoint), deadline_(now_seconds() + seconds) {}

LineChannel::~LineChannel() {
  close_endpoint(endpoint_);
}

bool LineChannel::send(const std::string& bytes) {
  return write_fully(endpoint_.write_fd, bytes, deadline_ - now_seconds());
}

bool LineChannel::receive(std::string& line) {
  std::size_t end;
  while ((end = buffer_.find('\n')) == buffer_.npos) {
    if (!wait_for(endpoint_.read_fd, POLLIN, deadline_ - now_seconds())) return false;
    char bytes[65536];
    const ssize_t size = read(endpoint_.read_fd, bytes, sizeof bytes);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
  }
  line.assign(buffer_, 0, end);
  buffer_.erase(0, end + 1);
  return true;
}

}  // namespace governor::bench
