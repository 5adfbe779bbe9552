#include "core/approval.hpp"

#include "core/approval_command.hpp"

#include <fmt/format.h>

#include <array>

#include "core/time_text.hpp"

namespace governor::core {
namespace {

constexpr std::array kApprovalKinds{ApprovalKind::unlock, ApprovalKind::overwrite, ApprovalKind::lease_break,
                                    ApprovalKind::decision, ApprovalKind::budget};
constexpr std::array kApprovalStatuses{ApprovalStatus::open, ApprovalStatus::approved, ApprovalStatus::denied,
                                       ApprovalStatus::expired};

std::string with_note(const ApprovalStanding& standing) {
  return standing.note.empty() ? "" : ": " + standing.note;
}

}  // namespace

std::string_view to_string(ApprovalKind kind) {
  switch (kind) {
    case ApprovalKind::unlock: return "unlock";
    case ApprovalKind::overwrite: return "overwrite";
    case ApprovalKind::lease_break: return "lease_break";
    case ApprovalKind::decision: return "decision";
    case ApprovalKind::budget: return "budget";
  }
  return "unlock";
}

std::string_view to_string(ApprovalStatus status) {
  switch (status) {
    case ApprovalStatus::open: return "open";
    case ApprovalStatus::approved: return "approved";
    case ApprovalStatus::denied: return "denied";
    case ApprovalStatus::expired: return "expired";
  }
  return "expired";
}

std::optional<ApprovalKind> parse_approval_kind(std::string_view text) {
  for (const ApprovalKind kind : kApprovalKinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

std::optional<ApprovalStatus> parse_approval_status(std::string_view text) {
  for (const ApprovalStatus status : kApprovalStatuses) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

bool ApprovalSubject::is_same(const ApprovalSubject& other) const {
  if (kind != other.kind) return false;
  // An agent is asked about once, whichever of its updates it was.
  if (kind == ApprovalKind::decision) return true;
  if (kind == ApprovalKind::lease_break || kind == ApprovalKind::budget) return target == other.target;
  return before == other.before && content == other.content && !paths.empty() && !other.paths.empty() &&
         paths.front().pattern.text() == other.paths.front().pattern.text();
}

bool Approval::holds(std::int64_t now_us) const {
  switch (standing.status) {
    case ApprovalStatus::open: return now_us < expires_us;
    case ApprovalStatus::approved: return standing.used_us == 0 && now_us < standing.until_us;
    case ApprovalStatus::denied: return now_us < expires_us;
    case ApprovalStatus::expired: return false;
  }
  return false;
}

std::string_view default_of(ApprovalKind kind) {
  switch (kind) {
    case ApprovalKind::unlock: return "The file stays protected.";
    case ApprovalKind::overwrite: return "The file stays as it is.";
    case ApprovalKind::lease_break: return "The lease ends when its time is over.";
    case ApprovalKind::decision: return "The decision stands as it is.";
    case ApprovalKind::budget: return "The deployment stays paused.";
  }
  return "Nothing changes.";
}

std::string approval_hint(const Approval& approval) {
  switch (approval.standing.status) {
    case ApprovalStatus::open:
      return fmt::format("Request {} waits for an answer until {}: a person can allow it.", approval.key,
                         utc_text(approval.expires_us));
    case ApprovalStatus::denied:
      return fmt::format("Request {} was denied by {} at {}{}. It is not asked again before {}.",
                         approval.key, approval.standing.answered_by, utc_text(approval.standing.answered_us),
                         with_note(approval.standing), utc_text(approval.expires_us));
    case ApprovalStatus::approved:
    case ApprovalStatus::expired: break;
  }
  return fmt::format("Request {} is {}.", approval.key, to_string(approval.standing.status));
}

std::string approval_command(const Approval& approval) {
  return fmt::format("governorctl approvals approve {} (or deny {})", approval.key, approval.key);
}

}  // namespace governor::core
