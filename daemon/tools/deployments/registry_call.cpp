#include "daemon/tools/deployments/registry_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "ipc/fault_point.hpp"

namespace governor::daemon {
namespace {

class RegistryCall final : public ToolCall {
 public:
  RegistryCall(RegistryCheck check, std::vector<core::RegistryDifference> suspects,
               std::function<void(RegistryOutcome)> tell)
      : check_(check), suspects_(std::move(suspects)), tell_(std::move(tell)) {}

  Step run(CallContext& context) override {
    if (context.launcher == nullptr) return nothing_deploys();
    if (!found_) {
      asked_us_ = context.now_us;
      return Work{[this, launcher = context.launcher](FileServices&) { found_ = launcher->find_all(); },
                  {},
                  false,
                  nullptr,
                  std::string(kDeploymentLane)};
    }
    if (!*found_) return fail(std::move(found_->error()));
    // What was compared before agents were loaded is stale.
    std::vector<core::RegistryDifference> differences = context.state.compare_registry(**found_, asked_us_);
    if (check_ != RegistryCheck::look) {
      if (auto load = agents_to_load(context, differences)) return *std::move(load);
      if (!std::exchange(has_cleared_, true)) {
        if (auto clear = places_to_clear(context, differences)) return *std::move(clear);
      }
      note_not_cleared(differences);
      for (const core::RegistryDifference& difference : differences) {
        if (is_to_be_repaired(difference)) repair(context, difference);
      }
    }
    std::string text = answer(differences, context.now_us);
    if (tell_) tell_({check_, true, std::move(differences)});
    return text;
  }

  void finish_unseen(CallContext&) override {
    if (tell_) tell_({check_, false, {}});
  }

 private:
  Step fail(core::Error error) {
    if (tell_) tell_({check_, false, {}});
    return error;
  }

  [[nodiscard]] bool is_to_be_repaired(const core::RegistryDifference& difference) const {
    if (!difference.is_repairable || check_ == RegistryCheck::look) return false;
    return check_ != RegistryCheck::watchdog ||
           std::any_of(suspects_.begin(), suspects_.end(),
                       [&](const core::RegistryDifference& suspect) { return suspect.is(difference); });
  }

  std::optional<Step> agents_to_load(const CallContext& context,
                                     const std::vector<core::RegistryDifference>& differences) {
    std::vector<std::string> ids;
    for (const core::RegistryDifference& difference : differences) {
      if (is_to_be_repaired(difference) &&
          context.state.presence(difference.id) == core::State::Presence::not_loaded)
        ids.push_back(difference.id);
    }
    if (ids.empty()) return std::nullopt;
    return Load{std::move(ids)};
  }

  static bool is_of_place(const core::RegistryDifference& difference) {
    return difference.fault == core::RegistryFault::stray_terminal ||
           difference.fault == core::RegistryFault::stray_worktree;
  }

  /// What is not of the registry is put right where it is, before that is said.
  std::optional<Step> places_to_clear(const CallContext& context,
                                      const std::vector<core::RegistryDifference>& differences) {
    std::vector<core::RegistryDifference> places;
    for (const core::RegistryDifference& difference : differences)
      if (is_of_place(difference) && is_to_be_repaired(difference)) places.push_back(difference);
    if (places.empty()) return std::nullopt;
    return Work{[this, launcher = context.launcher, places](FileServices&) {
                  for (const core::RegistryDifference& place : places) {
                    const bool is_terminal = place.fault == core::RegistryFault::stray_terminal;
                    if (auto wrong = is_terminal ? launcher->close_terminal(place.id)
                                                 : launcher->remove_stray_worktree(place.directory))
                      not_cleared_.emplace_back(place, wrong->message);
                  }
                },
                {},
                false,
                nullptr,
                std::string(kDeploymentLane)};
  }

  void note_not_cleared(std::vector<core::RegistryDifference>& differences) const {
    for (core::RegistryDifference& difference : differences) {
      for (const auto& [place, why] : not_cleared_) {
        if (!place.is(difference)) continue;
        difference.is_repairable = false;
        difference.what += " That failed: " + why;
      }
    }
  }

  static void repair(CallContext& context, const core::RegistryDifference& difference) {
    const core::Deployment* deployment = context.state.deployments().find(difference.id);
    // A keeper that comes late all the same must not start anything any more, and what one that was killed
    // has left must end, though it was not seen a moment ago.
    const bool is_closed_unseen = difference.fault == core::RegistryFault::never_started ||
                                  difference.fault == core::RegistryFault::gone;
    if (deployment != nullptr && is_closed_unseen)
      context.launcher->follow(*deployment, [](const core::DeploymentReport&) {});
    context.state.repair_registry(context.caller, difference, context.now_us, context.changes);
  }

  [[nodiscard]] std::string answer(const std::vector<core::RegistryDifference>& differences,
                                   std::int64_t now_us) const {
    std::size_t repaired = 0;
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("dry_run", check_ == RegistryCheck::look).key("differences").begin_array();
    for (const core::RegistryDifference& difference : differences) {
      const bool is_repaired = is_to_be_repaired(difference);
      repaired += is_repaired ? 1 : 0;
      json.begin_object().field("deployment_id", difference.id);
      json.field("fault", core::to_string(difference.fault)).field("what", difference.what);
      json.field("repairable", difference.is_repairable).field("repaired", is_repaired).end_object();
    }
    json.end_array().field("count", static_cast<std::uint64_t>(differences.size()));
    json.field("repaired", static_cast<std::uint64_t>(repaired));
    json.field("found", static_cast<std::uint64_t>((*found_)->deployments.size()));
    json.field("timestamp", iso_timestamp(now_us)).end_object();
    return text;
  }

  RegistryCheck check_;
  std::vector<core::RegistryDifference> suspects_;
  std::function<void(RegistryOutcome)> tell_;
  std::int64_t asked_us_ = 0;
  std::optional<core::Result<core::FoundAll>> found_;
  bool has_cleared_ = false;
  std::vector<std::pair<core::RegistryDifference, std::string>> not_cleared_;
};

class DeploymentReportCall final : public ToolCall {
 public:
  DeploymentReportCall(std::string id, core::DeploymentReport report)
      : id_(std::move(id)), report_(std::move(report)) {}

  Step run(CallContext& context) override {
    if (context.begins) return Load{{id_}};
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return std::string("{}");
    const core::DeploymentKey key = deployment->key;
    if (const auto* started = std::get_if<core::DeploymentStarted>(&report_)) {
      context.state.confirm_deployment(key, *started, context.now_us, context.changes);
    } else if (const auto* seen = std::get_if<core::DeploymentSeen>(&report_)) {
      context.state.note_deployment(key, *seen, context.now_us, context.changes);
    } else {
      context.state.end_deployment(key, std::get<core::DeploymentEnded>(report_), context.now_us,
                                   context.changes);
    }
    return std::string("{}");
  }

 private:
  std::string id_;
  core::DeploymentReport report_;
};

}  // namespace

std::unique_ptr<ToolCall> make_registry_call(RegistryCheck check,
                                             std::vector<core::RegistryDifference> suspects,
                                             std::function<void(RegistryOutcome)> tell) {
  return std::make_unique<RegistryCall>(check, std::move(suspects), std::move(tell));
}

std::unique_ptr<ToolCall> make_deployment_report_call(std::string id, core::DeploymentReport report) {
  return std::make_unique<DeploymentReportCall>(std::move(id), std::move(report));
}

}  // namespace governor::daemon
