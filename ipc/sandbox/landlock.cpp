#include "ipc/sandbox/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "ipc/unique_fd.hpp"

namespace governor::ipc {
namespace {

// Of kernels newer than the headers that this may be built with: landlock(7).
constexpr std::uint64_t kRefer = 1ULL << 13;     // version 2
constexpr std::uint64_t kTruncate = 1ULL << 14;  // version 3

constexpr std::uint64_t kMakingAndWriting = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                            LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                            LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kNeverNeeded =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

std::uint64_t writing_known_to(long version) {
  std::uint64_t rights = kMakingAndWriting;
  if (version >= 2) rights |= kRefer;
  if (version >= 3) rights |= kTruncate;
  return rights;
}

bool allow_beneath(int ruleset, const char* path, std::uint64_t rights) {
  const UniqueFd place(::open(path, O_PATH | O_CLOEXEC));
  if (!place) return false;
  const landlock_path_beneath_attr rule{rights, place.get()};
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

bool landlock_thread(const std::vector<std::string>& writable_directories,
                     const std::vector<std::string>& directories_to_tidy) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const std::uint64_t writing = writing_known_to(version);
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = writing | kNeverNeeded;
  const UniqueFd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
  if (!ruleset) return false;
  // A directory that is not there cannot be written to either.
  for (const std::string& directory : writable_directories)
    static_cast<void>(allow_beneath(ruleset.get(), directory.c_str(), writing));
  for (const std::string& directory : directories_to_tidy)
    static_cast<void>(
        allow_beneath(ruleset.get(), directory.c_str(), std::uint64_t{LANDLOCK_ACCESS_FS_REMOVE_FILE}));
  static_cast<void>(allow_beneath(ruleset.get(), "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE));
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

}  // namespace governor::ipc
