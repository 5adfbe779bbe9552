// Reading agents and their history.
#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool contains(const std::string& text, const std::string& part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool passes_filter(const AgentFilter& filter, const core::AgentProfile& profile) {
  if (!filter.any_status) {
    if (filter.status ? profile.status != *filter.status : profile.status == core::Lifecycle::deleted)
      return false;
  }
  if (!filter.tag.empty() &&
      std::find(profile.tags.begin(), profile.tags.end(), filter.tag) == profile.tags.end()) {
    return false;
  }
  if (!filter.pattern.empty() && fnmatch(filter.pattern.c_str(), profile.id.c_str(), 0) != 0) return false;
  return filter.text.empty() || contains(profile.id, filter.text) || contains(profile.purpose, filter.text) ||
         contains(profile.notes, filter.text) ||
         std::any_of(profile.tags.begin(), profile.tags.end(),
                     [&](const std::string& tag) { return contains(tag, filter.text); });
}

bool passes_filter(const AgentFilter& filter, const core::AgentProfile& profile,
                   const std::optional<AgentHead>& head) {
  const bool this_epoch = head && head->epoch == profile.epoch;
  if (filter.health && (this_epoch ? head->health : core::Health::unknown) != *filter.health) return false;
  if (filter.idle_since_us == 0) return true;
  const std::int64_t last = std::max(profile.created_us, head ? head->timestamp_us : 0);
  return last < filter.idle_since_us;
}

}  // namespace

core::Result<std::optional<core::Agent>> SqliteStore::load_agent(const std::string& id) {
  return guarded([&]() -> core::Result<std::optional<core::Agent>> {
    SQLite::Statement& by_id = statements_->agent_by_id;
    const StatementUse use(by_id);
    by_id.bindNoCopy(1, id);
    if (!by_id.executeStep()) return std::optional<core::Agent>();
    core::Agent agent;
    agent.profile = read_profile(by_id, 0);
    if (const auto head = heads_.find(agent.profile.key)) load_state(agent, *head);
    load_behaviour(agent);
    if (const auto lost = lost_numbers_.find(agent.profile.key); lost != lost_numbers_.end())
      agent.total = std::max(agent.total, lost->second);
    return std::optional(std::move(agent));
  });
}

/// The newest row carries the state; those before it, of the same epoch, what windows look back at.
void SqliteStore::load_state(core::Agent& agent, const AgentHead& head) {
  agent.head = head.history;
  agent.total = head.number;
  if (head.number <= agent.profile.epoch_start) return;  // nothing since the reset
  {
    SQLite::Statement& newest = statements_->history_row;
    const StatementUse use(newest);
    newest.bind(1, head.history);
    if (!newest.executeStep()) throw_missing_row(head.history);
    agent.last = read_record(newest, 1);
  }
  const core::UpdateRecord& last = *agent.last;
  core::GovernanceState& state = agent.state;
  state.E = last.E;
  state.I = last.I;
  state.S = last.S;
  state.V = last.V;
  state.lambda1 = last.lambda1;
  state.integral = last.integral;
  state.time = last.time;
  state.updates = last.updates;

  std::vector<double> voids;
  std::vector<core::LoopWatch::Seen> seen;
  SQLite::Statement& step = statements_->history_step;
  for (core::HistoryKey key = head.history; key != 0;) {
    const StatementUse use(step);
    step.bind(1, key);
    if (!step.executeStep()) {
      key = skip_lost(agent.profile.key, key);
      continue;
    }
    if (static_cast<std::uint64_t>(step.getColumn(1).getInt64()) <= agent.profile.epoch_start) break;
    if (const double v = read_figure(step, 2); !std::isnan(v)) voids.push_back(std::abs(v));
    if (seen.size() < core::LoopWatch::kCapacity) {
      seen.push_back({step.getColumn(3).getInt64(), static_cast<std::uint64_t>(step.getColumn(4).getInt64()),
                      step.getColumn(5).getInt() == static_cast<int>(core::Action::reject)});
    }
    if (voids.size() == core::VoidWindow::kCapacity) break;
    key = step.getColumn(0).getInt64();
  }
  std::for_each(voids.rbegin(), voids.rend(), [&](double v) { state.void_window.push(v); });
  std::for_each(seen.rbegin(), seen.rend(), [&](const auto& one) { agent.watch.note(one); });

  SQLite::Statement& parameters = statements_->parameters_of;
  const StatementUse use(parameters);
  parameters.bind(1, head.history);
  if (parameters.executeStep() && !parameters.getColumn(0).isNull()) {
    const SQLite::Column blob = parameters.getColumn(0);
    state.previous_parameters = decode_doubles(blob.getBlob(), static_cast<std::size_t>(blob.getBytes()));
  }
}

