#include "tests/support/ledger.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace governor::test {
namespace {

constexpr int kPage = 1000;

std::string describe(const std::string& what, const Update& update) {
  std::ostringstream text;
  text.precision(17);
  text << what << ": " << update.agent << " update " << update.number << " with mark " << update.mark;
  return text.str();
}

}  // namespace

std::vector<Update> history_of(Conversation& conversation, const std::string& agent) {
  std::vector<Update> found;
  boost::json::object arguments{{"agent_id", agent}, {"format", "json"}, {"limit", kPage}};
  for (;;) {
    const Answer answer = conversation.call("get_system_history", arguments);
    for (const auto& row : answer.content().at("rows").as_array()) {
      found.push_back(
          {agent, row.at("update").to_number<std::int64_t>(), row.at("complexity").to_number<double>()});
    }
    const auto* next = answer.content().if_contains("next_before");
    if (next == nullptr || next->is_null()) break;
    arguments["before_update"] = *next;
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Update> stored_updates(const Sandbox& sandbox) {
  const SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY);
  SQLite::Statement rows(
      database, "SELECT agent.id, number, complexity FROM history JOIN agent ON agent.key = history.agent");
  std::vector<Update> found;
  while (rows.executeStep()) {
    found.push_back(
        {rows.getColumn(0).getString(), rows.getColumn(1).getInt64(), rows.getColumn(2).getDouble()});
  }
  return found;
}

std::string discrepancy(std::vector<Update> acknowledged, std::vector<Update> stored) {
  std::sort(acknowledged.begin(), acknowledged.end());
  std::sort(stored.begin(), stored.end());
  std::map<std::string, std::int64_t> last;
  for (const Update& update : stored) {
    if (update.number != ++last[update.agent]) return describe("gap or repeat in the store", update);
  }
  const auto [a, s] = std::mismatch(acknowledged.begin(), acknowledged.end(), stored.begin(), stored.end());
  if (a != acknowledged.end() && (s == stored.end() || *a < *s))
    return describe("acknowledged, not stored", *a);
  if (s != stored.end()) return describe("stored, not acknowledged (or twice)", *s);
  return {};
}

}  // namespace governor::test
