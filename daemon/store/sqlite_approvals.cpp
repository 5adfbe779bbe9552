// Requests to people, and their answers.
#include "core/approval_table.hpp"
#include "daemon/store/path_codec.hpp"
#include "daemon/store/sqlite_statements.hpp"

namespace governor::daemon {
namespace {

/// A damaged row must not bring values into memory that the program does not know: what is no request that
/// could be carried out is none.
std::optional<core::Approval> read_approval(SQLite::Statement& row) {
  core::Approval approval;
  int at = 0;
  const auto integer = [&] { return row.getColumn(at++).getInt64(); };
  const auto text = [&] { return row.getColumn(at++).getString(); };
  approval.key = integer();
  const std::int64_t kind = integer();
  core::ApprovalSubject& subject = approval.subject;
  subject.kind = static_cast<core::ApprovalKind>(kind);
  subject.paths = decode_paths(text());
  subject.before = text();
  subject.content = text();
  subject.target = integer();
  subject.target_id = text();
  approval.asker.session = integer();
  approval.asker.agent_id = text();
  approval.asker.client = text();
  approval.asks = text();
  approval.why = text();
  approval.created_us = integer();
  approval.expires_us = integer();
  const std::int64_t status = integer();
  core::ApprovalStanding& standing = approval.standing;
  standing.status = status >= 0 && status <= static_cast<std::int64_t>(core::ApprovalStatus::expired)
                        ? static_cast<core::ApprovalStatus>(status)
                        : core::ApprovalStatus::expired;
  standing.answered_us = integer();
  standing.answered_by = text();
  standing.note = text();
  standing.until_us = integer();
  standing.used_us = integer();
  const bool is_known = kind >= static_cast<std::int64_t>(core::ApprovalKind::unlock) &&
                        kind <= static_cast<std::int64_t>(core::ApprovalKind::budget);
  const bool is_about_file =
      subject.kind == core::ApprovalKind::unlock || subject.kind == core::ApprovalKind::overwrite;
  if (!is_known || (is_about_file && subject.paths.size() != 1)) return std::nullopt;
  return approval;
}

}  // namespace

void SqliteStore::apply(const core::ApprovalSaved& change) {
  const core::Approval& approval = change.approval;
  const core::ApprovalSubject& subject = approval.subject;
  const core::ApprovalStanding& standing = approval.standing;
  const std::string paths = encode_paths(subject.paths);
  SQLite::Statement& statement = statements_->save_approval;
  int at = 0;
  const auto integer = [&](std::int64_t number) { statement.bind(++at, number); };
  const auto text = [&](const std::string& value) { statement.bindNoCopy(++at, value); };
  integer(approval.key);
  integer(static_cast<std::int64_t>(subject.kind));
  text(paths);
  text(subject.before);
  text(subject.content);
  integer(subject.target);
  text(subject.target_id);
  integer(approval.asker.session);
  text(approval.asker.agent_id);
  text(approval.asker.client);
  text(approval.asks);
  text(approval.why);
  integer(approval.created_us);
  integer(approval.expires_us);
  integer(static_cast<std::int64_t>(standing.status));
  integer(standing.answered_us);
  text(standing.answered_by);
  text(standing.note);
  integer(standing.until_us);
  integer(standing.used_us);
  run(statement);
  seals_[kSealedApproval].seal(approval.key);
}

void SqliteStore::apply(const core::ApprovalsPruned& change) {
  for (const core::ApprovalKey key : change.keys) {
    statements_->delete_approval.bind(1, key);
    run(statements_->delete_approval);
    seals_[kSealedApproval].seal(key);
  }
}

std::vector<core::Approval> SqliteStore::load_approvals() {
  std::vector<core::Approval> approvals;
  SQLite::Statement rows(*database_, "SELECT * FROM approval ORDER BY key");
  while (rows.executeStep()) {
    if (auto approval = read_approval(rows)) approvals.push_back(*std::move(approval));
  }
  return approvals;
}

}  // namespace governor::daemon