/// The agent's newest row below one that is missing, if it is known to be lost. Looked for row by row, which
/// is rare.
core::HistoryKey SqliteStore::skip_lost(core::AgentKey agent, core::HistoryKey missing) {
  const bool is_known = std::any_of(lost_rows_.begin(), lost_rows_.end(), [&](const KeyRange& range) {
    return range.first <= missing && missing <= range.last;
  });
  if (!is_known) throw_missing_row(missing);
  SQLite::Statement below(*database_,
                          "SELECT key FROM history WHERE agent = ? AND key < ? ORDER BY key DESC LIMIT 1");
  below.bind(1, agent);
  below.bind(2, missing);
  return below.executeStep() ? below.getColumn(0).getInt64() : 0;
}

core::Result<std::optional<std::string>> SqliteStore::load_agent_id(core::AgentKey key) {
  return guarded([&]() -> core::Result<std::optional<std::string>> {
    SQLite::Statement& statement = statements_->agent_id_by_key;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<std::string>();
    return std::optional(statement.getColumn(0).getString());
  });
}

core::Result<std::optional<StoredUpdate>> SqliteStore::load_update(core::HistoryKey key) {
  return guarded([&]() -> core::Result<std::optional<StoredUpdate>> {
    SQLite::Statement& statement = statements_->update_by_key;
    const StatementUse use(statement);
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<StoredUpdate>();
    StoredUpdate update;
    update.outcome.agent = statement.getColumn(0).getInt64();
    update.outcome.agent_id = statement.getColumn(1).getString();
    auto thresholds = decode_thresholds(statement.getColumn(2).getString());
    update.outcome.record = read_record(statement, 3);
    if (!thresholds) {
      SQLite::Statement& setting = statements_->setting;
      const StatementUse use_setting(setting);
      setting.bind(1, kThresholdsSetting);
      if (setting.executeStep()) thresholds = decode_thresholds(setting.getColumn(0).getString());
    }
    update.thresholds = thresholds.value_or(core::Thresholds{});
    return std::optional(std::move(update));
  });
}

core::Result<std::optional<std::string>> SqliteStore::load_answer_text(core::SlotKey slot) {
  return guarded([&]() -> core::Result<std::optional<std::string>> {
    SQLite::Statement& statement = statements_->answer_text;
    const StatementUse use(statement);
    statement.bind(1, slot);
    if (!statement.executeStep() || statement.getColumn(0).isNull()) return std::optional<std::string>();
    return std::optional(statement.getColumn(0).getString());
  });
}

/// Where to start walking back to reach number `before - 1` soon.
core::HistoryKey SqliteStore::row_before(core::AgentKey agent, const AgentHead& head, std::uint64_t before) {
  if (before == 0 || before > head.number) return head.history;
  SQLite::Statement& mark = statements_->history_mark;
  const StatementUse use(mark);
  mark.bind(1, agent);
  mark.bind(2, static_cast<std::int64_t>(before));
  return mark.executeStep() ? mark.getColumn(0).getInt64() : head.history;
}

core::Result<std::optional<HistoryPage>> SqliteStore::load_history(const std::string& agent_id,
                                                                   std::uint64_t before, std::size_t limit) {
  return guarded([&]() -> core::Result<std::optional<HistoryPage>> {
    core::AgentKey agent = 0;
    {
      SQLite::Statement& by_id = statements_->agent_key_by_id;
      const StatementUse use(by_id);
      by_id.bindNoCopy(1, agent_id);
      if (!by_id.executeStep()) return std::optional<HistoryPage>();
      agent = by_id.getColumn(0).getInt64();
    }
    HistoryPage page;
    page.agent_id = agent_id;
    const auto head = heads_.find(agent);
    if (!head) return std::optional(std::move(page));
    page.total = head->number;  // numbers have no gaps
    SQLite::Statement& row = statements_->history_row;
    for (core::HistoryKey key = row_before(agent, *head, before); key != 0 && page.rows.size() < limit;) {
      const StatementUse use(row);
      row.bind(1, key);
      if (!row.executeStep()) {
        key = skip_lost(agent, key);
        continue;
      }
      key = row.getColumn(0).getInt64();
      core::UpdateRecord record = read_record(row, 1);
      if (before == 0 || record.number < before) page.rows.push_back(record);
    }
    return std::optional(std::move(page));
  });
}

