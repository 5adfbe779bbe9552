#include "daemon/watch/changed_files_call.hpp"

#include <algorithm>
#include <utility>

#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/files/file_settings.hpp"
#include "daemon/files/file_slot.hpp"
#include "daemon/files/file_state.hpp"
#include "daemon/watch/watch_plan.hpp"

namespace governor::daemon {
namespace {

/// Files looked at before the state is told, so that neither memory nor a single commit grows with a project.
constexpr std::size_t kRound = 200;
constexpr std::size_t kMaxFiles = 100'000;
/// More alerts than that nobody reads one by one.
constexpr std::size_t kMaxAlerts = 20;

}  // namespace

ChangedFilesCall::ChangedFilesCall(ChangedFiles what, LookAgain look_again)
    : what_(std::move(what)), look_again_(std::move(look_again)), to_look_at_(std::move(what_.files)) {}

core::Result<std::string> ChangedFilesCall::run(CallContext& context) {
  for (Look& look : std::exchange(looks_, {})) take_down(context, std::move(look));
  for (const std::string& directory : std::exchange(what_.vanished, {})) {
    auto known = context.state.known_files_below(directory);
    to_look_at_.insert(to_look_at_.end(), std::make_move_iterator(known.begin()),
                       std::make_move_iterator(known.end()));
  }
  next_looks(context.state);
  if (!looks_.empty() || (!what_.patterns.empty() && !found_all_)) {
    context.next = CallContext::Next::work;
    return std::string();
  }
  if (more_alerts_ > 0)
    context.state.raise_many_changes(more_alerts_, example_, context.now_us, context.changes);
  if (!busy_.empty()) look_again_(std::move(busy_));
  return std::string("{}");
}

void ChangedFilesCall::next_looks(const core::State& state) {
  while (!to_look_at_.empty() && looks_.size() < kRound) {
    Look look;
    look.path = std::move(to_look_at_.back());
    to_look_at_.pop_back();
    if (const core::FileVersion* known = state.newest_version(look.path)) {
      look.known = known->key;
      look.known_sha256 = known->state.sha256;
    }
    looks_.push_back(std::move(look));
  }
}

void ChangedFilesCall::work(FileServices& files) {
  if (!what_.patterns.empty() && !std::exchange(found_all_, true)) {
    auto all = matching_files(what_.patterns, {}, kMaxFiles);
    to_look_at_.insert(to_look_at_.end(), std::make_move_iterator(all.begin()),
                       std::make_move_iterator(all.end()));
  }
  for (Look& look : looks_) {
    const auto slot = FileSlot::open(look.path);
    // A link, a device or what is too large is no content that could be kept: as if there were no file.
    auto content =
        slot ? slot->read(files.settings().max_file_bytes) : core::Result<FileContent>(slot.error());
    if (!content || !content->exists) continue;
    look.after = state_of(*content);
    if (content->sha256 == look.known_sha256) continue;
    auto stored = files.backups().put(content->bytes, content->sha256);
    if (!stored) continue;
    look.after.stored_bytes = stored->bytes;
    pins_.push_back(std::move(stored->pin));
  }
}

void ChangedFilesCall::take_down(CallContext& context, Look look) {
  const core::FileVersion* known = context.state.newest_version(look.path);
  const bool is_old = (known != nullptr ? known->key : 0) != look.known;
  if (is_old || context.state.standing_of(look.path, context.now_us).is_being_written) {
    busy_.push_back(std::move(look.path));
    return;
  }
  core::FileChange change;
  change.path = look.path;
  change.after = std::move(look.after);
  change.when = what_.when;
  change.raise_alert = alerts_ < kMaxAlerts;
  if (!context.state.record_change(std::move(change), context.now_us, context.changes)) return;
  if (alerts_ < kMaxAlerts) {
    ++alerts_;
  } else if (more_alerts_++ == 0) {
    example_ = std::move(look.path);
  }
}

const Tool& changed_files_request() {
  static const Tool request{"changed_files", "", "", "", "", "", false, true, nullptr};
  return request;
}

}  // namespace governor::daemon
