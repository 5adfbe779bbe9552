#include "daemon/supervisor/keeper/spared_processes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

/// Whoever holds its lock; 0: nobody. Closing a file drops the locks of its own process only, and this one
/// has none.
pid_t SparedProcesses::daemon() const {
  const ipc::UniqueFd file(::open(daemon_lock_.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return 0;
  struct flock question {};
  question.l_type = F_WRLCK;
  question.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &question) != 0 || question.l_type == F_UNLCK) return 0;
  return question.l_pid;
}

bool SparedProcesses::contains(const SeenProcess& process) const {
  if (process.pid == daemon()) return true;
  const std::vector<std::string> words = command_line_of(process.pid);
  if (words.size() < 3) return false;
  if (words[1] == "keep") return words[2].starts_with(deployments_ + "/");
  return last_part(words[0]) == "tmux" && words[1] == "-S" && words[2] == tmux_socket_;
}

}  // namespace governor::daemon
