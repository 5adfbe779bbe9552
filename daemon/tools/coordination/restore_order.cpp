#include "daemon/tools/coordination/restore_order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/time_text.hpp"
#include "daemon/files/file_slot.hpp"

namespace governor::daemon {
namespace {

/// How far back it is looked for a content that the file does not have.
constexpr std::size_t kLooksBack = 50;

core::Error no_version(std::string field, std::string given, std::string message) {
  core::Error error(core::ErrorCode::not_found, std::move(message), "list_backups shows what there is.");
  error.field = std::move(field);
  error.given = std::move(given);
  return error;
}

}  // namespace

RestoreOrder RestoreOrder::read(Arguments& arguments) {
  RestoreOrder order;
  order.wanted_ = arguments.integer("backup");
  order.at_us_ = arguments.moment("at");
  if (order.wanted_ != 0 && order.at_us_)
    arguments.refuse(core::invalid_argument("at", "given together with backup", "one of the two"));
  return order;
}

std::optional<core::Error> RestoreOrder::find(const std::string& path, Store& store) {
  candidates_.clear();
  if (wanted_ == 0 && !at_us_) {
    auto page = store.load_file_versions(path, 0, kLooksBack);
    if (!page) return std::move(page.error());
    candidates_ = std::move(page->versions);
    return std::nullopt;
  }
  auto version = wanted_ != 0 ? store.load_file_version(wanted_) : store.load_file_version_at(path, *at_us_);
  if (!version) return std::move(version.error());
  of_other_file_ = *version && (*version)->path != path;
  if (*version) candidates_.push_back(**std::move(version));
  return std::nullopt;
}

std::optional<core::Error> RestoreOrder::refusal(const std::string& path) const {
  if (of_other_file_) {
    return no_version("backup", std::to_string(wanted_),
                      fmt::format("Backup {} is of {}.", wanted_, candidates_.front().path));
  }
  if (!candidates_.empty()) return std::nullopt;
  if (wanted_ != 0)
    return no_version("backup", std::to_string(wanted_), fmt::format("There is no backup {}.", wanted_));
  if (at_us_) {
    return no_version("at", core::utc_text(*at_us_),
                      fmt::format("Nothing is known of {} before {}.", path, core::utc_text(*at_us_)));
  }
  return no_version("path", path, fmt::format("There are no backups of {}.", path));
}

core::Result<WriteOrder> RestoreOrder::order(const std::string& path, FileServices& files) {
  const auto slot = FileSlot::open(path);
  const auto now = slot ? slot->read(files.settings().max_file_bytes) : slot.error();
  const core::FileVersion* chosen = &candidates_.front();
  if (wanted_ == 0 && !at_us_) {
    if (!now) return core::Error(now.error());
    const auto other =
        std::find_if(candidates_.begin(), candidates_.end(),
                     [&](const core::FileVersion& version) { return version.state.sha256 != now->sha256; });
    if (other == candidates_.end())
      return no_version("path", path, fmt::format("{} had no other content that is known.", path));
    chosen = &*other;
  }
  restored_ = *chosen;
  WriteOrder order;
  order.path = path;
  order.may_shrink = true;
  if (!chosen->state.exists()) return order;
  auto content = files.backups().get(chosen->state.sha256);
  if (!content) return std::move(content.error());
  order.content = *std::move(content);
  if (chosen->state.mode != 0) {
    order.look = FileLook{static_cast<mode_t>(chosen->state.mode), {}};
    // Where there is a file, what was made of it must be made again, which goes by its time.
    const bool is_gone = now && !now->exists;
    if (is_gone && chosen->state.modified_us != 0) order.look->modified_us = chosen->state.modified_us;
  }
  return order;
}

}  // namespace governor::daemon
