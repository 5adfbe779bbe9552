#include "daemon/tools/coordination/leased_write.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/tools/coordination/file_json.hpp"
#include "daemon/tools/coordination/lease_request.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/watch/git_worktree.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {

namespace {

void tell_of(const core::Approval& asked, core::Error& error) {
  error.hint += ' ' + core::approval_hint(asked);
  if (asked.is_open()) error.approval = asked.key;
}

}  // namespace

Step FileWriteCall::run(CallContext& context) {
  if (context.begins) {
    directory_ = working_directory(context);
    if (std::string agent = acting(context); !agent.empty()) return Load{{std::move(agent)}};
  }
  if (failure_) {
    release(context);
    return *failure_;
  }
  return (this->*next_)(context);
}

Step FileWriteCall::resolve(CallContext&) {
  next_ = &FileWriteCall::look_up_first;
  return Work{[this](FileServices& files) { resolve_given(files); }, place_of(given_, directory_)};
}

void FileWriteCall::resolve_given(FileServices& files) {
  auto resolved = callers_file(given_, directory_, files);
  if (!resolved) failure_ = std::move(resolved.error());
  if (resolved) {
    resolved_ = *std::move(resolved);
    core::LeasePath located = lease_path(resolved_);
    if (files.shares()) {
      core::LeasePath in_repository = WorktreeLookup().locate(resolved_);
      auto unshared = files.share(in_repository);
      located.shared = std::move(in_repository.shared);
      if (unshared) {
        place_ = *std::move(unshared);
      } else {
        place_ = std::move(located);
      }
    } else {
      place_ = std::move(located);
    }
  }
  const std::string place = given_.starts_with('/') ? given_ : directory_ + "/" + given_;
  if (system_names().look(text::path_bytes(place)).kind == NameLookup::Kind::symlink) link_ = place;
}

Step FileWriteCall::look_up_first(CallContext& context) {
  next_ = &FileWriteCall::find_out;
  if (auto read = look_up()) return *std::move(read);
  return find_out(context);
}

Step FileWriteCall::find_out(CallContext& context) {
  if (auto error = check_found()) return with_link(*std::move(error));
  if (auto step = ask(context)) return *std::move(step);
  if (auto error = allow(context)) return *std::move(error);
  next_ = &FileWriteCall::write;
  std::vector<std::pair<std::string, std::string>> approved;
  for (core::ApprovedOverwrite& overwrite :
       context.state.approved_overwrites(context.caller, describe().agent_id, path(), context.now_us))
    approved.emplace_back(std::move(overwrite.before), std::move(overwrite.content));
  return Work{[this, approved = std::move(approved)](FileServices& files) {
                auto wanted = order(files);
                if (!wanted) failure_ = std::move(wanted.error());
                if (wanted) wanted->approved = approved;
                if (wanted) wanted->last_word = last_word();
                if (wanted) writer_ = std::make_unique<FileWriter>(*std::move(wanted));
                is_to_be_written_ = writer_ && writer_->prepare(files);
              },
              path()};
}

/// Backups are of files. Of one that has given way to a link, they are not those of what the link leads to.
core::Error FileWriteCall::with_link(core::Error error) const {
  if (link_.empty() || error.code != core::ErrorCode::not_found) return error;
  error.message += fmt::format(" {} is a symbolic link to it.", link_);
  error.hint =
      fmt::format("If {} was a file before, take the link away first, then restore it again.", link_);
  return error;
}

/// Nothing happens before it is known to the store.
Step FileWriteCall::write(CallContext& context) {
  if (!is_to_be_written_) return end(context);
  if (auto error = check_word(context)) {
    release(context);
    return *std::move(error);
  }
  core::FileWrite write = describe();
  write.path = path();
  write.before = writer_->report().before;
  write.after = writer_->report().after;
  open_ = context.state.begin_change(context.caller, std::move(write), writer_->temporary().stem,
                                     context.now_us, context.changes);
  next_ = &FileWriteCall::end;
  Work work{[this](FileServices& files) {
              writer_->write(files, &abandoned_);
              has_worked_ = true;
            },
            path()};
  work.after_commit = true;
  work.abandoned = &abandoned_;
  return work;
}

/// A person has denied that so much is lost, or what they have let through has happened meanwhile.
std::optional<core::Error> FileWriteCall::check_word(const CallContext& context) const {
  const WriteReport& report = writer_->report();
  const std::string agent_id = describe().agent_id;
  if (const core::Approval* denied = context.state.denied_overwrite(
          context.caller, agent_id, path(), report.before, report.after, context.now_us))
    return core::Error(core::ErrorCode::conflict, denied->asks + ": that was denied.",
                       core::approval_hint(*denied));
  if (!report.was_approved) return std::nullopt;
  const auto approved = context.state.approved_overwrites(context.caller, agent_id, path(), context.now_us);
  const bool stands = std::any_of(approved.begin(), approved.end(), [&](const auto& overwrite) {
    return overwrite.before == report.before.sha256 && overwrite.content == report.after.sha256;
  });
  if (stands) return std::nullopt;
  return core::Error(core::ErrorCode::conflict,
                     fmt::format("What a person has let through for {} has happened already.", path()),
                     "Read the file again. If as much is to go once more, send it again: a person is asked.");
}

