// Deployments: what was asked for, how they stand, and what happened to them.
#include <algorithm>

#include "core/deployment_table.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

/// Figures that are too large for the database mean "very many" all the same.
std::int64_t as_stored(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, INT64_MAX));
}

/// Gives the columns of a row one after another. A damaged row must not bring values into memory that the
/// program does not know.
class DeploymentColumns {
 public:
  explicit DeploymentColumns(SQLite::Statement& row, int first = 0) : row_(row), at_(first) {}

  std::int64_t integer() { return row_.getColumn(at_++).getInt64(); }
  std::uint64_t natural() { return static_cast<std::uint64_t>(integer()); }
  int small() { return row_.getColumn(at_++).getInt(); }
  bool flag() { return small() != 0; }
  std::string text() { return row_.getColumn(at_++).getString(); }
  core::DeploymentState state() {
    const auto number = static_cast<std::uint32_t>(small());
    return number < core::kDeploymentStates.size() ? core::kDeploymentStates[number]
                                                   : core::DeploymentState::lost;
  }
  core::WaitingFor waiting() {
    const int number = small();
    const bool is_known = number >= 0 && number <= static_cast<int>(core::WaitingFor::restart);
    return is_known ? static_cast<core::WaitingFor>(number) : core::WaitingFor::nothing;
  }
  core::SessionProcess process() {
    core::SessionProcess process;
    process.pid = integer();
    process.start_time = natural();
    process.boot_id = text();
    return process;
  }
  std::optional<int> optional() {
    const SQLite::Column column = row_.getColumn(at_++);
    return column.isNull() ? std::nullopt : std::optional<int>(column.getInt());
  }

 private:
  SQLite::Statement& row_;
  int at_;
};

core::DeploymentOrder read_order(DeploymentColumns& columns) {
  core::DeploymentOrder order;
  order.agent_type = columns.text();
  order.runner = columns.text();
  order.task_id = columns.text();
  order.parent = columns.text();
  order.depth = columns.small();
  order.prompt_bytes = columns.natural();
  order.budget.turns = columns.natural();
  order.budget.tokens = columns.natural();
  order.budget.cost_micro_usd = columns.natural();
  order.budget.wall_seconds = columns.integer();
  order.timeout_seconds = columns.integer();
  order.restarts_allowed = columns.small();
  order.session = columns.integer();
  order.backoff_seconds = columns.integer();
  return order;
}

core::DeploymentStanding read_deployment_standing(DeploymentColumns& columns) {
  core::DeploymentStanding standing;
  standing.state = columns.state();
  standing.waiting_for = columns.waiting();
  standing.since_us = columns.integer();
  standing.why = columns.text();
  standing.keeper = columns.process();
  standing.process = columns.process();
  standing.in_tmux = columns.flag();
  standing.runner_session = columns.text();
  standing.usage.turns = columns.natural();
  standing.usage.tokens = columns.natural();
  standing.usage.cost_micro_usd = columns.natural();
  standing.progress = std::clamp(columns.small(), -1, 100);
  standing.note = columns.text();
  standing.attempts = static_cast<std::uint32_t>(columns.integer());
  standing.started_us = columns.integer();
  standing.ended_us = columns.integer();
  standing.exit_code = columns.optional();
  standing.signal = columns.small();
  core::DeploymentWorkspace& workspace = standing.workspace;
  workspace.mode = columns.flag() ? core::WorkspaceMode::worktree : core::WorkspaceMode::shared;
  workspace.directory = columns.text();
  workspace.repository = columns.text();
  workspace.branch = columns.text();
  workspace.base_commit = columns.text();
  workspace.removed = columns.flag();
  if (const std::int64_t raised_turns = columns.integer(); raised_turns >= 0)
    standing.raised = core::DeploymentBudget{static_cast<std::uint64_t>(raised_turns), 0, 0, 0};
  core::DeploymentBudget ignored;
  core::DeploymentBudget& raised = standing.raised ? *standing.raised : ignored;
  raised.tokens = columns.natural();
  raised.cost_micro_usd = columns.natural();
  raised.wall_seconds = columns.integer();
  standing.earlier.turns = columns.natural();
  standing.earlier.tokens = columns.natural();
  standing.earlier.cost_micro_usd = columns.natural();
  standing.ran_us = columns.integer();
  standing.running_since_us = columns.integer();
  standing.paused = columns.flag();
  standing.budget_told = columns.flag();
  standing.limited_until_us = columns.integer();
  standing.restart_us = columns.integer();
  standing.restarts = static_cast<std::uint32_t>(columns.integer());
  return standing;
}

/// Binds the values of a row one after another; texts must live until it has run.
class DeploymentValues {
 public:
  explicit DeploymentValues(SQLite::Statement& statement) : statement_(statement) {}

