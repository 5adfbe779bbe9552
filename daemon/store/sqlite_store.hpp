#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <string>

#include "daemon/store/store.hpp"

namespace governor::daemon {

/// The store in one SQLite file (WAL, synchronous=FULL). Expects a database at the newest schema, see
/// open_store().
class SqliteStore final : public Store {
 public:
  /// Throws SQLite::Exception when the statements do not fit the database.
  explicit SqliteStore(std::unique_ptr<SQLite::Database> database);
  ~SqliteStore() override;

  std::optional<core::Error> commit(std::span<const core::Change> changes) override;
  core::Result<core::StateSeed> load_seed() override;
  core::Result<std::optional<core::Agent>> load_agent(const std::string& id) override;
  core::Result<std::optional<std::string>> load_agent_id(core::AgentKey key) override;
  core::Result<std::optional<core::UpdateOutcome>> load_update(core::HistoryKey key) override;
  core::Result<std::optional<HistoryPage>> load_history(const std::string& agent_id, std::uint64_t before,
                                                        std::size_t limit) override;
  core::Result<AgentPage> list_agents(const std::string& after, std::size_t limit) override;

 private:
  struct Statements;

  void apply(const core::UpdateAppended& change);
  void apply(const core::AnswerSaved& change);
  void apply(const core::ParametersSaved& change);
  void apply(const core::AgentSaved& change);
  void apply(const core::SessionSaved& change);
  void apply(const core::SessionEnded& change);
  void apply(const core::AuditAppended& change);

  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<Statements> statements_;
};

/// Settings of every connection: WAL, full durability, bounded waiting for a foreign reader's lock.
void configure_connection(SQLite::Database& database);

}  // namespace governor::daemon