core::Result<AgentPage> SqliteStore::list_agents(const AgentFilter& filter, const std::string& after,
                                                 std::size_t limit, std::size_t slice) {
  return guarded([&]() -> core::Result<AgentPage> {
    AgentPage page;
    page.looked_at = after;
    SQLite::Statement& agents = statements_->agents_after;
    const StatementUse use(agents);
    agents.bind(1, after);
    agents.bind(2, static_cast<std::int64_t>(slice + 1));
    for (std::size_t seen = 0; agents.executeStep(); ++seen) {
      if (seen == slice || page.agents.size() == limit) {
        page.more = true;
        break;
      }
      AgentSummary summary{read_profile(agents, 0), std::nullopt, 0};
      page.looked_at = summary.profile.id;
      if (!passes_filter(filter, summary.profile)) continue;
      const auto head = heads_.find(summary.profile.key);
      if (!passes_filter(filter, summary.profile, head)) continue;
      if (head) add_newest(summary, *head);
      page.agents.push_back(std::move(summary));
    }
    return page;
  });
}

void SqliteStore::add_newest(AgentSummary& summary, const AgentHead& head) {
  summary.total = head.number;
  if (head.number <= summary.profile.epoch_start) return;  // nothing since the reset
  SQLite::Statement& newest = statements_->history_row;
  const StatementUse use(newest);
  newest.bind(1, head.history);
  if (newest.executeStep()) summary.last = read_record(newest, 1);
}

ChangeMark SqliteStore::change_mark() {
  SQLite::Statement& newest = statements_->newest_keys;
  const StatementUse use(newest);
  newest.executeStep();
  return {newest.getColumn(0).getInt64(), newest.getColumn(1).getInt64()};
}

core::Result<AgentChanges> SqliteStore::load_changed_agents(const std::optional<ChangeMark>& from,
                                                            std::size_t limit) {
  // As many rows are read in some milliseconds.
  constexpr std::int64_t kMostChangedRows = 5'000;
  return guarded([&]() -> core::Result<AgentChanges> {
    AgentChanges changes;
    changes.mark = change_mark();
    if (!from) return changes;
    const std::int64_t updates = changes.mark.history - from->history;
    const std::int64_t entries = changes.mark.audit - from->audit;
    // A mark that lies ahead is of another database.
    changes.more = updates < 0 || entries < 0 || updates > kMostChangedRows || entries > kMostChangedRows;
    if (changes.more) return changes;
    std::vector<core::AgentKey> keys;
    {
      SQLite::Statement& changed = statements_->changed_agents;
      const StatementUse use(changed);
      changed.bind(1, from->history);
      changed.bind(2, from->audit);
      changed.bind(3, static_cast<std::int64_t>(limit + 1));
      while (changed.executeStep()) keys.push_back(changed.getColumn(0).getInt64());
    }
    changes.more = keys.size() > limit;
    if (changes.more) return changes;
    SQLite::Statement& by_key = statements_->agent_by_key;
    for (const core::AgentKey key : keys) {
      const StatementUse use(by_key);
      by_key.bind(1, key);
      if (!by_key.executeStep()) continue;
      AgentSummary summary{read_profile(by_key, 0), std::nullopt, 0};
      if (const auto head = heads_.find(key)) add_newest(summary, *head);
      changes.agents.push_back(std::move(summary));
    }
    return changes;
  });
}

core::Result<std::vector<std::string>> SqliteStore::list_agent_ids(const std::string& prefix,
                                                                   std::size_t limit) {
  return guarded([&]() -> core::Result<std::vector<std::string>> {
    const std::string beyond = prefix + '\x7f';  // above every character of an id
    SQLite::Statement& statement = statements_->ids_from;
    const StatementUse use(statement);
    statement.bindNoCopy(1, prefix);
    statement.bindNoCopy(2, beyond);
    statement.bind(3, static_cast<std::int64_t>(limit));
    std::vector<std::string> ids;
    while (statement.executeStep()) ids.push_back(statement.getColumn(0).getString());
    return ids;
  });
}

core::Result<std::vector<std::string>> SqliteStore::load_children(const std::string& parent_id,
                                                                  std::size_t limit) {
  return guarded([&]() -> core::Result<std::vector<std::string>> {
    SQLite::Statement& statement = statements_->children;
    const StatementUse use(statement);
    statement.bindNoCopy(1, parent_id);
    statement.bind(2, static_cast<std::int64_t>(limit));
    std::vector<std::string> ids;
    while (statement.executeStep()) ids.push_back(statement.getColumn(0).getString());
    return ids;
  });
}

core::Result<std::vector<LifecycleStep>> SqliteStore::load_lifecycle(core::AgentKey agent,
                                                                     std::size_t limit) {
  return guarded([&]() -> core::Result<std::vector<LifecycleStep>> {
    SQLite::Statement& statement = statements_->lifecycle;
    const StatementUse use(statement);
    statement.bind(1, agent);
    statement.bind(2, static_cast<std::int64_t>(limit));
    std::vector<LifecycleStep> steps;
    while (statement.executeStep()) {
      steps.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                       statement.getColumn(2).getString(), statement.getColumn(3).getString()});
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
  });
}

}  // namespace governor::daemon
