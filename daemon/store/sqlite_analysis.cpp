// Reading what statistics are made of, and outcomes of predictions.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/account.hpp"
#include "core/analysis/trend.hpp"
#include "core/failure_model.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

bool is_known(const core::UpdateRecord& row) {
  return !std::isnan(row.risk) && !std::isnan(row.coherence);
}

bool passes(const FleetFilter& filter, core::Lifecycle status, const std::string& tags) {
  if (filter.status ? status != *filter.status : status == core::Lifecycle::deleted) return false;
  if (filter.tag.empty()) return true;
  const std::vector<std::string> all = decode_tags(tags);
  return std::find(all.begin(), all.end(), filter.tag) != all.end();
}

/// From two columns of an outcome.
std::optional<core::FailureForecast> read_forecast(SQLite::Statement& row, int first) {
  if (row.getColumn(first).isNull() || row.getColumn(first + 1).isNull()) return std::nullopt;
  return core::FailureForecast{static_cast<std::uint32_t>(row.getColumn(first).getInt64()),
                               row.getColumn(first + 1).getDouble()};
}

/// The number above which updates count in statistics.
std::int64_t statistics_floor(std::uint64_t newest) {
  return static_cast<std::int64_t>(newest > kStatisticsRows ? newest - kStatisticsRows : 0);
}

}  // namespace

void SqliteStore::apply(const core::OutcomeRecorded& change) {
  const core::GroundTruth& truth = change.truth;
  SQLite::Statement& statement = statements_->save_outcome;
  statement.bind(1, truth.prediction.history);
  statement.bind(2, truth.prediction.agent);
  statement.bind(3, static_cast<std::int64_t>(truth.prediction.number));
  statement.bind(4, truth.prediction.confidence);  // not a number becomes NULL
  statement.bind(5, static_cast<int>(truth.correct));
  statement.bind(6, static_cast<int>(truth.source));
  statement.bindNoCopy(7, truth.detail);
  statement.bind(8, truth.timestamp_us);
  statement.bind(9, truth.actor);
  if (const auto& failure = truth.prediction.failure) {
    statement.bind(10, static_cast<std::int64_t>(failure->per_million));
    statement.bind(11, failure->log_odds);
  } else {
    statement.bind(10);
    statement.bind(11);
  }
  run(statement);
  seals_[kSealedOutcome].seal(change.truth.prediction.history);
}

std::optional<core::AgentProfile> SqliteStore::find_profile(const std::string& agent_id) {
  SQLite::Statement& statement = statements_->agent_by_id;
  const StatementUse use(statement);
  statement.bindNoCopy(1, agent_id);
  return statement.executeStep() ? std::optional(read_profile(statement, 0)) : std::nullopt;
}

std::vector<core::UpdateRecord> SqliteStore::rows_of_epoch(core::AgentKey agent, std::uint64_t epoch_start,
                                                           std::size_t limit) {
  std::vector<core::UpdateRecord> rows;
  const auto head = heads_.find(agent);
  SQLite::Statement& row = statements_->history_row;
  for (core::HistoryKey key = head ? head->history : 0; key != 0 && rows.size() < limit;) {
    const StatementUse use(row);
    row.bind(1, key);
    if (!row.executeStep()) {
      key = skip_lost(agent, key);
      continue;
    }
    core::UpdateRecord record = read_record(row, 1);
    if (record.number <= epoch_start) break;
    rows.push_back(record);
    key = row.getColumn(0).getInt64();
  }
  return rows;
}

core::Result<std::optional<RecentUpdates>> SqliteStore::load_recent(const std::string& agent_id,
                                                                    std::size_t limit) {
  return guarded([&]() -> core::Result<std::optional<RecentUpdates>> {
    auto profile = find_profile(agent_id);
    if (!profile) return std::optional<RecentUpdates>();
    RecentUpdates recent;
    recent.rows = rows_of_epoch(profile->key, profile->epoch_start, limit);
    recent.profile = *std::move(profile);
    return std::optional(std::move(recent));
  });
}

/// Stops when more rows would change neither a trend nor an anomaly.
std::vector<core::UpdateRecord> SqliteStore::recent_figures(core::AgentKey agent, std::uint64_t epoch_start) {
  std::vector<core::UpdateRecord> rows;
  const auto head = heads_.find(agent);
  if (!head || head->number <= epoch_start) return rows;
  std::size_t known = 0;
  SQLite::Statement& row = statements_->figures;
  for (core::HistoryKey key = head->history; key != 0 && rows.size() < core::kRecentRows;) {
    const StatementUse use(row);
    row.bind(1, key);
    if (!row.executeStep()) {
      key = skip_lost(agent, key);
      continue;
    }
    core::UpdateRecord record;
    record.number = static_cast<std::uint64_t>(row.getColumn(1).getInt64());
    if (record.number <= epoch_start) break;
    record.health = static_cast<core::Health>(row.getColumn(2).getInt());
    record.action = static_cast<core::Action>(row.getColumn(3).getInt());
    record.risk = read_figure(row, 4);
    record.coherence = read_figure(row, 5);
    key = row.getColumn(0).getInt64();
    rows.push_back(record);
    if (is_known(record) && ++known == core::kTrendValues) break;
  }
  return rows;
}

