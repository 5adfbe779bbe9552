#include "daemon/watch/changed_files_call.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "daemon/files/backup_store.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/files/file_settings.hpp"
#include "daemon/files/file_slot.hpp"
#include "daemon/files/file_state.hpp"
#include "daemon/watch/file_birth.hpp"
#include "daemon/watch/watch_plan.hpp"

namespace governor::daemon {
namespace {

/// Files looked at before the state is told, so that neither memory nor a single commit grows with a project.
constexpr std::size_t kRound = 200;
constexpr std::size_t kMaxFiles = 100'000;
/// More alerts than that nobody reads one by one.
constexpr std::size_t kMaxAlerts = 20;

/// What governor knows that the targets mean.
std::vector<std::string> known_files_of(const core::State& state,
                                        const std::vector<core::WatchTarget>& targets) {
  std::vector<std::string> known = state.known_files_below("");
  std::erase_if(known, [&](const std::string& path) {
    return std::none_of(targets.begin(), targets.end(),
                        [&](const core::WatchTarget& target) { return target.pattern.matches(path); });
  });
  std::sort(known.begin(), known.end());
  return known;
}

}  // namespace

ChangedFilesCall::ChangedFilesCall(ChangedFiles what, LookAgain look_again)
    : what_(std::move(what)), look_again_(std::move(look_again)), to_look_at_(std::move(what_.files)) {}

Step ChangedFilesCall::run(CallContext& context) {
  for (Look& look : std::exchange(looks_, {})) {
    const std::string path = look.path;
    try {
      take_down(context, std::move(look));
    } catch (const std::exception& failure) {  // the others are to be told all the same
      spdlog::error("the change of {} could not be taken down: {}", path, failure.what());
    }
  }
  for (const std::string& directory : std::exchange(what_.vanished, {})) {
    auto known = context.state.known_files_below(directory);
    to_look_at_.insert(to_look_at_.end(), std::make_move_iterator(known.begin()),
                       std::make_move_iterator(known.end()));
  }
  const bool is_first = !what_.targets.empty() && !found_all_ && known_.empty();
  if (is_first && what_.when == core::FileChange::When::after_start)
    known_ = known_files_of(context.state, what_.targets);
  next_looks(context);
  if (!looks_.empty() || (!what_.targets.empty() && !found_all_)) {
    return Work{[this](FileServices& files) { work(files); }};
  }
  if (more_alerts_ > 0)
    context.state.raise_many_changes(more_alerts_, example_, context.now_us, context.changes);
  if (!busy_.empty()) look_again_(std::move(busy_));
  return std::string("{}");
}

void ChangedFilesCall::next_looks(const CallContext& context) {
  while (!to_look_at_.empty() && looks_.size() < kRound) {
    Look look;
    look.path = std::move(to_look_at_.back());
    to_look_at_.pop_back();
    if (const core::FileVersion* known = context.state.newest_version(look.path)) {
      look.known = known->key;
      look.known_sha256 = known->state.sha256;
    }
    look.matters_if_ignored = context.state.standing_of(look.path, context.now_us).matters_if_ignored;
    looks_.push_back(std::move(look));
  }
}

void ChangedFilesCall::work(FileServices& files) {
  if (!filter_) filter_.emplace(what_.is_own);
  if (!git_) git_.emplace();
  if (!what_.targets.empty() && !std::exchange(found_all_, true)) {
    auto all = matching_files(what_.targets, {}, kMaxFiles, *filter_);
    // What was deleted, moved away or has become a directory meanwhile is found in no directory.
    std::sort(all.begin(), all.end());
    std::set_difference(known_.begin(), known_.end(), all.begin(), all.end(),
                        std::back_inserter(to_look_at_));
    to_look_at_.insert(to_look_at_.end(), std::make_move_iterator(all.begin()),
                       std::make_move_iterator(all.end()));
  }
  for (Look& look : looks_) {
    look.is_left_out = !look.matters_if_ignored && filter_->is_ignored(look.path);
    if (!look.is_left_out) look_at(look, files);
  }
}

void ChangedFilesCall::look_at(Look& look, FileServices& files) {
  const auto slot = FileSlot::open(look.path);
  // A link, a device or what is too large is no content that could be kept: as if there were no file.
  auto content = slot ? slot->read(files.settings().max_file_bytes) : core::Result<FileContent>(slot.error());
  const bool exists = content && content->exists;
  if (what_.when == core::FileChange::When::now && (!exists || content->sha256 != look.known_sha256)) {
    look.by_git = git_->has_changed(look.path);
    look.is_new = exists && is_just_made(look.path);
  }
  if (!exists) return;
  look.after = state_of(*content);
  if (content->sha256 == look.known_sha256) return;
  auto stored = files.backups().put(content->bytes, content->sha256);
  if (!stored) return;
  look.after.stored_bytes = stored->bytes;
  pins_.push_back(std::move(stored->pin));
}

void ChangedFilesCall::take_down(CallContext& context, Look look) {
  const core::FileVersion* known = context.state.newest_version(look.path);
  const bool is_old = (known != nullptr ? known->key : 0) != look.known;
  const core::FileStanding standing = context.state.standing_of(look.path, context.now_us);
  if (is_old || standing.is_being_written || (look.is_left_out && standing.matters_if_ignored)) {
    busy_.push_back(std::move(look.path));
    return;
  }
  if (look.is_left_out) return;
  core::FileChange change;
  change.path = look.path;
  change.after = std::move(look.after);
  change.when = what_.when;
  change.is_new = look.is_new;
  change.by_git = look.by_git;
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