  DeploymentValues& add(std::int64_t number) {
    statement_.bind(++at_, number);
    return *this;
  }
  DeploymentValues& add(std::uint64_t number) { return add(as_stored(number)); }
  DeploymentValues& add(int number) { return add(std::int64_t{number}); }
  DeploymentValues& add(const std::string& text) {
    statement_.bindNoCopy(++at_, text);
    return *this;
  }
  DeploymentValues& add(const core::SessionProcess& process) {
    return add(process.pid).add(process.start_time).add(process.boot_id);
  }
  DeploymentValues& add(const std::optional<int>& number) {
    if (number) return add(*number);
    statement_.bind(++at_);
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

}  // namespace

void SqliteStore::apply(const core::DeploymentAppended& change) {
  const core::Deployment& deployment = change.deployment;
  const core::DeploymentOrder& order = deployment.order;
  const core::DeploymentBudget& budget = order.budget;
  SQLite::Statement& statement = statements_->insert_deployment;
  DeploymentValues(statement)
      .add(deployment.key)
      .add(order.id)
      .add(deployment.agent)
      .add(deployment.created_us)
      .add(order.agent_type)
      .add(order.runner)
      .add(order.task_id)
      .add(order.parent)
      .add(order.depth)
      .add(order.prompt_bytes)
      .add(budget.turns)
      .add(budget.tokens)
      .add(budget.cost_micro_usd)
      .add(budget.wall_seconds)
      .add(order.timeout_seconds)
      .add(order.restarts_allowed)
      .add(order.session)
      .add(order.backoff_seconds);
  run(statement);
  seals_[kSealedDeployment].seal(deployment.key);
}

void SqliteStore::apply(const core::DeploymentChanged& change) {
  const core::DeploymentStanding& standing = change.standing;
  const core::DeploymentWorkspace& workspace = standing.workspace;
  const core::DeploymentBudget raised = standing.raised.value_or(core::DeploymentBudget{});
  SQLite::Statement& statement = statements_->save_deployment;
  DeploymentValues(statement)
      .add(change.deployment)
      .add(static_cast<int>(standing.state))
      .add(static_cast<int>(standing.waiting_for))
      .add(standing.since_us)
      .add(standing.why)
      .add(standing.keeper)
      .add(standing.process)
      .add(int{standing.in_tmux})
      .add(standing.runner_session)
      .add(standing.usage.turns)
      .add(standing.usage.tokens)
      .add(standing.usage.cost_micro_usd)
      .add(standing.progress)
      .add(standing.note)
      .add(std::int64_t{standing.attempts})
      .add(standing.started_us)
      .add(standing.ended_us)
      .add(standing.exit_code)
      .add(standing.signal)
      .add(static_cast<int>(workspace.mode))
      .add(workspace.directory)
      .add(workspace.repository)
      .add(workspace.branch)
      .add(workspace.base_commit)
      .add(int{workspace.removed})
      .add(standing.raised ? as_stored(raised.turns) : std::int64_t{-1})
      .add(raised.tokens)
      .add(raised.cost_micro_usd)
      .add(raised.wall_seconds)
      .add(standing.earlier.turns)
      .add(standing.earlier.tokens)
      .add(standing.earlier.cost_micro_usd)
      .add(standing.ran_us)
      .add(standing.running_since_us)
      .add(int{standing.paused})
      .add(int{standing.budget_told})
      .add(standing.limited_until_us)
      .add(standing.restart_us)
      .add(std::int64_t{standing.restarts});
  run(statement);
  seals_[kSealedDeploymentStanding].seal(change.deployment);
}

void SqliteStore::apply(const core::DeploymentEventAppended& change) {
  SQLite::Statement& statement = statements_->insert_deployment_event;
  DeploymentValues(statement)
      .add(change.deployment)
      .add(change.timestamp_us)
      .add(change.event)
      .add(static_cast<int>(change.state))
      .add(change.progress)
      .add(change.note)
      .add(change.data)
      .add(change.actor);
  run(statement);
}

std::vector<core::Deployment> SqliteStore::load_deployments() {
  std::vector<core::Deployment> deployments;
  SQLite::Statement rows(
      *database_,
      fmt::format("SELECT key, id, agent, created_us, agent_type, runner, task_id, parent, depth, "
                  "prompt_bytes, budget_turns, budget_tokens, budget_cost, budget_seconds, timeout_seconds, "
                  "restarts_allowed, session, backoff_seconds, standing.* FROM deployment "
                  "LEFT JOIN deployment_standing AS standing ON standing.deployment = key "
                  "WHERE coalesce(state, 0) < {} OR key > (SELECT max(key) FROM deployment) - {} "
                  "ORDER BY key",
                  static_cast<int>(core::DeploymentState::finished), core::DeploymentTable::kRemembered));
  constexpr int kOrderColumns = 18;
  while (rows.executeStep()) {
    DeploymentColumns columns(rows);
    core::Deployment deployment;
    deployment.key = columns.integer();
    std::string id = columns.text();
    deployment.agent = columns.integer();
    deployment.created_us = columns.integer();
    deployment.order = read_order(columns);
    deployment.order.id = std::move(id);
    deployment.standing.since_us = deployment.created_us;
    if (!rows.getColumn(kOrderColumns).isNull()) {
      DeploymentColumns standing(rows, kOrderColumns + 1);
      deployment.standing = read_deployment_standing(standing);
    }
    deployments.push_back(std::move(deployment));
  }
  return deployments;
}

core::Result<DeploymentHistory> SqliteStore::load_deployment_history(core::DeploymentKey deployment,
                                                                     std::size_t limit) {
  return guarded([&]() -> core::Result<DeploymentHistory> {
    DeploymentHistory history;
    SQLite::Statement& rows = statements_->deployment_events;
    const StatementUse use(rows);
    rows.bind(1, deployment);
    rows.bind(2, static_cast<std::int64_t>(limit + 1));
    while (rows.executeStep()) {
      if (history.events.size() == limit) {
        history.more = true;
        break;
      }
      DeploymentColumns columns(rows);
      DeploymentEvent event;
      event.timestamp_us = columns.integer();
      event.event = columns.text();
      event.state = columns.state();
      event.progress = columns.small();
      event.note = columns.text();
      event.data = columns.text();
      event.client = columns.text();
      event.pid = columns.integer();
      history.events.push_back(std::move(event));
    }
    std::reverse(history.events.begin(), history.events.end());
    return history;
  });
}

}  // namespace governor::daemon
