// Tasks: their definitions, how they stand, and what happened to them.
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

/// Ids of tasks contain no space.
std::vector<std::string> split_ids(const std::string& text) {
  std::vector<std::string> ids;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view id = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(id.size() + 1, rest.size()));
    if (!id.empty()) ids.emplace_back(id);
  }
  return ids;
}

/// A damaged row must not bring values into memory that the program does not know.
core::TaskStatus read_status(const SQLite::Column& column) {
  const auto number = static_cast<std::uint32_t>(column.getInt());
  return number < core::kTaskStatuses.size() ? core::kTaskStatuses[number] : core::TaskStatus::pending;
}

core::TaskPriority read_priority(const SQLite::Column& column) {
  const auto number = static_cast<std::uint32_t>(column.getInt());
  return number < core::kTaskPriorities.size() ? core::kTaskPriorities[number] : core::TaskPriority::medium;
}

core::TaskStanding read_standing(SQLite::Statement& row, int first) {
  core::TaskStanding standing;
  int column = first;
  standing.status = read_status(row.getColumn(column++));
  standing.progress = row.getColumn(column++).getInt();
  standing.note = row.getColumn(column++).getString();
  standing.updated_us = row.getColumn(column++).getInt64();
  standing.claims = static_cast<std::uint64_t>(row.getColumn(column++).getInt64());
  core::TaskClaim claim;
  claim.session = row.getColumn(column++).getInt64();
  claim.agent = row.getColumn(column++).getInt64();
  claim.agent_id = row.getColumn(column++).getString();
  claim.client = row.getColumn(column++).getString();
  claim.pid = row.getColumn(column++).getInt64();
  claim.since_us = row.getColumn(column++).getInt64();
  claim.expires_us = row.getColumn(column++).getInt64();
  claim.ttl_us = row.getColumn(column++).getInt64();
  if (claim.session != 0) standing.claim = std::move(claim);
  return standing;
}

}  // namespace

void SqliteStore::apply(const core::TaskAppended& change) {
  const core::Task& task = change.task;
  const core::TaskDefinition& definition = task.definition;
  const std::string depends_on = fmt::format("{}", fmt::join(definition.depends_on, " "));
  SQLite::Statement& statement = statements_->insert_task;
  statement.bind(1, task.key);
  statement.bindNoCopy(2, definition.id);
  statement.bindNoCopy(3, definition.title);
  statement.bindNoCopy(4, definition.description);
  statement.bindNoCopy(5, task.source);
  statement.bindNoCopy(6, definition.agent);
  statement.bind(7, static_cast<int>(definition.priority));
  statement.bindNoCopy(8, depends_on);
  statement.bind(9, task.created_us);
  statement.bind(10, task.creator);
  run(statement);
  seals_[kSealedTask].seal(task.key);
}

void SqliteStore::apply(const core::TaskChanged& change) {
  const core::TaskStanding& standing = change.standing;
  const core::TaskClaim claim = standing.claim.value_or(core::TaskClaim{});
  SQLite::Statement& statement = statements_->save_task;
  statement.bind(1, change.task);
  statement.bind(2, static_cast<int>(standing.status));
  statement.bind(3, standing.progress);
  statement.bindNoCopy(4, standing.note);
  statement.bind(5, standing.updated_us);
  statement.bind(6, static_cast<std::int64_t>(standing.claims));
  statement.bind(7, claim.session);
  statement.bind(8, claim.agent);
  statement.bindNoCopy(9, claim.agent_id);
  statement.bindNoCopy(10, claim.client);
  statement.bind(11, claim.pid);
  statement.bind(12, claim.since_us);
  statement.bind(13, claim.expires_us);
  statement.bind(14, claim.ttl_us);
  run(statement);
  seals_[kSealedTaskStanding].seal(change.task);
}

void SqliteStore::apply(const core::TaskAssigned& change) {
  SQLite::Statement& statement = statements_->assign_task;
  statement.bind(1, change.task);
  statement.bindNoCopy(2, change.agent);
  run(statement);
  seals_[kSealedTask].seal(change.task);
}

void SqliteStore::apply(const core::TaskEventAppended& change) {
  SQLite::Statement& statement = statements_->insert_task_event;
  statement.bind(1, change.task);
  statement.bind(2, change.timestamp_us);
  statement.bindNoCopy(3, change.event);
  statement.bind(4, static_cast<int>(change.status));
  statement.bind(5, change.progress);
  statement.bindNoCopy(6, change.agent_id);
  statement.bindNoCopy(7, change.note);
  statement.bind(8, change.actor);
  run(statement);
}

std::vector<core::Task> SqliteStore::load_tasks() {
  std::vector<core::Task> tasks;
  SQLite::Statement rows(
      *database_,
      "SELECT key, id, title, description, source, task.agent_id, priority, depends_on, created_us, creator, "
      "status, progress, note, updated_us, claims, session, agent, task_standing.agent_id, client, pid, "
      "since_us, expires_us, ttl_us FROM task LEFT JOIN task_standing ON task = key ORDER BY key");
  while (rows.executeStep()) {
    core::Task task;
    task.key = rows.getColumn(0).getInt64();
    core::TaskDefinition& definition = task.definition;
    definition.id = rows.getColumn(1).getString();
    definition.title = rows.getColumn(2).getString();
    definition.description = rows.getColumn(3).getString();
    task.source = rows.getColumn(4).getString();
    definition.agent = rows.getColumn(5).getString();
    definition.priority = read_priority(rows.getColumn(6));
    definition.depends_on = split_ids(rows.getColumn(7).getString());
    task.created_us = rows.getColumn(8).getInt64();
    task.creator = rows.getColumn(9).getInt64();
    if (!rows.getColumn(10).isNull()) task.standing = read_standing(rows, 10);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

core::Result<TaskHistory> SqliteStore::load_task_history(core::TaskKey task, std::size_t limit) {
  return guarded([&]() -> core::Result<TaskHistory> {
    TaskHistory history;
    SQLite::Statement& rows = statements_->task_events;
    const StatementUse use(rows);
    rows.bind(1, task);
    rows.bind(2, static_cast<std::int64_t>(limit + 1));
    while (rows.executeStep()) {
      if (history.events.size() == limit) {
        history.more = true;
        break;
      }
      TaskEvent event;
      event.timestamp_us = rows.getColumn(0).getInt64();
      event.event = rows.getColumn(1).getString();
      event.status = read_status(rows.getColumn(2));
      event.progress = rows.getColumn(3).getInt();
      event.agent_id = rows.getColumn(4).getString();
      event.note = rows.getColumn(5).getString();
      event.client = rows.getColumn(6).getString();
      event.pid = rows.getColumn(7).getInt64();
      history.events.push_back(std::move(event));
    }
    std::reverse(history.events.begin(), history.events.end());
    return history;
  });
}

}  // namespace governor::daemon
