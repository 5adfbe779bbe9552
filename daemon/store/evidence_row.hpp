#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/evidence.hpp"

namespace governor::daemon {

/// A row of the table `evidence` without its hash, column by column. What the columns subject, sort, success,
/// first and second hold by kind, `-` for nothing:
///   tool_used     tool, ToolClass, success, exit code, duration; and all other columns
///   file_changed  path, 1 made + 2 gone, -, lines added, lines removed; fingerprint of the content
///   tests_run     framework, -, success, passed, failed
///   reverted      path, How
///   repeated      subject, What, -, times
///   refused       path, By
///   risky_action  rule, Severity; program
///   prose_said    -, -, -, bytes
///   judged        -, 1 provisional, -, update, failure per million; detail is the account
///   stated        -, -, -, confidence, complexity, both per mille
struct EvidenceRow {
  core::EvidenceKey key = 0;
  core::AgentKey agent = 0;
  std::int64_t timestamp_us = 0;
  std::int64_t epoch = 0;
  std::int64_t turn = 0;
  std::int64_t provenance = 0;
  std::int64_t source = 0;
  core::AuditKey actor = 0;
  std::int64_t kind = 0;
  std::optional<std::string> subject{};
  std::optional<std::string> program{};
  std::optional<std::int64_t> sort{};
  std::optional<std::int64_t> success{};
  std::optional<std::int64_t> first{};
  std::optional<std::int64_t> second{};
  std::optional<std::int64_t> size{};
  std::optional<std::int64_t> output_size{};
  std::optional<std::int64_t> fingerprint{};
  std::optional<std::string> detail{};
};

inline constexpr const char* kEvidenceColumns =
    "key, agent, timestamp_us, epoch, turn, provenance, source, actor, kind, subject, program, sort, "
    "success, first, second, size, output_size, fingerprint, detail";
inline constexpr int kEvidenceColumnCount = 19;

EvidenceRow row_of(const core::Evidence& evidence);
/// None if the row is of a kind that this program does not know.
std::optional<core::Evidence> evidence_of(const EvidenceRow& row);

/// `first` is the index of the first parameter (from 1) or column (from 0). The row must outlive the
/// execution of the statement.
void bind_evidence(SQLite::Statement& statement, int first, const EvidenceRow& row);
EvidenceRow read_evidence(SQLite::Statement& statement, int first);

}  // namespace governor::daemon
