#pragma once

#include <cstdint>
#include <string>

namespace governor::daemon {

/// What two names of one file have in common. All zero: there is no file.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;  ///< how many names it has

  [[nodiscard]] bool known() const { return inode != 0; }
  [[nodiscard]] bool same_file(const FileIdentity& other) const {
    return known() && device == other.device && inode == other.inode;
  }
};

/// How real paths are found: a few questions to the file system. An interface, because few machines have
/// one that ignores case, and tests must ask one that does.
class NameLookup {
 public:
  enum class Kind { missing, file, directory, symlink, other, unreadable };
  struct Entry {
    Kind kind = Kind::missing;
    FileIdentity identity{};
    int failure = 0;  ///< errno, when `unreadable`
  };

  virtual ~NameLookup() = default;

  /// What has this path; a symbolic link is not followed.
  virtual Entry look(const std::string& path) = 0;
  /// Where the symbolic link leads; empty if it is gone.
  virtual std::string target(const std::string& path) = 0;
  /// Whether names in the directory differ in more than case and Unicode form.
  virtual bool folds_names(const std::string& directory) = 0;
  /// The name as the directory has it, given one under which it finds it.
  virtual std::string spelling(const std::string& directory, const std::string& name) = 0;
};

/// The machine's own.
NameLookup& system_names();

}  // namespace governor::daemon
