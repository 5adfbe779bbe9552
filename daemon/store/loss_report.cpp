#include "daemon/store/loss_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/time_text.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kAgentsNamed = 10;

/// Tables that are made from others, or that mean nothing after a restart.
const std::set<std::string> kPassing{"agent_head", "answer", "chain", "loss", "row_seal", "session"};

const SalvagedTable* find_table(const RecoveryFacts& facts, const std::string& name) {
  const auto found = std::find_if(facts.tables.begin(), facts.tables.end(),
                                  [&](const SalvagedTable& table) { return table.name == name; });
  return found == facts.tables.end() ? nullptr : &*found;
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Other tables of which not everything was read.
std::vector<std::string> other_tables_with_holes(const RecoveryFacts& facts) {
  std::vector<std::string> names;
  for (const SalvagedTable& table : facts.tables) {
    if (!table.whole() && !kPassing.contains(table.name) && table.name != "history" &&
        table.name != "audit" && table.name != "evidence")
      names.push_back(table.name);
  }
  return names;
}

std::string for_shell(const std::string& path) {
  std::string quoted = "'";
  for (const char c : path) {
    if (c == '\'') quoted += "'\\'";
    quoted += c;
  }
  return quoted + "'";
}

std::string what_is_there(const RecoveryFacts& facts) {
  const SalvagedTable* history = find_table(facts, "history");
  const bool has_any = facts.history.end.entries > 0 || facts.audit.end.entries > 0;
  if (!has_any) return "Nothing of it could be read, and there is no good backup: a new one was begun.";
  std::string text = fmt::format("{} and {} of the audit log are there",
                                 counted(facts.history.end.entries, "update", "updates"),
                                 counted(facts.audit.end.entries, "entry", "entries"));
  if (facts.backup.empty()) return text + "; there is no good backup.";
  const bool all_from_backup = history != nullptr && history->read == 0;
  return text + (all_from_backup ? fmt::format(", as the backup {} has them.", facts.backup)
                                 : fmt::format("; the backup {} filled what holes it could.", facts.backup));
}

std::string updates_text(const RecoveryFacts& facts) {
  if (facts.updates_missing == 0) return "";
  std::string text = counted(facts.updates_missing, "update is", "updates are") + " missing";
  std::uint64_t named = 0;
  std::size_t agents = 0;
  for (const MissingUpdates& missing : facts.history.updates) {
    if (++agents > kAgentsNamed) continue;
    named += missing.last - missing.first + 1;
    const auto id = facts.agent_ids.find(missing.agent);
    const std::string who = id != facts.agent_ids.end() ? id->second : fmt::format("agent {}", missing.agent);
    text += agents == 1 ? ": " : ", ";
    text += missing.first == missing.last ? fmt::format("{} of {}", missing.first, who)
                                          : fmt::format("{} to {} of {}", missing.first, missing.last, who);
  }
  if (agents > kAgentsNamed)
    return text + fmt::format(" and others in {} more places.", agents - kAgentsNamed);
  if (named < facts.updates_missing) {
    const std::uint64_t others = facts.updates_missing - named;
    text += fmt::format("{}; it is unknown whose {}", agents == 0 ? "" : ", and others",
                        agents == 0   ? "they were"
                        : others == 1 ? "the other one was"
                                      : fmt::format("the other {} were", others));
    if (facts.newest_us != 0)
      text += fmt::format(", the newest update that is there is of {}", core::utc_text(facts.newest_us));
  }
  return text + ".";
}

std::string what_is_missing(const RecoveryFacts& facts) {
  std::string text = updates_text(facts);
  const auto add = [&text](const std::string& sentence) { text += (text.empty() ? "" : " ") + sentence; };
  if (facts.entries_missing > 0)
    add(counted(facts.entries_missing, "entry of the audit log is", "entries of the audit log are") +
        " missing.");
  if (facts.evidence_missing > 0) {
    add(counted(facts.evidence_missing, "entry of what agents did is", "entries of what agents did are") +
        " missing.");
  }
  if (facts.agents_missing > 0) {
    add(counted(facts.agents_missing, "agent with updates is", "agents with updates are") +
        " no longer registered.");
  }
  for (const UnsealedRows& rows : facts.unsealed) {
    if (rows.missing > 0)
      add(counted(rows.missing, "row", "rows") +
          fmt::format(" of the table {} {} missing.", rows.table, rows.missing == 1 ? "is" : "are"));
    if (rows.other > 0)
      add(counted(rows.other, "row", "rows") +
          fmt::format(" of the table {} {} older than it was, or changed.", rows.table,
                      rows.other == 1 ? "is" : "are"));
  }
  if (const auto names = other_tables_with_holes(facts); !names.empty()) {
    add(fmt::format("Not everything could be read of: {}; what the backup has of that may be older.",
                    fmt::join(names, ", ")));
  }
  if (!facts.end_is_known)
    add("The last stored position is unknown, so newer changes may be missing as well.");
  if (text.empty()) text = "Nothing is missing: everything up to the last change that is known is there.";
  return text;
}

}  // namespace

bool RecoveryFacts::has_loss() const {
  return !unsealed.empty() || updates_missing > 0 || entries_missing > 0 || evidence_missing > 0 ||
         agents_missing > 0 || !end_is_known || !other_tables_with_holes(*this).empty();
}

std::string describe(const RecoveryFacts& facts) {
  std::string text = facts.restored_from.empty()
                         ? fmt::format("The database could not be used: {}. ", facts.trouble)
                         : fmt::format("The database was restored from {}. ", facts.restored_from);
  if (!facts.set_aside.empty()) {
    text += fmt::format("{} was set aside as {}. ", facts.restored_from.empty() ? "It" : "What was there",
                        facts.set_aside);
  }
  text += what_is_there(facts) + " " + what_is_missing(facts);
  if (!facts.set_aside.empty())
    text += fmt::format(" To look into what was set aside: sqlite3 -readonly {}", for_shell(facts.set_aside));
  return text;
}

}  // namespace governor::daemon
