#include "daemon/tools/coordination/changed_files_call.hpp"

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
#include "daemon/watch/touched_files.hpp"
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
  // What a file held may have come to another: that one is to be known first.
  std::stable_partition(looks_.begin(), looks_.end(), [](const Look& look) { return look.after.exists(); });
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
    to_look_at_.insert(to_look_at_.begin(), std::make_move_iterator(known.begin()),
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
      look.before = known->state;
      const auto commands = context.state.commands().during(look.path, 0, context.now_us);
      look.concerns_command = !commands.empty();
      look.is_others_work = std::none_of(commands.begin(), commands.end(), [&](const auto* command) {
        return command->session == known->session ||
               (!known->agent_id.empty() && command->agent_id == known->agent_id);
      });
    }
    look.matters_if_ignored = context.state.standing_of(look.path, context.now_us).matters_if_ignored;
    looks_.push_back(std::move(look));
  }
}

void ChangedFilesCall::work(FileServices& files) {
  if (!filter_) filter_.emplace(what_.is_own);
  if (!git_) git_.emplace();
  keeping_.emplace();  // of this round: git may be at work
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
    if (look.is_left_out) continue;
    look_at(look, files);
    if (look.concerns_command) ask_git(look);
  }
  keeping_.reset();
}

/// Only where something is at stake: git is a process.
void ChangedFilesCall::ask_git(Look& look) {
  const bool is_gone = !look.after.exists();
  const bool discards = look.is_others_work && !is_gone && look.lines && look.lines->removed > 0;
  if (!discards && !core::shrinks_badly(look.before, look.after)) return;
  look.git = keeping_->judge(look.path, look.before.sha256, look.after.sha256, look.changed_us);
}

void ChangedFilesCall::look_at(Look& look, FileServices& files) {
  const auto slot = FileSlot::open(look.path);
  // A link, a device or what is too large is no content that could be kept: as if there were no file.
  auto content = slot ? slot->read(files.settings().max_file_bytes) : core::Result<FileContent>(slot.error());
  const bool exists = content && content->exists;
  look.changed_us = last_touched_us(look.path);
  if (what_.when == core::FileChange::When::now && (!exists || content->sha256 != look.before.sha256)) {
    look.by_git = git_->has_changed(look.path);
    look.is_new = exists && is_just_made(look.path);
    look.lines = lines_of(look, exists ? std::string_view(content->bytes) : std::string_view(), files);
  }
  if (!exists) return;
  look.after = state_of(*content);
  if (content->sha256 == look.before.sha256) return;
  auto stored = files.backups().put(content->bytes, content->sha256);
  if (!stored) return;
  look.after.stored_bytes = stored->bytes;
  pins_.push_back(std::move(stored->pin));
}

std::optional<LineChange> ChangedFilesCall::lines_of(const Look& look, std::string_view now,
                                                     FileServices& files) {
  if (look.before.sha256.empty()) return compare_lines({}, now);
  if (now.empty()) return LineChange{0, static_cast<std::uint32_t>(look.before.lines)};
  const auto before = files.backups().get(look.before.sha256);
  return before ? std::optional(compare_lines(*before, now)) : std::nullopt;
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
  if (!what_.decides_at_once && look.concerns_command && core::shrinks_badly(look.before, look.after) &&
      context.state.commands().shall_wait(look.path, look.git.is_at_work, context.now_us)) {
    busy_.push_back(std::move(look.path));
    return;
  }
  core::FileChange change;
  change.path = look.path;
  change.after = std::move(look.after);
  change.when = what_.when;
  change.changed_us = look.changed_us;
  if (look.lines) {
    change.lines_added = look.lines->added;
    change.lines_removed = look.lines->removed;
  }
  change.is_new = look.is_new;
  change.by_git = look.by_git;
  change.is_kept_by_git = look.git.is_checked_out && look.git.keeps_before;
  if (look.is_others_work && change.after.exists() && look.lines && look.git.is_checked_out &&
      look.git.is_known && !look.git.keeps_before)
    change.uncommitted = look.lines->removed;
  change.raise_alert = alerts_ < kMaxAlerts;
  if (!context.state.record_change(std::move(change), context.now_us, context.changes)) return;
  if (alerts_ < kMaxAlerts) {
    ++alerts_;
  } else if (more_alerts_++ == 0) {
    example_ = std::move(look.path);
  }
}

}  // namespace governor::daemon
