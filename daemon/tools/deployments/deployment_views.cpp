// What is shown of deployments: none of these changes one.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/deployments/deployment_arguments.hpp"
#include "daemon/tools/deployments/deployment_json.hpp"
#include "daemon/tools/deployments/deployment_schemas.hpp"
#include "daemon/tools/deployments/tools.hpp"
#include "daemon/tools/tasks/task_arguments.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxOutputBytes = 256 * 1024;
constexpr std::size_t kMaxDiffBytes = 1024 * 1024;
constexpr std::string_view kStates = "reserved starting working waiting stuck finished failed stopped lost";

class ListDeploymentsCall final : public ToolCall {
 public:
  struct Query {
    std::string state;
    bool live = false;
    std::string task_id;
    std::string parent;
    std::string agent_type;
    std::size_t limit = 50;
    core::DeploymentKey before = 0;  ///< 0: from the beginning
  };

  explicit ListDeploymentsCall(Query query) : query_(std::move(query)) {}

  /// Those that wait for a person, then those that run, then those that are over, each newest first.
  Step run(CallContext& context) override {
    const core::DeploymentTable& deployments = context.state.deployments();
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployments").begin_array();
    if (query_.before == 0) {
      list(json, deployments, [](const core::DeploymentStanding& one) { return core::needs_person(one); });
      list(json, deployments, [](const core::DeploymentStanding& one) {
        return !core::needs_person(one) && !core::is_over(one.state);
      });
    }
    list(json, deployments, [](const core::DeploymentStanding& one) { return core::is_over(one.state); });
    json.end_array().field("count", static_cast<std::uint64_t>(count_));
    if (more_ && last_over_ != 0) json.field("next_cursor", last_over_);
    json.key("counts");
    write_deployment_counts(json, deployments);
    const core::DeploymentLimits& limits = context.state.deployment_limits();
    json.key("limits").begin_object().field("at_once", static_cast<std::uint64_t>(limits.at_once));
    json.field("per_task", static_cast<std::uint64_t>(limits.per_task));
    json.field("per_parent", static_cast<std::uint64_t>(limits.per_parent)).field("depth", limits.depth);
    json.end_object().end_object();
    return text;
  }

 private:
  template <class IsListed>
  void list(JsonWriter& json, const core::DeploymentTable& deployments, IsListed is_listed) {
    deployments.visit([&](const core::Deployment& deployment) {
      const core::DeploymentState state = deployment.standing.state;
      if (!is_listed(deployment.standing) || !passes(deployment)) return true;
      if (count_ == query_.limit) {
        more_ = true;
        return false;
      }
      write_deployment(json, deployment);
      ++count_;
      if (core::is_over(state)) last_over_ = deployment.key;
      return true;
    });
  }

  [[nodiscard]] bool passes(const core::Deployment& deployment) const {
    const core::DeploymentOrder& order = deployment.order;
    const core::DeploymentState state = deployment.standing.state;
    if (core::is_over(state) && (query_.live || (query_.before != 0 && deployment.key >= query_.before)))
      return false;
    return (query_.state.empty() || query_.state == core::to_string(state)) &&
           (query_.task_id.empty() || query_.task_id == order.task_id) &&
           (query_.parent.empty() || query_.parent == order.parent) &&
           (query_.agent_type.empty() || query_.agent_type == order.agent_type);
  }

  Query query_;
  std::size_t count_ = 0;
  bool more_ = false;
  core::DeploymentKey last_over_ = 0;
};

constexpr Parameter kListDeploymentsParameters[] = {
    choice("state", kStates),
    flag("live", "Only those that are not over"),
    task_id(),
    agent_named("parent"),
    text("agent_type", core::kMaxAgentTypeBytes),
    limit(50),
    integer("cursor", 1, kMostExact, "next_cursor of the previous page"),
};

ParsedCall parse_list_deployments(Arguments& arguments, const ToolEnvironment&) {
  ListDeploymentsCall::Query query;
  query.state = arguments.choice("state");
  query.live = arguments.flag("live");
  query.task_id = read_task_id(arguments);
  query.parent = arguments.agent_id("parent").value_or("");
  query.agent_type = arguments.text("agent_type").value_or("");
  query.limit = arguments.integer<std::size_t>("limit");
  query.before = arguments.integer("cursor");
  return std::make_unique<ListDeploymentsCall>(std::move(query));
}

class GetDeploymentCall final : public ToolCall {
 public:
  GetDeploymentCall(std::string id, std::size_t events) : id_(std::move(id)), events_(events) {}

  Step run(CallContext& context) override {
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    if (context.begins && events_ > 0)
      return Read{[this, key = deployment->key](Store& store) { return read(store, key); }};
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("deployment");
    write_deployment(json, *deployment);
    json.key("history");
    write_deployment_history(json, history_);
    json.field("older_history", history_.more).end_object();
    return text;
  }

 private:
  std::optional<core::Error> read(Store& store, core::DeploymentKey key) {
    auto history = store.load_deployment_history(key, events_);
    if (!history) return history.error();
    history_ = *std::move(history);
    return std::nullopt;
  }

  std::string id_;
  std::size_t events_;
  DeploymentHistory history_;
};

constexpr Parameter kGetDeploymentParameters[] = {
    deployment_id(),
    integer("history", 0, 500, "How many of the newest events, findings among them").otherwise(20),
};

