#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "daemon/files/file_content.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// The place of one file, named by its real path (see resolve_file): what is read and written through it is
/// in the directory of that name and nowhere else, whatever is renamed or linked meanwhile. Only for the file
/// thread: everything here may block on the disk.
class FileSlot {
 public:
  /// Goes down to the file's directory without following any link. A directory that is missing is no error:
  /// the file is then missing as well.
  static core::Result<FileSlot> open(const std::string& real_path);
  FileSlot(FileSlot&&) noexcept = default;
  FileSlot& operator=(FileSlot&&) noexcept = default;

  /// The file as a whole; `exists` false when there is none. Larger ones than `max_bytes` are refused.
  [[nodiscard]] core::Result<FileContent> read(std::uint64_t max_bytes) const;

  /// Makes `content` the file's content, as a whole or not at all, in place of what `read` gave: if that is
  /// no longer there, the error is a `conflict` and nothing has changed. Mode, owner, access list and
  /// extended attributes stay; a new file and the directories made for it get the rights of the directory
  /// they are in. Survives a crash of the machine once it has returned.
  std::optional<core::Error> replace(std::string_view content, const FileContent& old);

  /// Takes the file away, if it is still what `read` gave.
  std::optional<core::Error> remove(const FileContent& old);

  /// The file that `replace` or `remove` has taken the name from, if there was one: see DisplacedFiles.
  [[nodiscard]] ipc::UniqueFd take_displaced() { return std::move(before_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  FileSlot(std::string path, ipc::UniqueFd directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  class Temporary;
  // As the system has them; the path itself is text, see `text::path_text`.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string directory_path() const;
  /// Whether the directory is still the one of this path.
  [[nodiscard]] std::optional<core::Error> check_directory() const;
  [[nodiscard]] std::optional<core::Error> check_writable(const FileContent& old) const;
  [[nodiscard]] std::optional<core::Error> check_unchanged(const FileContent& old) const;
  std::optional<core::Error> put_in_place(Temporary& temporary, const FileContent& old);
  std::optional<core::Error> swap_in(Temporary& temporary, const FileContent& old);
  [[nodiscard]] core::Error changed_meanwhile() const;

  std::string path_;
  ipc::UniqueFd directory_;  ///< none when it does not exist
  ipc::UniqueFd before_;
};

}  // namespace governor::daemon