Step FileWriteCall::end(CallContext& context) {
  release(context);
  const auto outcome = take_down(context);
  if (!outcome) {
    const WriteReport& report = writer_->report();
    core::Error error = refusal(context, report);
    if (report.shrinks) {
      const std::string agent_id = describe().agent_id;
      context.state.note_refusal(context.caller, agent_id, core::Refused::By::shrink_guard, path(),
                                 context.now_us, context.changes);
      if (const core::Approval* asked = context.state.request_overwrite(
              context.caller, agent_id, path(), report.before, report.after, context.now_us, context.changes))
        tell_of(*asked, error);
    }
    return error;
  }
  return written_json(writer_->report(), *outcome, context.now_us, restored());
}

/// What has happened, as it is to be remembered; none if the file has not changed.
std::optional<core::FileWriteOutcome> FileWriteCall::take_down(CallContext& context) {
  core::State& state = context.state;
  state.end_change(std::exchange(open_, 0), context.changes);
  const WriteReport& report = writer_->report();
  core::FileVersionKey displaced = 0;
  if (report.displaced) {
    displaced =
        state.record_displaced(path(), report.before, *report.displaced, context.now_us, context.changes);
    writer_->remark(fmt::format(
        "Another program changed the file at the last moment; backup {} has its version.", displaced));
  }
  std::optional<core::FileWriteOutcome> outcome;
  if (!report.failure) {
    core::FileWrite write = describe();
    write.path = path();
    write.before = report.displaced ? *report.displaced : report.before;
    write.after = report.after;
    if (report.lines && !report.displaced) {
      write.lines_added = report.lines->added;
      write.lines_removed = report.lines->removed;
    }
    write.found_written = report.found_written;
    outcome = state.record_write(context.caller, std::move(write), context.now_us, context.changes);
  }
  if (displaced != 0 || !report.left_at.empty())
    state.tell_displaced(path(), displaced, report.left_at, context.now_us, context.changes);
  writer_->release_pins();  // the changes name what they kept
  return outcome;
}

void FileWriteCall::finish_unseen(CallContext& context) {
  release(context);
  const bool has_written = has_worked_ && !writer_->report().failure;
  if (has_worked_) {
    static_cast<void>(take_down(context));
  } else {
    context.state.end_change(std::exchange(open_, 0), context.changes);
  }
  if (!has_written) return;
  context.state.audit(
      context.caller, "file_written_late", 0,
      fmt::format("{}: after its caller was told that the file system does not answer", path()),
      context.now_us, context.changes);
}

std::string LeasedWrite::acting(const CallContext& context) {
  const auto& open = context.state.leases().open();
  const auto lease = open.find(request_.lease);
  // Whoever comes with somebody else's is told so by `allow`.
  if (lease != open.end()) agent_id_ = lease->second.claim.holder.agent_id;
  return agent_id_;
}

std::optional<Step> LeasedWrite::ask(CallContext& context) {
  return place() ? protections_.ask(context, request_.lease, *place(), agent_id_) : std::nullopt;
}

std::optional<core::Error> LeasedWrite::allow(CallContext& context) {
  if (!place()) return place().error();
  const core::WriteIntent intent{*place(), request_.lease, std::string(doing())};
  auto lease = context.state.begin_write(context.caller, intent, context.now_us, context.changes);
  if (!lease) return std::move(lease.error());
  is_pinned_ = true;
  auto error = out_of_touch(context, *lease);
  if (!error) error = protections_.refusal(context, context.caller, intent, agent_id_);
  if (error) {
    release(context);
    return error;
  }
  if (lease->claim.is_shared()) shared_with_ = context.shared;
  return std::nullopt;
}

void LeasedWrite::release(CallContext& context) {
  if (std::exchange(is_pinned_, false)) context.state.end_write(request_.lease);
}

LastWord LeasedWrite::last_word() {
  if (shared_with_ == nullptr) return {};
  return [shared = shared_with_, lease = request_.lease]() -> std::optional<core::Error> {
    return shared->holds(lease) ? std::nullopt : std::optional(shared->unavailable());
  };
}

core::FileWrite LeasedWrite::describe() const {
  core::FileWrite write;
  write.kind = kind();
  write.agent_id = agent_id_;
  write.lease = request_.lease;
  write.note = request_.note;
  if (const core::FileVersion* version = restored()) write.restored_from = version->key;
  return write;
}

}  // namespace governor::daemon
