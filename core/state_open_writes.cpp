// Writes that have begun: what is known of them before they happen, and what follows if nobody ends them.
#include <fmt/format.h>

#include <algorithm>

#include "core/state.hpp"

namespace governor::core {

OpenWriteKey State::begin_change(const Caller& caller, FileWrite write, std::string temporary,
                                 std::int64_t now_us, Changes& changes) {
  OpenWrite open;
  open.key = ++keys_.open_write;
  open.write = std::move(write);
  open.session = caller.session;
  open.temporary = std::move(temporary);
  open.begun_us = now_us;
  changes.emplace_back(OpenWriteSaved{open});
  open.is_under_way = true;
  const OpenWriteKey key = open.key;
  open_writes_.emplace(key, std::move(open));
  return key;
}

void State::end_change(OpenWriteKey key, Changes& changes) {
  // Also one that the state does not know (any more): the store may.
  if (key == 0) return;
  open_writes_.erase(key);
  changes.emplace_back(OpenWriteEnded{key});
}

bool State::is_changing(const std::string& path) const {
  return std::any_of(open_writes_.begin(), open_writes_.end(), [&](const auto& item) {
    return item.second.is_under_way && item.second.write.path == path;
  });
}

bool State::end_interrupted(const std::string& path, const FileState& found, std::int64_t now_us,
                            Changes& changes, const FileState* displaced) {
  const auto open = std::find_if(open_writes_.begin(), open_writes_.end(), [&](const auto& item) {
    return !item.second.is_under_way && item.second.write.path == path &&
           item.second.write.after.sha256 == found.sha256;
  });
  if (open == open_writes_.end()) return false;
  OpenWrite ended = open->second;
  if (displaced != nullptr) ended.write.before = *displaced;
  end_change(ended.key, changes);
  record_write({ended.session, 0}, std::move(ended.write), now_us, changes);
  return true;
}

FileVersionKey State::record_displaced(const std::string& path, const FileState& before, FileState displaced,
                                       std::int64_t now_us, Changes& changes) {
  const FileVersion* known = newest_version(path);
  if (before.exists() && (known == nullptr || known->state.sha256 != before.sha256)) {
    FileVersion seen;
    seen.path = path;
    seen.state = before;
    seen.timestamp_us = now_us;
    append_version(std::move(seen), changes);
  }
  FileVersion version;
  version.path = path;
  version.state = std::move(displaced);
  version.timestamp_us = now_us;
  version.kind = FileVersionKind::unasked;
  return append_version(std::move(version), changes).key;
}

void State::tell_displaced(const std::string& path, FileVersionKey backup, const std::string& left_at,
                           std::int64_t now_us, Changes& changes) {
  const std::string where = backup != 0 ? fmt::format("`{}` brings it back.", restore_command(path, backup))
                                        : fmt::format("It lies in {}.", left_at);
  std::string message = fmt::format(
      "{} was changed by another program while it was written through governor, and that change is not in "
      "the "
      "file any more. {}",
      path, where);
  audit({}, "file_displaced", 0, message, now_us, changes);
  const std::string cause = "file_displaced/" + path;
  resolve_alert(cause, now_us, changes);
  alerts_.erase(cause);
  raise_alert({cause, AlertKind::file_changed, AlertSeverity::critical, {}, std::move(message)}, now_us,
              changes);
}

}  // namespace governor::core