ParsedCall parse_get_deployment(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  const auto events = arguments.integer<std::size_t>("history");
  return std::make_unique<GetDeploymentCall>(std::move(id), events);
}

class DeploymentOutputCall final : public ToolCall {
 public:
  struct Query {
    std::string id;
    std::optional<std::uint64_t> offset;
    std::size_t limit = 0;
    std::string filter;
  };

  explicit DeploymentOutputCall(Query query) : query_(std::move(query)) {}

  Step run(CallContext& context) override {
    if (context.launcher == nullptr) return nothing_deploys();
    if (context.state.deployments().find(query_.id) == nullptr) return unknown_deployment(query_.id);
    if (!piece_) {
      return Work{[this, launcher = context.launcher](FileServices&) {
                    piece_ = launcher->read_output(query_.id, query_.offset, query_.limit, query_.filter);
                  },
                  {},
                  false,
                  nullptr,
                  std::string(kDeploymentLane)};
    }
    if (!*piece_) return std::move(piece_->error());
    const OutputPiece& piece = **piece_;
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", query_.id).field("text", piece.text);
    json.field("offset", piece.offset).field("next_offset", piece.next).field("available", piece.available);
    json.field("forgotten", piece.forgotten).end_object();
    return text;
  }

 private:
  Query query_;
  std::optional<core::Result<OutputPiece>> piece_;
};

constexpr Parameter kDeploymentOutputParameters[] = {
    deployment_id(),
    integer("offset", 0, kMostExact, "From this byte on. Default: the last ones"),
    integer("limit", 1, kMaxOutputBytes, "Bytes at most").otherwise(16 * 1024),
    text("filter", 256, "Only lines that contain it"),
};

ParsedCall parse_deployment_output(Arguments& arguments, const ToolEnvironment&) {
  DeploymentOutputCall::Query query;
  query.id = arguments.agent_id("deployment_id").value_or("");
  const std::int64_t offset = arguments.integer("offset", -1);
  if (offset >= 0) query.offset = static_cast<std::uint64_t>(offset);
  query.limit = arguments.integer<std::size_t>("limit");
  query.filter = arguments.text("filter").value_or("");
  return std::make_unique<DeploymentOutputCall>(std::move(query));
}

class DeploymentDiffCall final : public ToolCall {
 public:
  DeploymentDiffCall(std::string id, std::size_t limit) : id_(std::move(id)), limit_(limit) {}

  Step run(CallContext& context) override {
    if (context.launcher == nullptr) return nothing_deploys();
    const core::Deployment* deployment = context.state.deployments().find(id_);
    if (deployment == nullptr) return unknown_deployment(id_);
    const core::DeploymentWorkspace& workspace = deployment->standing.workspace;
    if (workspace.mode != core::WorkspaceMode::worktree || workspace.removed) {
      core::Error error(core::ErrorCode::conflict,
                        workspace.removed
                            ? fmt::format("The worktree of \"{}\" was removed.", id_)
                            : fmt::format("Deployment \"{}\" works in the project itself.", id_),
                        workspace.removed ? "Its branch may be there still: git log."
                                          : "list_file_backups shows what was written there.");
      error.field = "deployment_id";
      error.given = id_;
      return error;
    }
    if (!difference_) {
      return Work{[this, launcher = context.launcher, copy = *deployment](FileServices&) {
                    difference_ = launcher->difference(copy, limit_);
                  },
                  workspace.directory};
    }
    if (!*difference_) return std::move(difference_->error());
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("deployment_id", id_).field("branch", workspace.branch);
    json.field("base_commit", workspace.base_commit).field("diff", **difference_).end_object();
    return text;
  }

 private:
  std::string id_;
  std::size_t limit_;
  std::optional<core::Result<std::string>> difference_;
};

constexpr Parameter kDeploymentDiffParameters[] = {
    deployment_id(),
    integer("limit", 1, kMaxDiffBytes, "Bytes at most").otherwise(64 * 1024),
};

ParsedCall parse_deployment_diff(Arguments& arguments, const ToolEnvironment&) {
  std::string id = arguments.agent_id("deployment_id").value_or("");
  const auto limit = arguments.integer<std::size_t>("limit");
  return std::make_unique<DeploymentDiffCall>(std::move(id), limit);
}

}  // namespace

std::vector<Tool> deployment_views() {
  return {
      {{"list_deployments", Effect::none, kListDeploymentsParameters, parse_list_deployments},
       "deployments",
       "List deployments",
       "Those that need a person first, then those that run, then those that are over.",
       kListDeploymentsOutput},
      {{"get_deployment", Effect::none, kGetDeploymentParameters, parse_get_deployment},
       "deployments",
       "Show a deployment",
       "How one stands, with its history and the findings of its agent.",
       kGetDeploymentOutput},
      {{"get_deployment_output", Effect::none, kDeploymentOutputParameters, parse_deployment_output},
       "deployments",
       "Output of a deployment",
       "What its program has written.",
       kDeploymentOutputOutput},
      {{"get_deployment_diff", Effect::none, kDeploymentDiffParameters, parse_deployment_diff},
       "deployments",
       "Changes of a deployment",
       "What its worktree has that its base has not, committed or not.",
       kDeploymentDiffOutput},
  };
}

}  // namespace governor::daemon
