#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/conversation.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

std::string content(const std::string& path);

/// What `governorctl import --json` said.
struct ImportReport {
  int code = -1;
  boost::json::object body;
  std::string text;

  /// Throws if the report does not name the agent.
  [[nodiscard]] const boost::json::object& agent(std::string_view id) const;
  /// How many agents had this outcome.
  [[nodiscard]] std::int64_t outcomes(std::string_view outcome) const;
  /// "code field" of each finding about the agent.
  [[nodiscard]] std::multiset<std::string> findings(std::string_view id) const;
};

ImportReport import_data(const Sandbox& sandbox, const std::string& path,
                         const std::vector<std::string>& options = {"--apply"});

// Values in the text of a JSON file, from their digits. The key must be there.
std::vector<double> numbers_in(const std::string& file, const std::string& key);
double number_in(const std::string& file, const std::string& key);

/// An agent's history as a table, oldest first, as CSV gives it: that keeps every digit.
class HistoryTable {
 public:
  HistoryTable(Conversation& conversation, const std::string& agent);

  [[nodiscard]] std::vector<std::string> column(const std::string& name) const;
  /// NaN where the cell is empty.
  [[nodiscard]] std::vector<double> numbers(const std::string& name) const;
  [[nodiscard]] double newest(const std::string& name) const { return numbers(name).back(); }

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// What of an import is to be the same wherever it was made: all but keys and the time of the import.
std::string stored_import(const Sandbox& sandbox);

}  // namespace governor::test
