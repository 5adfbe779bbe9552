// What is asked of deployments that run: to stop, to read an input, and to say when they are over.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/deployments/deployment_schemas.hpp"
#include "daemon/tools/deployments/tools.hpp"

namespace governor::daemon {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
/// Ten seconds pass between TERM and KILL.
constexpr std::int64_t kStopLimitUs = 30 * kSecond;
/// Of a client that is not told how far its call is: most give up after a minute.
constexpr std::int64_t kLongestSilentSeconds = 50;
constexpr std::int64_t kLongestWaitSeconds = 6 * 3600;
constexpr std::size_t kMaxInputBytes = 64 * 1024;

std::string deployment_json(const core::Deployment& deployment, std::int64_t now_us) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("deployment");
  write_deployment(json, deployment);
  json.field("timestamp", iso_timestamp(now_us)).end_object();
  return text;
}

/// What has an effect on one deployment: whoever asks must be allowed to.
class DeploymentCommand : public ToolCall {
 public:
  DeploymentCommand(std::string id, std::string_view what) : id_(std::move(id)), what_(what) {}

  Step run(CallContext& context) final {
    if (context.launcher == nullptr) return nothing_deploys();
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    if (context.begins && !deployment->order.parent.empty()) return Load{{deployment->order.parent}};
    if (!is_allowed_) {
      if (auto refusal = context.state.check_command_of(context.caller, *deployment, what_))
        return *std::move(refusal);
      is_allowed_ = true;
    }
    return act(context, *deployment);
  }

 protected:
  virtual Step act(CallContext& context, const core::Deployment& deployment) = 0;
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  std::string id_;
  std::string_view what_;
  bool is_allowed_ = false;
};

class StopCall final : public DeploymentCommand {
 public:
  StopCall(std::string id, std::string reason)
      : DeploymentCommand(std::move(id), "stop"), reason_(std::move(reason)) {}

 protected:
  Step act(CallContext& context, const core::Deployment& deployment) override {
    const core::DeploymentState state = deployment.standing.state;
    if (until_us_ == 0) until_us_ = context.now_us + kStopLimitUs;
    if (core::is_over(state)) {
      if (!is_asked_) end_what_runs_on(context, deployment);
      return deployment_json(deployment, context.now_us);
    }
    // Of one that waits for its next start nothing runs.
    if (deployment.standing.restart_us != 0 && !context.state.is_launching(id())) {
      if (context.state.presence(id()) == core::State::Presence::not_loaded) return Load{{id()}};
      core::DeploymentEnded ended;
      ended.state = core::DeploymentState::stopped;
      ended.why = reason_.empty() ? std::string("it was asked to stop") : reason_;
      context.state.note_deployment_event(context.caller, deployment, "stop_asked", reason_, context.now_us,
                                          context.changes);
      context.state.end_deployment(deployment.key, std::move(ended), context.now_us, context.changes);
      return deployment_json(*context.state.deployments().find(id()), context.now_us);
    }
    // Of one that is about to be started there is nothing to be ended yet.
    if (state != core::DeploymentState::reserved && !is_asked_) {
      is_asked_ = true;
      context.state.note_deployment_event(context.caller, deployment, "stop_asked", reason_, context.now_us,
                                          context.changes);
      const std::string why = reason_.empty() ? std::string("it was asked to stop") : reason_;
      context.state.ask_to_stop(id(), why);
      context.launcher->stop(id(), why);
    }
    if (context.now_us < until_us_) return Wait{0, until_us_, kStopLimitUs, true};
    core::Error error(core::ErrorCode::deadline_exceeded,
                      fmt::format("Deployment \"{}\" is {} still after {} s.", id(), core::to_string(state),
                                  kStopLimitUs / kSecond),
                      "Look again in a moment; validate_and_repair_registry says what there is of it.");
    error.field = "deployment_id";
    error.given = id();
    return error;
  }

 private:
  /// The registry has it as over; should something of it run all the same, it is ended.
  void end_what_runs_on(CallContext& context, const core::Deployment& deployment) {
    is_asked_ = true;
    context.launcher->follow(deployment, [](const core::DeploymentReport&) {});
    context.launcher->stop(id(), reason_);
  }

  std::string reason_;
  std::int64_t until_us_ = 0;
  bool is_asked_ = false;
};

constexpr Parameter kStopParameters[] = {
    deployment_id(),
    reason(),
};

ParsedCall parse_stop(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  std::string reason = arguments.text("reason").value_or("");
  return std::make_unique<StopCall>(std::move(id), std::move(reason));
}

class SendInputCall final : public DeploymentCommand {
 public:
  SendInputCall(std::string id, std::string input)
      : DeploymentCommand(std::move(id), "answer"), input_(std::move(input)) {}

