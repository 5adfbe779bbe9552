#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "core/agent_id.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/deployments/deployment_schemas.hpp"
#include "daemon/tools/deployments/tools.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"
#include "daemon/tools/tasks/task_text.hpp"
#include "ipc/fault_point.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMaxVariables = 64;
constexpr std::size_t kMaxVariableBytes = 32 * 1024;
constexpr int kMostIds = 4;  ///< that are tried; two seconds with the same random number are rare enough

core::Error about_deploying(std::string field, std::string given, std::string expected) {
  return core::invalid_argument(std::move(field), std::move(given), std::move(expected));
}

class DeployCall final : public ToolCall {
 public:
  struct Asked {
    LaunchRequest request;
    std::string prompt_file;  ///< empty: the prompt itself was given
    std::optional<std::string> parent;
    std::string parent_token_hash;
    bool allow_duplicate = false;
  };

  DeployCall(Asked asked, std::string (*random_hex)(std::size_t))
      : asked_(std::move(asked)), random_hex_(random_hex) {
    asked_.request.token = random_hex_(kTokenBytes);
  }

  Step run(CallContext& context) override {
    if (context.launcher == nullptr) return nothing_deploys();
    note_answered(context);
    if (made_before_ != 0) return answer_again(context);
    switch (stage_) {
      case Stage::fresh: return look_at_files(context);
      case Stage::looked:
        if (problem_) return *problem_;
        return load_agents(context);
      case Stage::loading: return reserve(context);
      case Stage::launching: break;
    }
    return conclude(context);
  }

  void finish_unseen(CallContext& context) override {
    if (stage_ == Stage::launching) (void)conclude(context);
  }

