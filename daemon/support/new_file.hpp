#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/result.hpp"
#include "daemon/support/sha256.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// A file that comes into being as a whole, under a name that was free, in one directory and nowhere else. It
/// is written under a temporary name, which a crash may leave behind and the next daemon removes.
/// All functions may block on the disk.
class NewFile {
 public:
  /// `directory` is made (mode 0700) if its parent is there. A symbolic link or somebody else's directory is
  /// refused. What other processes left unfinished there is removed: only the daemon, of which there is one,
  /// writes there.
  static core::Result<NewFile> create(const std::string& directory);
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  /// Removes what was not published.
  ~NewFile();

  std::optional<core::Error> write(std::string_view bytes);
  /// Brings to the disk what was written. In between, so that no later call has to wait for all of it.
  std::optional<core::Error> sync();
  /// The error that `publish` would give if the name is taken already.
  [[nodiscard]] std::optional<core::Error> refuse_taken(const std::string& name) const;
  /// Gives it its name, durably. `already_exists` if that is taken; another name may then be tried.
  std::optional<core::Error> publish(const std::string& name);
  /// The same, but what is on the disk after a failure of the machine is not certain.
  std::optional<core::Error> publish_unsynced(const std::string& name);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Of all that was written; to be asked once.
  std::string sha256() { return hash_.hex_digest(); }

 private:
  NewFile(std::string directory, ipc::UniqueFd directory_fd, ipc::UniqueFd file, std::string temporary)
      : directory_(std::move(directory)),
        directory_fd_(std::move(directory_fd)),
        file_(std::move(file)),
        temporary_(std::move(temporary)) {}

  std::string directory_;
  ipc::UniqueFd directory_fd_;  ///< everything is done relative to it, so a swapped path leads nowhere else
  ipc::UniqueFd file_;
  std::string temporary_;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
};

/// A name for a file made of what a person wrote: letters, digits, `.`, `_` and `-` stay, anything else
/// becomes `-`; no leading dots, at most 128 bytes. Empty if nothing is left.
std::string file_name_of(std::string_view text);

}  // namespace governor::daemon