core::Result<FleetSlice> SqliteStore::load_fleet(const FleetFilter& filter, core::AgentKey after,
                                                 std::size_t slice) {
  return guarded([&]() -> core::Result<FleetSlice> {
    FleetSlice result;
    result.looked_at = after;
    SQLite::Statement& agents = statements_->fleet_after;
    const StatementUse use(agents);
    agents.bind(1, after);
    agents.bind(2, static_cast<std::int64_t>(slice + 1));
    for (std::size_t seen = 0; agents.executeStep(); ++seen) {
      if (seen == slice) {
        result.more = true;
        break;
      }
      FleetAgent agent;
      agent.key = agents.getColumn(0).getInt64();
      agent.status = static_cast<core::Lifecycle>(agents.getColumn(2).getInt());
      result.looked_at = agent.key;
      if (!passes(filter, agent.status, agents.getColumn(4).getString())) continue;
      agent.id = agents.getColumn(1).getString();
      agent.recent = recent_figures(agent.key, static_cast<std::uint64_t>(agents.getColumn(3).getInt64()));
      result.agents.push_back(std::move(agent));
    }
    return result;
  });
}

core::Result<std::optional<std::vector<WindowUpdate>>> SqliteStore::load_window(const std::string& agent_id,
                                                                                std::size_t limit) {
  return guarded([&]() -> core::Result<std::optional<std::vector<WindowUpdate>>> {
    std::vector<WindowUpdate> window;
    const auto interval_of = [](const std::optional<core::Thresholds>& own) {
      return own ? std::optional(own->lambda1_update_interval) : std::nullopt;
    };
    if (!agent_id.empty()) {
      const auto profile = find_profile(agent_id);
      if (!profile) return std::optional<std::vector<WindowUpdate>>();
      for (const core::UpdateRecord& row : rows_of_epoch(profile->key, 0, limit)) {
        window.push_back({row, interval_of(profile->thresholds)});
      }
      return std::optional(std::move(window));
    }
    std::unordered_map<core::AgentKey, std::optional<std::uint32_t>> intervals;
    SQLite::Statement& rows = statements_->newest_updates;
    const StatementUse use(rows);
    rows.bind(1, static_cast<std::int64_t>(limit));
    while (rows.executeStep()) {
      const core::AgentKey key = rows.getColumn(0).getInt64();
      auto interval = intervals.find(key);
      if (interval == intervals.end()) {
        SQLite::Statement& thresholds = statements_->thresholds_of;
        const StatementUse use_thresholds(thresholds);
        thresholds.bind(1, key);
        std::optional<core::Thresholds> own;
        if (thresholds.executeStep()) own = decode_thresholds(thresholds.getColumn(0).getString());
        interval = intervals.emplace(key, interval_of(own)).first;
      }
      window.push_back({read_record(rows, 1), interval->second});
    }
    return std::optional(std::move(window));
  });
}

core::Result<std::optional<StoredPrediction>> SqliteStore::load_prediction(const std::string& agent_id,
                                                                           std::uint64_t number) {
  return guarded([&]() -> core::Result<std::optional<StoredPrediction>> {
    const auto profile = find_profile(agent_id);
    const auto head = profile ? heads_.find(profile->key) : std::nullopt;
    if (!head || number == 0 || number > head->number) return std::optional<StoredPrediction>();
    StoredPrediction stored;
    stored.prediction.agent = profile->key;
    stored.prediction.number = number;
    SQLite::Statement& row = statements_->history_row;
    for (core::HistoryKey key = row_before(profile->key, *head, number + 1);;) {
      const StatementUse use(row);
      row.bind(1, key);
      if (key == 0) return std::optional<StoredPrediction>();  // that update is lost
      if (!row.executeStep()) {
        key = skip_lost(profile->key, key);
        continue;
      }
      const core::UpdateRecord record = read_record(row, 1);
      if (record.number < number) return std::optional<StoredPrediction>();
      if (record.number == number) {
        stored.prediction.history = key;
        stored.prediction.confidence = record.confidence;
        break;
      }
      key = row.getColumn(0).getInt64();
    }
    stored.prediction.failure = find_forecast(profile->key, number);
    SQLite::Statement& outcome = statements_->outcome;
    const StatementUse use(outcome);
    outcome.bind(1, stored.prediction.history);
    if (outcome.executeStep()) {
      // The evidence may be gone by now.
      if (auto told = read_forecast(outcome, 5)) stored.prediction.failure = told;
      stored.truth = core::GroundTruth{stored.prediction,
                                       outcome.getColumn(0).getInt() != 0,
                                       static_cast<core::TruthSource>(outcome.getColumn(1).getInt()),
                                       outcome.getColumn(2).getString(),
                                       outcome.getColumn(3).getInt64(),
                                       outcome.getColumn(4).getInt64()};
    }
    return std::optional(std::move(stored));
  });
}

