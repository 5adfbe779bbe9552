// What people decide about the work of deployments: to merge it, or to throw it away.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/deployments/tools.hpp"

namespace governor::daemon {
namespace {

/// Of a deployment that has a worktree and does not work in it any more.
class WorktreeRequest : public ToolCall {
 public:
  WorktreeRequest(std::string id, std::string reason) : id_(std::move(id)), reason_(std::move(reason)) {}

  Step run(CallContext& context) final {
    if (context.launcher == nullptr) return nothing_deploys();
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    if (is_done_) return answer(context, *deployment);
    const core::DeploymentWorkspace& workspace = deployment->standing.workspace;
    if (workspace.mode != core::WorkspaceMode::worktree || workspace.removed)
      return refusal(workspace.removed ? "has no worktree any more" : "has no worktree of its own",
                     "governorctl deployments shows where it works.");
    if (!core::is_over(deployment->standing.state))
      return refusal("is not over", fmt::format("Wait for it, or stop it first: governorctl stop {}.", id_));
    return Work{[this, launcher = context.launcher, copy = *deployment](FileServices&) {
                  work(*launcher, copy);
                  is_done_ = true;
                },
                workspace.directory, true};
  }

 protected:
  virtual void work(Launcher& launcher, const core::Deployment& deployment) = 0;
  virtual Step answer(CallContext& context, const core::Deployment& deployment) = 0;
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  [[nodiscard]] core::Error refusal(std::string_view what, std::string hint) const {
    core::Error error(core::ErrorCode::conflict, fmt::format("Deployment \"{}\" {}.", id_, what),
                      std::move(hint));
    error.field = "deployment_id";
    error.given = id_;
    return error;
  }

  std::string id_;
  std::string reason_;
  bool is_done_ = false;
};

class MergeRequest final : public WorktreeRequest {
 public:
  using WorktreeRequest::WorktreeRequest;

 protected:
  void work(Launcher& launcher, const core::Deployment& deployment) override {
    merged_ = launcher.merge(deployment);
  }
  Step answer(CallContext& context, const core::Deployment& deployment) override {
    if (!*merged_) return std::move(merged_->error());
    std::string note = reason().empty() ? **merged_ : fmt::format("{}: {}", reason(), **merged_);
    context.state.note_deployment_event(context.caller, deployment, "merged", std::move(note), context.now_us,
                                        context.changes);
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", id()).field("merged", true).field("result", **merged_);
    json.end_object();
    return text;
  }

 private:
  std::optional<core::Result<std::string>> merged_;
};

class DiscardRequest final : public WorktreeRequest {
 public:
  using WorktreeRequest::WorktreeRequest;

 protected:
  void work(Launcher& launcher, const core::Deployment& deployment) override {
    failure_ = launcher.remove_workspace(deployment, true);
  }
  Step answer(CallContext& context, const core::Deployment& deployment) override {
    if (failure_) return *std::move(failure_);
    if (!reason().empty()) {
      context.state.note_deployment_event(context.caller, deployment, "workspace_removed", reason(),
                                          context.now_us, context.changes);
    }
    context.state.note_workspace_removed(context.caller, deployment, context.now_us, context.changes);
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", id()).field("removed", true).end_object();
    return text;
  }

 private:
  std::optional<core::Error> failure_;
};

class ContinueRequest final : public ToolCall {
 public:
  /// Figures that are not given are `kKept`.
  static constexpr std::int64_t kKept = -1;

  ContinueRequest(std::string id, std::optional<core::DeploymentBudget> budget, std::string reason)
      : id_(std::move(id)), budget_(budget), reason_(std::move(reason)) {}

  Step run(CallContext& context) override {
    if (context.begins) return Load{{id_}};
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    if (budget_) keep_what_is_not_given(core::budget_of(*deployment));
    auto continued =
        context.state.continue_deployment(context.caller, id_, budget_, context.now_us, context.changes);
    if (!continued) return std::move(continued.error());
    if (!reason_.empty()) {
      context.state.note_deployment_event(context.caller, **continued, "continued", reason_, context.now_us,
                                          context.changes);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployment");
    write_deployment(json, **continued);
    json.end_object();
    return text;
  }

 private:
  void keep_what_is_not_given(const core::DeploymentBudget& now) {
    const auto keep = [](auto& figure, auto known) {
      if (figure == static_cast<decltype(known)>(kKept)) figure = known;
    };
    keep(budget_->turns, now.turns);
    keep(budget_->tokens, now.tokens);
    keep(budget_->cost_micro_usd, now.cost_micro_usd);
    keep(budget_->wall_seconds, now.wall_seconds);
  }

  std::string id_;
  std::optional<core::DeploymentBudget> budget_;
  std::string reason_;
};

constexpr Parameter kContinueDeploymentParameters[] = {
    deployment_id(),
    object("budget", Parameter::Type::figures, "The new figures; without: as much again of what is used up"),
    reason(),
};

ParsedCall parse_continue(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  std::optional<core::DeploymentBudget> budget;
  if (arguments.has("budget")) {
    constexpr auto kKept = static_cast<std::uint64_t>(ContinueRequest::kKept);
    budget = core::DeploymentBudget{kKept, kKept, kKept, ContinueRequest::kKept};
    read_budget(arguments, *budget);
  }
  std::string why = arguments.text("reason").value_or("");
  return std::make_unique<ContinueRequest>(std::move(id), budget, std::move(why));
}

constexpr Parameter kMergeDeploymentParameters[] = {deployment_id(), reason()};
constexpr Parameter kDiscardDeploymentParameters[] = {deployment_id(), reason()};

template <class Request>
ParsedCall parse_worktree_request(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  return std::make_unique<Request>(std::move(id), arguments.text("reason").value_or(""));
}

}  // namespace

GovernorRequest deployment_merge_request() {
  return {{"governor/deployment_merge", Effect::idempotent, kMergeDeploymentParameters,
           parse_worktree_request<MergeRequest>},
          core::Role::person};
}

GovernorRequest deployment_continue_request() {
  return {{"governor/deployment_continue", Effect::cumulative, kContinueDeploymentParameters, parse_continue},
          core::Role::person};
}

GovernorRequest deployment_discard_request() {
  return {{"governor/deployment_discard", Effect::idempotent, kDiscardDeploymentParameters,
           parse_worktree_request<DiscardRequest>},
          core::Role::person};
}

}  // namespace governor::daemon
