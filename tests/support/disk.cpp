#include "tests/support/disk.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <stdexcept>

#include "ipc/error.hpp"

namespace governor::test {
namespace {

void change_lock(int fd, int operation) {
  while (::flock(fd, operation) != 0) {
    if (errno != EINTR) throw std::runtime_error(ipc::describe_errno("flock", errno));
  }
}

}  // namespace

Disk::Disk(Sandbox& sandbox) {
  const std::string path = sandbox.directory() + "/disk";
  lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) throw std::runtime_error(ipc::describe_errno("cannot open " + path, errno));
  sandbox.set("GOVERNOR_TEST_DISK", path);
  sandbox.set("LD_PRELOAD", GOVERNOR_HELD_SYNC);
}

void Disk::hold() {
  change_lock(lock_.get(), LOCK_EX);
}
void Disk::release() {
  change_lock(lock_.get(), LOCK_UN);
}

}  // namespace governor::test
