#include "tests/support/process_table.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "ipc/unique_fd.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;

std::string environment_of(const fs::path& process) {
  std::ifstream file(process / "environ", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::vector<ProcessEntry> processes_with(const std::string& variable) {
  std::vector<ProcessEntry> found;
  const std::string wanted = variable + '\0';
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    pid_t pid = 0;
    const auto [rest, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure != std::errc() || *rest != '\0' || pid == ::getpid()) continue;
    if (environment_of(at->path()).find(wanted) == std::string::npos) continue;
    std::error_code gone;
    const auto program = fs::read_symlink(at->path() / "exe", gone).filename().string();
    if (!gone) found.push_back({pid, program});
  }
  return found;
}

bool stands_still(pid_t pid) {
  std::error_code error;
  for (fs::directory_iterator at("/proc/" + std::to_string(pid) + "/task", error), end; !error && at != end;
       at.increment(error)) {
    std::ifstream file(at->path() / "stat");
    const std::string line{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    // The name before the state is in parentheses, and may contain some.
    const auto name_end = line.rfind(')');
    if (name_end != std::string::npos && line.substr(name_end, 3) != ") T") return false;
  }
  return true;
}

pid_t lock_owner(const std::string& path) {
  const ipc::UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return 0;
  struct flock question {};
  question.l_type = F_WRLCK;
  question.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &question) != 0 || question.l_type == F_UNLCK) return 0;
  return question.l_pid;
}

}  // namespace governor::test
