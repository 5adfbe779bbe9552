#include "daemon/tools/deployments/restart_call.hpp"

#include <optional>
#include <utility>

#include "daemon/support/sha256.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kRestartTokenBytes = 32;

class RestartCall final : public ToolCall {
 public:
  RestartCall(std::string id, std::string (*random_hex)(std::size_t))
      : id_(std::move(id)), random_hex_(random_hex) {}

  Step run(CallContext& context) override {
    if (context.launcher == nullptr) return nothing_deploys();
    if (deployment_) return conclude(context);
    if (context.begins) return Load{{id_}};
    const core::Deployment* deployment = context.state.deployments().find(id_);
    // It may have been stopped meanwhile, or be about to be started by another look.
    if (deployment == nullptr || !context.state.restart_is_due(*deployment, context.now_us))
      return std::string("{}");
    deployment_ = *deployment;
    token_ = random_hex_(kRestartTokenBytes);
    context.state.renew_token(*deployment, sha256_hex(token_), context.changes);
    context.state.begin_launch(id_, launching_);
    return Work{[this, launcher = context.launcher](FileServices&) {
                  launched_ = launcher->relaunch(*deployment_, token_);
                },
                {},
                true,
                nullptr,
                std::string(kDeploymentLane),
                kLaunchLimit};
  }

  void finish_unseen(CallContext& context) override {
    if (deployment_) (void)conclude(context);
  }

 private:
  std::string conclude(CallContext& context) {
    context.state.end_launch(id_);
    if (launched_ && *launched_) {
      context.state.confirm_deployment(deployment_->key, **launched_, context.now_us, context.changes);
      return "{}";
    }
    core::DeploymentEnded ended;
    ended.state = core::DeploymentState::failed;
    ended.why = launched_ ? "it could not be started again: " + launched_->error().message
                          : "nobody had the time to start it again";
    context.state.end_deployment(deployment_->key, std::move(ended), context.now_us, context.changes);
    return "{}";
  }

  std::string id_;
  std::string (*random_hex_)(std::size_t bytes);
  std::shared_ptr<const int> launching_ = std::make_shared<const int>();  ///< as long as this call lives
  std::optional<core::Deployment> deployment_;                            ///< as it was when its start began
  std::string token_;
  std::optional<core::Result<core::DeploymentStarted>> launched_;
};

}  // namespace

std::unique_ptr<ToolCall> make_restart_call(std::string id, std::string (*random_hex)(std::size_t bytes)) {
  return std::make_unique<RestartCall>(std::move(id), random_hex);
}

}  // namespace governor::daemon
