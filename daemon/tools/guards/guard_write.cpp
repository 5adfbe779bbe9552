#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "daemon/files/shrink_guard.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/limits.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/coordination/lease_request.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/coordination/protection_question.hpp"
#include "daemon/tools/guards/guard_actor.hpp"
#include "daemon/tools/guards/guard_file.hpp"
#include "daemon/tools/guards/guard_text.hpp"
#include "daemon/tools/guards/tools.hpp"

namespace governor::daemon {
namespace {

constexpr std::int64_t kLeaseUs = 120 * kSecondUs;
constexpr std::int64_t kMostLines = 1'000'000'000;
constexpr std::int64_t kNotGiven = -kMostLines - 1;

struct GuardIntent {
  std::string kind;
  std::string tool;
  std::string path;
  std::string cwd;
  std::int64_t new_lines = kNotGiven;
  std::int64_t line_delta = 0;
  std::optional<std::string> content;  ///< as a whole, where it may matter
  std::int64_t wait_us = 0;
};

class GuardWriteCall final : public ToolCall {
 public:
  GuardWriteCall(GuardActor actor, GuardIntent intent)
      : actor_(std::move(actor)), intent_(std::move(intent)) {}

  Step run(CallContext& context) override {
    if (!file_) {
      since_us_ = context.now_us;
      actor_.note_sessions(context.state);
      return look();
    }
    if (auto load = actor_.next_load(context.state)) return *std::move(load);
    if (!*file_) {
      give_back(context);
      return core::Error(file_->error());
    }
    const auto acting = actor_.take_up(context);
    if (!acting) return decide(context, {}, "deny", "gated", guard_text(acting.error()));
    acting_ = *acting;
    if ((*file_)->unshared) {
      const core::Error& error = *(*file_)->unshared;
      return decide(context, acting_, "deny", guard_code(error), guard_text(error));
    }
    if ((*file_)->own) return decide(context, acting_, "deny", "protected", guard_text(*(*file_)->own));
    note_content(context);
    if ((*file_)->no_copy) {
      return decide(context, acting_, "ask", "no_backup",
                    "No backup of " + path() + " can be kept: " + guard_text(*(*file_)->no_copy));
    }
    if ((*file_)->may_switch_hooks) {
      return decide(context, acting_, "ask", "protected",
                    path() + " may say which hooks run, and what it will hold was not told to governor.");
    }
    if (shrinks_badly((*file_)->state.lines, lines_left()) && !is_let_through(context))
      return refuse_shrinkage(context);
    return ask_for_lease(context);
  }

  void finish_unseen(CallContext& context) override { give_back(context); }

 private:
  Step look() {
    return Work{[this](FileServices& services) {
                  if (!file_) actor_.look_around();
                  file_.emplace(look_at_file(intent_.path, intent_.cwd, services));
                  if (*file_) judge_content(**file_, intent_.content, services);
                  if (intent_.content && content_sha256_.empty())
                    content_sha256_ = sha256_hex(*intent_.content);
                },
                place_of(intent_.path, intent_.cwd)};
  }

  [[nodiscard]] const std::string& path() const { return (*file_)->path.text(); }

  [[nodiscard]] std::uint64_t lines_left() const {
    const auto before = static_cast<std::int64_t>((*file_)->state.lines);
    const std::int64_t after =
        intent_.new_lines != kNotGiven ? intent_.new_lines : before + intent_.line_delta;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(after, 0));
  }

  /// By a person: this content, in place of the one that is there.
  [[nodiscard]] bool is_let_through(const CallContext& context) const {
    if (!intent_.content) return false;
    const auto approved = context.state.approved_overwrites(acting_.caller, acting_.agent_id,
                                                            (*file_)->real_path, context.now_us);
    return std::any_of(approved.begin(), approved.end(), [&](const core::ApprovedOverwrite& overwrite) {
      return overwrite.before == (*file_)->state.sha256 && overwrite.content == content_sha256_;
    });
  }

  Step refuse_shrinkage(CallContext& context) {
    const core::FileState& before = (*file_)->state;
    std::string reason = shrink_text(path(), before.lines, lines_left());
    context.state.note_refusal(acting_.caller, acting_.agent_id, core::Refused::By::shrink_guard, path(),
                               context.now_us, context.changes);
    if (intent_.content) {
      core::FileState after;
      after.sha256 = content_sha256_;
      after.lines = lines_left();
      if (const core::Approval* asked =
              context.state.request_overwrite(acting_.caller, acting_.agent_id, (*file_)->real_path, before,
                                              after, context.now_us, context.changes))
        reason += ' ' + core::approval_hint(*asked);
    }
    return decide(context, acting_, "deny", "shrink", reason);
  }

  Step ask_for_lease(CallContext& context) {
    core::LeaseCommand command;
    command.agent_id = acting_.agent_id;
    command.paths = {(*file_)->path};
    command.ttl_us = kLeaseUs;
    command.wait_until_us = since_us_ + intent_.wait_us;
    command.direct = true;
    command.reason = guard_lease_reason(intent_.kind, intent_.tool);
    command.use = actor_.use();
    auto asked = lease_request_.ask(context, acting_.caller, std::move(command), intent_.wait_us);
    if (auto* step = std::get_if<Step>(&asked)) {
      has_waited_ = true;
      return std::move(*step);
    }
    const auto& outcome = std::get<core::Result<core::LeaseOutcome>>(asked);
    if (!outcome) return refuse(context, outcome.error());
    if (outcome->status == core::LeaseOutcome::Status::held)
      return decide(context, acting_, "deny", "held", held_text(path(), *outcome, has_waited_));
    if (outcome->created) taken_ = outcome->lease.key;
    // One that it has had for longer may have been protected since.
    if (taken_ == 0) {
      if (auto step = protections_.ask(context, outcome->lease.key, (*file_)->path, acting_.agent_id))
        return *std::move(step);
    }
    if (std::exchange(has_waited_, false)) {
      // Whoever held it has written meanwhile.
      return look();
    }
    return allow(context, outcome->lease.key);
  }

