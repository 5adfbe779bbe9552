#include "daemon/tools/coordination/tools.hpp"

#include <fmt/format.h>

#include "daemon/files/real_path.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/leased_write.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/coordination/restore_order.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kPatternExpected = "the path of a file or directory, or a glob";

/// Like restore_file, for a person.
class PersonRestoreCall final : public FileWriteCall {
 public:
  PersonRestoreCall(std::string path, std::string reason, RestoreOrder order)
      : FileWriteCall(std::move(path)), reason_(std::move(reason)), order_(std::move(order)) {}

 protected:
  std::optional<Read> look_up() override {
    return Read{[this](Store& store) { return order_.find(path(), store); }};
  }
  std::optional<core::Error> check_found() override { return order_.refusal(path()); }
  core::Result<WriteOrder> order(FileServices& files) override {
    auto wanted = order_.order(path(), files);
    if (wanted) wanted->by_person = true;
    return wanted;
  }
  [[nodiscard]] core::FileWrite describe() const override {
    core::FileWrite write;
    write.kind = core::FileVersionKind::restored;
    write.note = reason_;
    write.restored_from = order_.restored().key;
    return write;
  }
  [[nodiscard]] const core::FileVersion* restored() const override { return &order_.restored(); }

 private:
  std::string reason_;
  RestoreOrder order_;
};

constexpr Parameter kPersonRestoreParameters[] = {
    path_of_file(),
    file_reason(),
    backup_number(),
    moment_of_content(),
};

ParsedCall parse_person_restore(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  std::string reason = arguments.text("reason").value_or("");
  RestoreOrder order = RestoreOrder::read(arguments);
  return std::make_unique<PersonRestoreCall>(std::move(path), std::move(reason), std::move(order));
}

/// What is protected and what is unlocked.
class RulesCall final : public ToolCall {
 public:
  Step run(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("items").begin_array();
    for (const core::Protection& protection : context.state.protections()) {
      json.begin_object().field("pattern", protection.path.text()).field("reason", protection.reason);
      json.field("configured", protection.configured);
      if (!protection.configured)
        json.field("by", protection.by).field("since", iso_timestamp(protection.since_us));
      json.end_object();
    }
    json.end_array().key("unlocks").begin_array();
    for (const core::Unlock& unlock : context.state.unlocks()) {
      if (unlock.until_us <= context.now_us) continue;
      json.begin_object().field("path", unlock.path.text());
      if (!unlock.agent_id.empty()) json.field("agent_id", unlock.agent_id);
      json.field("reason", unlock.reason).field("by", unlock.by);
      json.field("since", iso_timestamp(unlock.granted_us)).field("until", iso_timestamp(unlock.until_us));
      json.end_object();
    }
    json.end_array().end_object();
    return text;
  }
};

ParsedCall parse_rules(Arguments&, const ToolEnvironment&) {
  return std::make_unique<RulesCall>();
}

/// A change of the rules about one path or pattern, and perhaps an agent: `Change` is called on the state
/// strand and returns the answer.
template <class Change>
class RuleCall final : public ToolCall {
 public:
  RuleCall(std::string path, std::string agent_id, Change change)
      : given_(std::move(path)), agent_id_(std::move(agent_id)), change_(std::move(change)) {}

  Step run(CallContext& context) override {
    if (context.begins && !agent_id_.empty()) return Load{{agent_id_}};
    if (!resolved_) {
      return Work{[this, directory = working_directory(context)](FileServices&) {
        resolved_ = resolve_path(given_, directory);
      }};
    }
    if (!*resolved_) return core::Error(resolved_->error());
    return change_(context, lease_path(**resolved_));
  }

 private:
  std::string given_;
  std::string agent_id_;
  Change change_;
  std::optional<core::Result<ResolvedPath>> resolved_;
};

template <class Change>
std::unique_ptr<ToolCall> rule_call(std::string path, std::string agent_id, Change change) {
  return std::make_unique<RuleCall<Change>>(std::move(path), std::move(agent_id), std::move(change));
}

constexpr Parameter kProtectParameters[] = {
    path("pattern").required(kPatternExpected),
    file_reason(),
    flag("remove"),
};

ParsedCall parse_protect(Arguments& arguments, const ToolEnvironment&) {
  std::string pattern = arguments.text("pattern").value_or("");
  std::string reason = arguments.text("reason").value_or("");
  const bool remove = arguments.flag("remove");
  return rule_call(
      std::move(pattern), {},
      [reason, remove](CallContext& context, const core::LeasePath& path) -> core::Result<std::string> {
        auto error =
            context.state.protect(context.caller, {path, reason, remove}, context.now_us, context.changes);
        if (error) return *std::move(error);
        std::string text;
        JsonWriter json(text);
        json.begin_object().field("pattern", path.text()).field("protected", !remove).end_object();
        return text;
      });
}

constexpr Parameter kUnlockParameters[] = {
    path().required(kPatternExpected),
    agent_id(),
    integer("seconds", 0, 86'400).otherwise(900),
    file_reason(),
};

ParsedCall parse_unlock(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  std::string agent_id = arguments.agent_id().value_or("");
  const std::int64_t seconds = arguments.integer("seconds");
  std::string reason = arguments.text("reason").value_or("");
  return rule_call(std::move(path), agent_id,
                   [agent_id, seconds, reason](CallContext& context,
                                               const core::LeasePath& unlocked) -> core::Result<std::string> {
                     auto error = context.state.unlock(context.caller,
                                                       {unlocked, agent_id, seconds * kSecondUs, reason},
                                                       context.now_us, context.changes);
                     if (error) return *std::move(error);
                     std::string text;
                     JsonWriter json(text);
                     json.begin_object().field("path", unlocked.text());
                     if (!agent_id.empty()) json.field("agent_id", agent_id);
                     json.field("until", iso_timestamp(context.now_us + seconds * kSecondUs)).end_object();
                     return text;
                   });
}

}  // namespace

GovernorRequest restore_request() {
  return {{"governor/restore", Effect::idempotent, kPersonRestoreParameters, parse_person_restore},
          core::Role::person};
}

GovernorRequest protect_request() {
  return {{"governor/protect", Effect::idempotent, kProtectParameters, parse_protect}, core::Role::person};
}

GovernorRequest protections_request() {
  return {{"governor/protections", Effect::none, {}, parse_rules}, std::nullopt};
}

GovernorRequest unlock_request() {
  return {{"governor/unlock", Effect::idempotent, kUnlockParameters, parse_unlock}, core::Role::person};
}

}  // namespace governor::daemon
