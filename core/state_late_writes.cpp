// What was written to a file after it had lost its name to another.
#include <fmt/format.h>

#include "core/state.hpp"
#include "text/shell_word.hpp"

namespace governor::core {

void State::record_late_write(const std::string& path, FileState late, std::int64_t now_us,
                              Changes& changes) {
  const FileVersion* known = newest_version(path);
  if (known != nullptr && known->state.sha256 == late.sha256) return;
  FileVersion present;
  present.path = path;
  if (known != nullptr) present.state = known->state;
  present.timestamp_us = now_us;
  FileVersion lost;
  lost.path = path;
  lost.state = std::move(late);
  lost.timestamp_us = now_us;
  lost.kind = FileVersionKind::unasked;
  lost.note = "written to the file after it had been replaced";
  const bool is_kept = lost.state.stored_bytes != 0;
  const std::uint64_t lines = lost.state.lines;
  const FileVersionKey key = append_version(std::move(lost), changes).key;
  append_version(std::move(present), changes);  // the file is what it was
  AlertInput alert;
  alert.cause = "late_write/" + path;
  alert.kind = AlertKind::file_changed;
  alert.message = fmt::format(
      "A program that had opened {} before it was replaced or removed has written {} lines to it afterwards; "
      "the "
      "file does not have them. {}",
      path, lines,
      is_kept ? fmt::format("governorctl restore {} --backup {} puts them in place of what it has now.",
                            text::shell_word(path), key)
              : "No backup of them could be kept.");
  audit({}, "file_changed", 0, alert.message, now_us, changes);
  resolve_alert(alert.cause, now_us, changes);
  alerts_.erase(alert.cause);
  raise_alert(std::move(alert), now_us, changes);
}

}  // namespace governor::core