  /// Only what was made is known: the line runs again for the answer.
  core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer) override {
    if (answer.kind != core::Answer::Kind::deployment) return ToolCall::replay(store, answer);
    return std::optional<std::string>();
  }

 private:
  enum class Stage { fresh, looked, loading, launching };

  [[nodiscard]] core::DeploymentOrder& order() { return asked_.request.order; }

  /// The same line may have come over an older connection, and be under way still.
  void note_answered(CallContext& context) {
    if (stage_ == Stage::launching || context.caller.line == 0) return;
    const core::Session* session = context.state.find_session(context.caller.session);
    if (session == nullptr) return;
    const auto found = session->answers.find(context.caller.line);
    if (found != session->answers.end() && found->second.kind == core::Answer::Kind::deployment)
      made_before_ = found->second.target;
  }

  Step look_at_files(CallContext& context) {
    auto parent = acting_agent(context, asked_.parent);
    if (!parent) return std::move(parent.error());
    order().parent = *std::move(parent);
    stage_ = Stage::looked;
    return Work{[this, directory = working_directory(context)](FileServices&) { problem_ = look(directory); },
                place_of(asked_.request.working_directory, working_directory(context))};
  }

  std::optional<core::Error> look(const std::string& directory) {
    LaunchRequest& request = asked_.request;
    if (!asked_.prompt_file.empty()) {
      auto read = read_task_text(
          asked_.prompt_file, directory,
          {"prompt_file", core::kMaxPromptBytes, "Give a text file, or the text itself as prompt."});
      if (!read) return std::move(read.error());
      request.prompt = std::move(read->text);
      if (request.prompt.empty())
        return about_deploying("prompt_file", "an empty file", "what is to be done");
    }
    request.order.prompt_bytes = request.prompt.size();
    std::string& given = request.working_directory;
    if (given.empty()) given = directory;
    if (!given.starts_with('/')) {
      if (directory.empty())
        return about_deploying("cwd", given.empty() ? "none" : given,
                               "an absolute directory: that of this session is not known");
      given = (std::filesystem::path(directory) / given).lexically_normal().string();
    }
    struct stat status {};
    if (::stat(text::path_bytes(given).c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
      return about_deploying("cwd", given, "a directory that is there");
    return std::nullopt;
  }

  Step load_agents(CallContext& context) {
    stage_ = Stage::loading;
    order().id = fmt::format("{}-{}-{}", order().agent_type, compact_time(context.now_us), random_hex_(4));
    std::vector<std::string> needed{order().id};
    if (!order().parent.empty()) needed.push_back(order().parent);
    return Load{std::move(needed)};
  }

  /// `20260131T120000Z`.
  static std::string compact_time(std::int64_t now_us) {
    std::string text = iso_timestamp(now_us).substr(0, 19);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + 'Z';
  }

  Step reserve(CallContext& context) {
    if (auto refusal = context.launcher->refuse(asked_.request)) return *std::move(refusal);
    core::DeploymentWish wish;
    wish.order = order();
    wish.token_hash = sha256_hex(asked_.request.token);
    wish.parent_token_hash = asked_.parent_token_hash;
    wish.allow_duplicate = asked_.allow_duplicate;
    auto reserved =
        context.state.reserve_deployment(context.caller, std::move(wish), context.now_us, context.changes);
    if (!reserved && reserved.error().code == core::ErrorCode::already_exists && ++ids_tried_ < kMostIds)
      return load_agents(context);
    if (!reserved) return std::move(reserved.error());
    order() = (*reserved)->order;
    context.state.begin_launch(order().id, launching_);
    stage_ = Stage::launching;
    return Work{[this, launcher = context.launcher](FileServices&) { launch(*launcher); },
                {},
                true,
                nullptr,
                std::string(kDeploymentLane),
                kLaunchLimit};
  }

  void launch(Launcher& launcher) {
    if (ipc::fault_at(ipc::FaultPoint::deploy_reserved)) {
      launched_ = core::Error(core::ErrorCode::internal_error, "a fault before the start");
      return;
    }
    launched_ = launcher.launch(asked_.request);
    ipc::wait_at(ipc::FaultPoint::deploy_launched);
  }

  /// What became of it is taken down, whoever still listens.
  Step conclude(CallContext& context) {
    const std::string& id = order().id;
    context.state.end_launch(id);
    const core::Deployment* deployment = context.state.deployments().find(id);
    if (deployment == nullptr) return unknown_deployment(id);
    if (launched_ && *launched_) {
      context.state.confirm_deployment(deployment->key, **launched_, context.now_us, context.changes);
      ipc::wait_at(ipc::FaultPoint::deploy_confirmed);
    } else {
      core::DeploymentEnded ended;
      ended.state = core::DeploymentState::failed;
      ended.why = launched_ ? why_of(launched_->error()) : "nobody had the time to start it";
      context.state.end_deployment(deployment->key, std::move(ended), context.now_us, context.changes);
    }
    return answer(context.state, *context.state.deployments().find(id), context.now_us);
  }

  static std::string why_of(const core::Error& error) {
    return error.hint.empty() ? error.message : error.message + " " + error.hint;
  }

  static Answer answer(const core::State& state, const core::Deployment& deployment, std::int64_t now_us) {
    if (core::is_over(deployment.standing.state) && deployment.standing.started_us == 0)
      return not_started(deployment);
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployment");
    write_deployment(json, deployment);
    if (const std::string note = state.runner_note(deployment.order.runner, now_us); !note.empty())
      json.field("runner_note", note);
    json.field("timestamp", iso_timestamp(now_us)).end_object();
    return text;
  }

  /// It is known what the line has made; whether that runs is settled soon.
  Step answer_again(CallContext& context) {
    const core::Deployment* deployment = context.state.deployments().find(made_before_);
    if (deployment == nullptr) return unknown_deployment(std::to_string(made_before_));
    if (deployment->standing.state == core::DeploymentState::reserved) {
      const std::int64_t limit_us = std::chrono::microseconds(kLaunchLimit).count();
      if (waits_until_us_ == 0) waits_until_us_ = context.now_us + limit_us;
      if (context.now_us < waits_until_us_) return Wait{0, waits_until_us_, limit_us, true};
    }
    return answer(context.state, *deployment, context.now_us);
  }

  Asked asked_;
  std::string (*random_hex_)(std::size_t bytes);
  std::shared_ptr<const int> launching_ = std::make_shared<const int>();  ///< as long as this call lives
  Stage stage_ = Stage::fresh;
  std::optional<core::Error> problem_;
  int ids_tried_ = 0;
  std::optional<core::Result<core::DeploymentStarted>> launched_;
  core::DeploymentKey made_before_ = 0;
  std::int64_t waits_until_us_ = 0;
};

constexpr Parameter kDeployParameters[] = {
    text("agent_type", core::kMaxAgentTypeBytes, "What it is; begins its id")
        .like("^[A-Za-z0-9._-]{1,64}$")
        .required("a short name, such as reviewer"),
    text("prompt", core::kMaxPromptBytes, "What it is to do"),
    path("prompt_file", "Text file with it, instead"),
    task_id("Task it works on; it is told what becomes of it"),
    agent_named("parent", "Whose it is. Default: the agent this session registered"),
    text("runner", 64, "One that the configuration has. Default: claude"),
    path("cwd", "Project directory. Default: that of this session"),
    choice("workspace", "shared worktree", "worktree: a git worktree of its own").otherwise("shared"),
    text("base", 256, "Of a worktree: commit or local branch. Default: the current commit"),
    object("budget", Parameter::Type::figures,
           "turns, tokens, cost_usd, seconds; of all of its task together. At 100 % it is paused, and a "
           "person asked"),
    integer("timeout_seconds", 0, 7 * 86'400, "It is stopped then; 0: never").otherwise(0),
    integer("restarts", 0, 10, "How often it is started again after a failure").otherwise(0),
    integer("backoff_seconds", 1, 3600, "Before the first restart; doubles").otherwise(5),
    object("env", Parameter::Type::object, "Variables; the runner says which are let through"),
    flag("allow_duplicate", "Another of the type may run for the task"),
    token("Of the parent, if another session holds it"),
};

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= 256 && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void read_variables(Arguments& arguments, LaunchRequest& request) {
  const boost::json::object* given = arguments.object("env");
  if (given == nullptr) return;
  if (given->size() > kMaxVariables) {
    arguments.refuse(about_deploying("env", fmt::format("{} variables", given->size()),
                                     fmt::format("at most {} variables", kMaxVariables)));
    return;
  }
  for (const auto& item : *given) {
    const bool is_right = is_variable_name(item.key()) && item.value().is_string() &&
                          item.value().get_string().size() <= kMaxVariableBytes &&
                          item.value().get_string().find('\0') == boost::json::string::npos;
    if (!is_right) {
      arguments.refuse(about_deploying(
          "env", std::string(item.key()),
          fmt::format("names of variables with texts of at most {} bytes", kMaxVariableBytes)));
      return;
    }
    request.environment.emplace_back(item.key(), item.value().get_string());
  }
}

ParsedCall parse_deploy(Arguments& arguments, const ToolEnvironment& environment) {
  DeployCall::Asked asked;
  LaunchRequest& request = asked.request;
  core::DeploymentOrder& order = request.order;
  order.agent_type = arguments.text("agent_type").value_or("");
  auto prompt = arguments.text("prompt");
  auto prompt_file = arguments.text("prompt_file");
  order.task_id = read_task_id(arguments);
  asked.parent = arguments.agent_id("parent");
  order.runner = arguments.text("runner").value_or("claude");
  request.working_directory = arguments.text("cwd").value_or("");
  if (arguments.choice("workspace") == "worktree") request.workspace = core::WorkspaceMode::worktree;
  request.base = arguments.text("base").value_or("");
  read_budget(arguments, order.budget);
  order.timeout_seconds = arguments.integer("timeout_seconds");
  order.restarts_allowed = arguments.integer<int>("restarts");
  order.backoff_seconds = arguments.integer("backoff_seconds");
  read_variables(arguments, request);
  asked.allow_duplicate = arguments.flag("allow_duplicate");
  asked.parent_token_hash = arguments.token_hash();
  if (arguments.has("agent_type") && core::validate_agent_id("agent_type", order.agent_type)) {
    return core::invalid_argument("agent_type", fmt::format("\"{}\"", order.agent_type),
                                  "1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  const std::string expected = fmt::format(
      "what is to be done, a text of 1 to {} bytes without NUL, or prompt_file", core::kMaxPromptBytes);
  if (prompt && prompt->find('\0') != std::string::npos)
    return core::invalid_argument("prompt", "a text with NUL", expected);
  if (prompt && prompt_file) return core::invalid_argument("prompt_file", "given beside a prompt", expected);
  if (prompt ? prompt->empty() : !prompt_file) return core::invalid_argument("prompt", "nothing", expected);
  if (prompt_file && (prompt_file->empty() || prompt_file->find('\0') != std::string::npos))
    return core::invalid_argument("prompt_file", "no path", "the path of a text file");
  request.prompt = std::move(prompt).value_or("");
  asked.prompt_file = std::move(prompt_file).value_or("");
  return std::make_unique<DeployCall>(std::move(asked), environment.random_hex);
}

}  // namespace

Tool deploy_tool() {
  Tool tool{
      {"deploy_headless_agent", Effect::cumulative, kDeployParameters, parse_deploy},
      "deployments",
      "Deploy an agent",
      "Starts an agent in the background, with an identity of its own below yours. wait_deployment says "
      "when it is done.",
      kDeploymentOutput};
  tool.tasks = TaskUse::offered;
  return tool;
}

}  // namespace governor::daemon
