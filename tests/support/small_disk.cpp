#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::test {
namespace {

using ipc::describe_errno;

bool write_file(const char* path, const std::string& text) {
  const ipc::UniqueFd file(::open(path, O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::optional<std::string> enter_mount_namespace() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (user == 0) {
    if (::unshare(CLONE_NEWNS) != 0) return describe_errno("unshare", errno);
  } else {
    // Who is not root is, in a user namespace, allowed to mount, and stays who he is.
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return describe_errno("unshare", errno);
    const auto same = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
    if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", same(user)) ||
        !write_file("/proc/self/gid_map", same(group))) {
      return describe_errno("cannot map the user", errno);
    }
  }
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return describe_errno("mount", errno);
  return std::nullopt;
}

SmallDisk::SmallDisk(std::string path, int megabytes) : path_(std::move(path)) {
  const std::string options = "mode=0700,size=" + std::to_string(megabytes) + "m";
  if (::mkdir(path_.c_str(), 0700) != 0 ||
      ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) != 0) {
    throw std::runtime_error(describe_errno("cannot mount " + path_, errno));
  }
}

SmallDisk::~SmallDisk() {
  ::umount2(path_.c_str(), MNT_DETACH);
}

void SmallDisk::fill() {
  const ipc::UniqueFd file(::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file) throw std::runtime_error(describe_errno("cannot open " + filler(), errno));
  std::vector<char> block(64 * 1024);
  for (std::size_t size = block.size(); size > 0;) {
    const auto written = ::write(file.get(), block.data(), size);
    if (written < 0 && errno == ENOSPC) {
      size /= 2;
    } else if (written < 0 && errno != EINTR) {
      throw std::runtime_error(describe_errno("cannot write " + filler(), errno));
    }
  }
}

void SmallDisk::make_room() {
  ::unlink(filler().c_str());
}

}  // namespace governor::test