 protected:
  Step act(CallContext& context, const core::Deployment& deployment) override {
    if (is_sent_) {
      if (failure_) return *std::move(failure_);
      std::string text = answer("true", {});
      context.state.save_answer(context.caller, text, context.changes);
      return text;
    }
    if (core::is_over(deployment.standing.state) ||
        deployment.standing.state == core::DeploymentState::reserved) {
      core::Error error(core::ErrorCode::conflict,
                        fmt::format("Deployment \"{}\" is {} and reads nothing.", id(),
                                    core::to_string(deployment.standing.state)),
                        "list_deployments with live true names those that run.");
      error.field = "deployment_id";
      error.given = id();
      return error;
    }
    // It is sent once at most: an answer that comes twice may be one to another question.
    context.state.note_deployment_event(context.caller, deployment, "input_sent",
                                        fmt::format("{} bytes", input_.size()), context.now_us,
                                        context.changes);
    context.state.save_answer(
        context.caller,
        answer("null", "The daemon ended while it was sent; look at the output before sending it again."),
        context.changes);
    return Work{[this, launcher = context.launcher](FileServices&) {
                  failure_ = launcher->send_input(id(), input_);
                  is_sent_ = true;
                },
                {},
                true,
                nullptr,
                std::string(kDeploymentLane)};
  }

 private:
  [[nodiscard]] std::string answer(std::string_view sent, std::string_view note) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", id()).key("sent").raw(sent);
    if (!note.empty()) json.field("note", note);
    json.end_object();
    return text;
  }

  std::string input_;
  bool is_sent_ = false;
  std::optional<core::Error> failure_;
};

constexpr Parameter kSendInputParameters[] = {
    deployment_id(),
    text("text", kMaxInputBytes, "For its terminal").required("what is to be sent"),
    flag("enter", "A line end after it").otherwise(true),
};

ParsedCall parse_send_input(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  std::string input = arguments.text("text").value_or("");
  if (input.find('\0') != std::string::npos)
    return core::invalid_argument("text", "a text with NUL", "a text without NUL");
  if (arguments.flag("enter")) input += '\n';
  return std::make_unique<SendInputCall>(std::move(id), std::move(input));
}

class WaitDeploymentCall final : public ToolCall {
 public:
  WaitDeploymentCall(std::string id, bool any_change, std::int64_t wait_seconds)
      : id_(std::move(id)), any_change_(any_change), wait_seconds_(wait_seconds) {}

  Step run(CallContext& context) override {
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    const core::DeploymentStanding& standing = deployment->standing;
    if (since_us_ == 0) {
      since_us_ = context.now_us;
      first_since_us_ = standing.since_us;
      const std::int64_t seconds =
          context.client_follows ? wait_seconds_ : std::min(wait_seconds_, kLongestSilentSeconds);
      length_us_ = seconds * kSecond;
    }
    const bool is_over = core::is_over(standing.state);
    const bool is_enough =
        is_over || core::needs_person(standing) || (any_change_ && standing.since_us != first_since_us_);
    const std::int64_t until_us = since_us_ + length_us_;
    if (!is_enough && context.now_us < until_us) return Wait{0, until_us, length_us_, true};
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployment");
    write_deployment(json, *deployment);
    json.field("over", is_over).field("timed_out", !is_enough);
    json.field("waited_seconds",
               static_cast<double>(context.now_us - since_us_) / static_cast<double>(kSecond));
    json.end_object();
    return text;
  }

 private:
  std::string id_;
  bool any_change_;
  std::int64_t wait_seconds_;
  std::int64_t since_us_ = 0;
  std::int64_t first_since_us_ = 0;
  std::int64_t length_us_ = 0;
};

constexpr Parameter kWaitDeploymentParameters[] = {
    deployment_id(),
    choice("until", "over change", "over: or needs a person").otherwise("over"),
    integer("wait_seconds", 0, kLongestWaitSeconds, "Above 50 only with a progress token").otherwise(50),
};

ParsedCall parse_wait_deployment(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  const bool any_change = arguments.choice("until") == "change";
  const std::int64_t wait_seconds = arguments.integer("wait_seconds");
  return std::make_unique<WaitDeploymentCall>(std::move(id), any_change, wait_seconds);
}

}  // namespace

std::vector<Tool> deployment_commands() {
  return {
      {{"wait_deployment", Effect::none, kWaitDeploymentParameters, parse_wait_deployment},
       "deployments",
       "Wait for a deployment",
       "Answers when it is over or needs a person, or when the time is up.",
       kWaitDeploymentOutput},
      {{"send_input", Effect::cumulative, kSendInputParameters, parse_send_input},
       "deployments",
       "Answer a deployment",
       "Text for the terminal of one that waits. For its parent and for people.",
       kSendInputOutput},
      {{"stop_deployment", Effect::idempotent, kStopParameters, parse_stop},
       "deployments",
       "Stop a deployment",
       "Ends it and all that it has started: TERM, and KILL ten seconds later.",
       kDeploymentOutput,
       false,
       true},
  };
}

}  // namespace governor::daemon
