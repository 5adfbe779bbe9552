#include "daemon/tools/restore_order.hpp"

#include <fmt/format.h>

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
  order.wanted_ = arguments.integer("backup", 0, 1, INT64_MAX);
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

WriteReport RestoreOrder::carry_out(const std::string& path, FileServices& files) {
  WriteReport failed;
  const core::FileVersion* chosen = &candidates_.front();
  if (wanted_ == 0 && !at_us_) {
    const auto slot = FileSlot::open(path);
    const auto now = slot ? slot->read(files.settings().max_file_bytes) : slot.error();
    if (!now) {
      failed.failure = now.error();
      return failed;
    }
    chosen = nullptr;
    for (const core::FileVersion& version : candidates_) {
      if (chosen == nullptr && version.state.sha256 != now->sha256) chosen = &version;
    }
    if (chosen == nullptr) {
      failed.failure = no_version("path", path, fmt::format("{} had no other content that is known.", path));
      return failed;
    }
  }
  restored_ = *chosen;
  WriteOrder order;
  order.path = path;
  order.may_shrink = true;
  if (chosen->state.exists()) {
    auto content = files.backups().get(chosen->state.sha256);
    if (!content) {
      failed.failure = std::move(content.error());
      return failed;
    }
    order.content = *std::move(content);
  }
  return daemon::carry_out(order, files);
}

}  // namespace governor::daemon
