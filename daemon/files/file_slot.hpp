#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "daemon/files/file_content.hpp"
#include "daemon/files/file_look.hpp"
#include "daemon/files/temporary_name.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {

/// Asked at the last moment before a file changes: why it must not. May be empty.
using LastWord = std::function<std::optional<core::Error>()>;

/// What is to become of a file.
struct FileReplacement {
  std::string_view content;
  TemporaryName name{};  ///< beside the file, for as long as the change takes
  /// Mode and time of what comes back; none: those of the file that is there, or of its directory.
  std::optional<FileLook> look{};
  /// Set meanwhile by whoever does not wait any longer: then nothing is to change. May be null.
  const std::atomic<bool>* abandoned = nullptr;
  LastWord last_word{};
};

/// What became of it.
struct FileChangeOutcome {
  std::optional<core::Error> failure;  ///< the file is not what it was to be
  /// What somebody wrote at the very last moment, and what is the file's content no more: it must be kept
  /// before `drop` lets go of it.
  std::optional<FileContent> displaced;
  std::string left_at;  ///< where it lies beside the file, also if it cannot be read; empty: nothing does
  bool unconfirmed = false;  ///< it is so, but the disk has not said that it will survive a crash
};

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
  /// no longer there, the failure is a `conflict` and nothing has changed. Mode, owner, access list and
  /// extended attributes stay; a new file and the directories made for it get the rights of the directory
  /// they are in. Survives a crash of the machine once it has returned. A crash in between leaves a file
  /// under one of the two temporary names, see TemporaryName.
  FileChangeOutcome replace(const FileReplacement& change, const FileContent& old);

  /// Takes the file away, if it is still what `read` gave.
  FileChangeOutcome remove(const FileContent& old, const TemporaryName& name, const LastWord& last_word = {});

  /// How what is there looks now; none: nothing is, or it cannot be told.
  [[nodiscard]] std::optional<FileLook> look() const;

  /// What was displaced is kept elsewhere.
  void drop(const TemporaryName& name);

  /// The file that `replace` or `remove` has taken the name from, if there was one: see DisplacedFiles.
  [[nodiscard]] ipc::UniqueFd take_displaced() { return std::move(before_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// As the system has it.
  [[nodiscard]] std::string directory_path() const;
  /// None when it does not exist.
  [[nodiscard]] int directory() const { return directory_.get(); }

 private:
  FileSlot(std::string path, ipc::UniqueFd directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  class Temporary;
  /// As the system has it; the path itself is text, see `text::path_text`.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] core::Result<FileContent> read_named(const std::string& name, std::uint64_t max_bytes) const;
  [[nodiscard]] std::optional<core::Error> check_writable(const FileContent& old) const;
  /// Whether the directory is still the one of this path.
  [[nodiscard]] std::optional<core::Error> check_directory() const;
  /// Whether it is still what `read` gave that lies under the name.
  [[nodiscard]] std::optional<core::Error> check_unchanged(const FileContent& old,
                                                           const std::string& name) const;
  std::optional<core::Error> write_temporary(Temporary& temporary, const FileReplacement& change,
                                             const FileContent& old);
  void put_new(Temporary& temporary, FileChangeOutcome& outcome);
  void swap_in(Temporary& temporary, const FileReplacement& change, const FileContent& old,
               FileChangeOutcome& outcome);
  void settle(const TemporaryName& name, const std::string& known_sha256, FileChangeOutcome& outcome);
  void confirm(FileChangeOutcome& outcome);
  [[nodiscard]] core::Error changed_meanwhile() const;

  std::string path_;
  ipc::UniqueFd directory_;  ///< none when it does not exist
  ipc::UniqueFd before_;
};

}  // namespace governor::daemon
