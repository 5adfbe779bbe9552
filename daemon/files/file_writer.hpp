#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/file_version.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/files/file_slot.hpp"
#include "daemon/files/line_change.hpp"

namespace governor::daemon {

/// What a file is to hold from now on, and what must be so for that.
struct WriteOrder {
  std::string path;  ///< the real one
  /// Exactly one of these: the content as a whole, what changes of it, or (neither) no file any more.
  std::optional<std::string> content;
  std::optional<std::string> diff;
  /// Of the content that whoever asks has read, empty for no file; none: whatever is there.
  std::optional<std::string> expected_sha256;
  bool may_shrink = false;
  /// What a person has let through all the same: from which content to which, by their hashes.
  std::vector<std::pair<std::string, std::string>> approved{};
  bool by_person = false;        ///< who may also switch off hooks
  std::optional<FileLook> look;  ///< see FileReplacement
  LastWord last_word{};
};

/// What came of it.
struct WriteReport {
  std::optional<core::Error> failure;  ///< nothing was written
  /// The failure is that the file is not what was expected: `before` says what it is.
  bool stale = false;
  bool shrinks = false;       ///< the failure is that too much would be lost
  bool was_approved = false;  ///< that much is lost because a person has let it through
  core::FileState before;
  core::FileState after;
  std::optional<LineChange> lines;  ///< from the one to the other; none: nothing is to change
  /// The file has been so already, and not as it was expected: the same order was carried out before, or
  /// somebody else had the same idea.
  bool found_written = false;
  std::int64_t modified_us = 0;        ///< of what was there
  std::uint64_t links = 0;             ///< other names that keep what was there
  std::vector<std::string> remarks;    ///< what whoever asked should know besides
  std::vector<BackupStore::Pin> pins;  ///< to be kept until the database knows of `before` and `after`
  /// Somebody wrote at the last moment, and this is what he wrote: a backup keeps it, the file does not.
  std::optional<core::FileState> displaced;
  /// Likewise, where no backup could be made: it lies there.
  std::string left_at;
};

/// Writes one file, in two steps: first everything is found out and kept, so that it can be taken down what
/// is about to happen, then the file changes. What was there is kept as a backup before anything changes, and
/// what comes as well: it is what a later change will be held against. For file threads, one at a time.
class FileWriter {
 public:
  explicit FileWriter(WriteOrder order) : order_(std::move(order)) {}

  /// False: nothing is to be written, and `report` says why.
  bool prepare(FileServices& files);
  /// After a `prepare` that said true. `abandoned`, if set meanwhile, keeps the file from changing.
  void write(FileServices& files, const std::atomic<bool>* abandoned = nullptr);

  [[nodiscard]] const WriteOrder& order() const { return order_; }
  [[nodiscard]] const WriteReport& report() const { return report_; }
  WriteReport take_report() { return std::move(report_); }
  void remark(std::string text) { report_.remarks.push_back(std::move(text)); }
  /// Under which names the content will lie beside the file meanwhile.
  [[nodiscard]] const TemporaryName& temporary() const { return temporary_; }
  /// Once the database knows of what `report` names.
  void release_pins() { report_.pins.clear(); }

 private:
  bool fail(core::Error error);
  bool find_content();
  bool check_content(FileServices& files);
  bool keep(FileServices& files, const std::string& content, core::FileState& state);
  void keep_displaced(FileServices& files, const FileChangeOutcome& outcome);

  WriteOrder order_;
  std::optional<FileSlot> slot_;
  FileContent old_;
  std::optional<std::string> content_;
  TemporaryName temporary_;
  WriteReport report_;
};

/// Both steps at once.
WriteReport carry_out(const WriteOrder& order, FileServices& files);

}  // namespace governor::daemon