std::optional<core::FailureForecast> SqliteStore::find_forecast(core::AgentKey agent, std::uint64_t number) {
  SQLite::Statement& judged = statements_->judgement_of;
  const StatementUse use(judged);
  judged.bind(1, agent);
  judged.bind(2, static_cast<std::int64_t>(number));
  if (!judged.executeStep()) return std::nullopt;
  const auto account = core::Account::unpack(judged.getColumn(1).getString());
  if (!account) return std::nullopt;
  return core::FailureForecast{static_cast<std::uint32_t>(judged.getColumn(0).getInt64()), account->log_odds};
}

std::vector<core::FailureLesson> SqliteStore::load_lessons() {
  std::vector<core::FailureLesson> lessons;
  SQLite::Statement rows(
      *database_,
      "SELECT timestamp_us, history, failure_log_odds, correct FROM outcome "
      "WHERE failure_log_odds IS NOT NULL ORDER BY timestamp_us DESC, history DESC LIMIT ?");
  rows.bind(1, static_cast<std::int64_t>(core::FailureLessons::kLessons));
  while (rows.executeStep()) {
    lessons.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64(),
                       rows.getColumn(2).getDouble(), rows.getColumn(3).getInt() == 0});
  }
  return lessons;
}

void SqliteStore::add_predictions(core::AgentKey agent, CalibrationScan& scan) {
  const auto head = heads_.find(agent);
  if (!head) return;
  const std::int64_t floor = statistics_floor(head->number);
  SQLite::Statement& unsure = statements_->unsure_after;
  const StatementUse use_unsure(unsure);
  unsure.bind(1, agent);
  unsure.bind(2, floor);
  unsure.executeStep();
  const auto counted = static_cast<std::int64_t>(head->number) - floor;
  scan.predictions += static_cast<std::uint64_t>(counted - unsure.getColumn(0).getInt64());

  SQLite::Statement& outcomes = statements_->outcomes_after;
  const StatementUse use_outcomes(outcomes);
  outcomes.bind(1, agent);
  outcomes.bind(2, floor);
  while (outcomes.executeStep()) {
    scan.calibration.add(outcomes.getColumn(0).getDouble(), outcomes.getColumn(1).getInt() != 0);
  }

  SQLite::Statement& judged = statements_->judged_after;
  const StatementUse use_judged(judged);
  judged.bind(1, agent);
  judged.bind(2, floor);
  constexpr double kMillion = 1'000'000;
  while (judged.executeStep()) {
    const auto forecast = read_forecast(judged, 0);
    const bool failed = judged.getColumn(2).getInt() == 0;
    if (!forecast) continue;
    scan.failures.add(forecast->per_million / kMillion, failed);
    scan.shipped.add(core::failure_probability(forecast->log_odds, {}), failed);
  }
}

core::Result<bool> SqliteStore::load_calibration(const std::string& agent_id, CalibrationScan& scan) {
  return guarded([&]() -> core::Result<bool> {
    const auto profile = find_profile(agent_id);
    if (!profile) return false;
    add_predictions(profile->key, scan);
    return true;
  });
}

std::optional<core::Error> SqliteStore::add_calibration(CalibrationScan& scan, std::size_t slice) {
  return guarded([&]() -> std::optional<core::Error> {
    SQLite::Statement& agents = statements_->fleet_after;
    const StatementUse use(agents);
    agents.bind(1, scan.after);
    agents.bind(2, static_cast<std::int64_t>(slice));
    std::size_t seen = 0;
    const std::uint64_t before = scan.calibration.count();
    while (agents.executeStep()) {
      ++seen;
      scan.after = agents.getColumn(0).getInt64();
      const auto status = static_cast<core::Lifecycle>(agents.getColumn(2).getInt());
      if (status != core::Lifecycle::deleted) add_predictions(scan.after, scan);
      // Agents with many outcomes make a slice of their own.
      if (scan.calibration.count() - before > kStatisticsRows * 4) return std::nullopt;
    }
    scan.more = seen == slice;
    return std::nullopt;
  });
}

}  // namespace governor::daemon