  /// What the file holds before the write is what can be brought back after it. Somebody else may have
  /// changed it before the watcher has come to it.
  void note_content(CallContext& context) {
    const GuardFile& file = **file_;
    if (file.no_copy) return;
    const core::FileVersion* known = context.state.newest_version(file.real_path);
    core::FileChange change;
    change.path = file.real_path;
    change.after = file.state;
    // Under a lease of its own the change would be taken for its own, and unknown it is no change.
    const bool first_look = known == nullptr || taken_ != 0;
    change.when = first_look ? core::FileChange::When::first_look : core::FileChange::When::now;
    context.state.record_change(std::move(change), context.now_us, context.changes);
  }

  core::Result<std::string> allow(CallContext& context, core::LeaseKey lease) {
    if (const auto error = out_of_touch(context, context.state.leases().open().at(lease)))
      return decide(context, acting_, "deny", guard_code(*error), guard_text(*error));
    const core::WriteIntent write{(*file_)->path, lease, intent_.kind + ' ' + intent_.tool};
    if (const auto error = protections_.refusal(context, acting_.caller, write, acting_.agent_id))
      return refuse(context, *error);
    const auto begun = context.state.begin_write(acting_.caller, write, context.now_us, context.changes);
    if (!begun) return refuse(context, begun.error());
    context.state.end_write(lease);  // the tool writes, and how long that takes is not ours to say
    // Half a write that the watcher sees would be taken for a state of the file.
    context.state.await_report(lease);
    const core::LeaseHolder holder = context.state.leases().open().at(lease).claim.holder;
    return answer("allow", "granted", "governor: the file is yours until the tool is done.", lease,
                  warn_of_elsewhere(context.state, **file_, holder, "before", context.now_us));
  }

  /// The state's refusals that are about the path are of those that are protected, here or elsewhere.
  core::Result<std::string> refuse(CallContext& context, const core::Error& error) {
    return decide(context, acting_, "deny", error.field == "path" ? "protected" : guard_code(error),
                  guard_text(error));
  }

  core::Result<std::string> decide(CallContext& context, const GuardActor::Acting& acting,
                                   std::string_view decision, std::string_view code,
                                   const std::string& reason) {
    give_back(context);
    const core::Agent* agent = acting.agent_id.empty() ? nullptr : context.state.find_agent(acting.agent_id);
    context.state.audit(acting.caller, "guard_refused", agent != nullptr ? agent->profile.key : 0,
                        std::string(code) + ": " + reason, context.now_us, context.changes);
    return answer(decision, code, reason, 0);
  }

  /// What this call has taken is not needed after all.
  void give_back(CallContext& context) {
    if (taken_ != 0)
      (void)context.state.release_lease(acting_.caller, taken_, context.now_us, context.changes);
    taken_ = 0;
  }

  [[nodiscard]] std::string answer(std::string_view decision, std::string_view code, std::string_view reason,
                                   core::LeaseKey lease, std::string_view warning = {}) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("decision", decision).field("code", code).field("reason", reason);
    json.field("path", path()).key("lease");
    if (lease != 0) {
      json.value(lease);
    } else {
      json.null();
    }
    json.field("warning", warning).end_object();
    return text;
  }

  GuardActor actor_;
  GuardIntent intent_;
  std::optional<core::Result<GuardFile>> file_;
  std::string content_sha256_;  ///< of what it will hold, if that was said
  GuardActor::Acting acting_;
  std::int64_t since_us_ = 0;
  LeaseRequest lease_request_;
  ProtectionQuestion protections_;
  bool has_waited_ = false;
  core::LeaseKey taken_ = 0;
};

constexpr auto kGuardWriteParameters = joined(
    kHookParameters, {path().required("the file that is to be written"), integer("new_lines", 0, kMostLines),
                      integer("line_delta", -kMostLines, kMostLines),
                      text("content", kMaxLineBytes, "all that it will hold, if it may say which hooks run"),
                      number("wait_seconds", 0, 300)});

ParsedCall parse_write(Arguments& arguments, const ToolEnvironment&) {
  HookOrigin origin = read_origin(arguments);
  GuardIntent intent;
  intent.kind = origin.kind;
  intent.cwd = origin.cwd;
  intent.tool = arguments.text("tool").value_or("");
  intent.path = arguments.text("path").value_or("");
  intent.new_lines = arguments.integer("new_lines", kNotGiven);
  intent.line_delta = arguments.integer("line_delta");
  intent.content = arguments.text("content");
  intent.wait_us = static_cast<std::int64_t>(arguments.number("wait_seconds") * kSecondUs);
  return std::make_unique<GuardWriteCall>(GuardActor(std::move(origin)), std::move(intent));
}

}  // namespace

GovernorRequest guard_write_request() {
  return {{"governor/guard_write", Effect::idempotent, kGuardWriteParameters, parse_write},
          core::Role::guard};
}

}  // namespace governor::daemon
