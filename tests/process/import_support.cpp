#include "tests/process/import_support.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"

namespace governor::test {

namespace json = boost::json;

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const json::object& ImportReport::agent(std::string_view id) const {
  for (const json::value& one : body.at("agents").as_array()) {
    if (one.at("agent_id").as_string() == id) return one.get_object();
  }
  throw std::runtime_error("the report does not name " + std::string(id));
}

std::int64_t ImportReport::outcomes(std::string_view outcome) const {
  return body.at("outcomes").at(outcome).to_number<std::int64_t>();
}

std::multiset<std::string> ImportReport::findings(std::string_view id) const {
  std::multiset<std::string> found;
  for (const json::value& one : agent(id).at("findings").as_array()) {
    const json::value& field = one.at("field");
    found.insert(std::string(one.at("code").as_string()) +
                 (field.is_string() ? " " + std::string(field.get_string()) : ""));
  }
  return found;
}

ImportReport import_data(const Sandbox& sandbox, const std::string& path,
                         const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"--runtime-dir", sandbox.runtime_dir(), "import", path, "--json"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto finished = run(sandbox.command(kControl, arguments), patience(std::chrono::seconds(60)));
  REQUIRE(finished);
  INFO(finished->errors);
  ImportReport report{finished->code, {}, finished->output};
  report.body = json::parse(finished->output).as_object();
  return report;
}

/// The numbers of one list in a JSON file, from its digits.
std::vector<double> numbers_in(const std::string& file, const std::string& key) {
  const std::size_t name = file.find("\"" + key + "\":");
  REQUIRE(name != std::string::npos);
  const std::size_t begin = file.find('[', name) + 1;
  std::istringstream list(file.substr(begin, file.find(']', begin) - begin));
  std::vector<double> numbers;
  for (std::string item; std::getline(list, item, ',');)
    numbers.push_back(std::strtod(item.c_str(), nullptr));
  return numbers;
}

double number_in(const std::string& file, const std::string& key) {
  const std::size_t name = file.find("\"" + key + "\":");
  REQUIRE(name != std::string::npos);
  return std::strtod(file.c_str() + file.find(':', name) + 1, nullptr);
}

HistoryTable::HistoryTable(Conversation& conversation, const std::string& agent) {
  const auto answer =
      conversation.call("get_system_history", {{"agent_id", agent}, {"format", "csv"}, {"limit", 1000}});
  std::istringstream lines{std::string(answer.content().at("csv").as_string())};
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream cell_stream(line + ",");
    for (std::string cell; std::getline(cell_stream, cell, ',');) cells.push_back(cell);
    rows_.push_back(cells);
  }
  REQUIRE(!rows_.empty());
  std::reverse(rows_.begin() + 1, rows_.end());
}

std::vector<std::string> HistoryTable::column(const std::string& name) const {
  const auto at =
      static_cast<std::size_t>(std::find(rows_[0].begin(), rows_[0].end(), name) - rows_[0].begin());
  std::vector<std::string> cells;
  for (std::size_t row = 1; row < rows_.size(); ++row) cells.push_back(rows_[row].at(at));
  return cells;
}

std::vector<double> HistoryTable::numbers(const std::string& name) const {
  std::vector<double> numbers;
  for (const std::string& cell : column(name)) {
    numbers.push_back(cell.empty() ? std::nan("") : std::strtod(cell.c_str(), nullptr));
  }
  return numbers;
}

std::string stored_import(const Sandbox& sandbox) {
  const SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY, 2000);
  std::string text;
  for (const char* query :
       {"SELECT id, version, owner, shared, purpose, parent_id, tags, notes, created_us, status, "
        "status_reason, "
        "status_since_us, pinned, epoch, epoch_start FROM agent ORDER BY id",
        "SELECT agent.id, number, history.epoch, updates, timestamp_us, E, I, S, V, coherence, risk, phi, "
        "lambda1, "
        "integral, time, void_threshold, verdict, action, health, void_active FROM history "
        "JOIN agent ON agent.key = history.agent ORDER BY agent.id, number",
        "SELECT agent.id, timestamp_us, event, reason FROM lifecycle_event JOIN agent ON agent.key = "
        "lifecycle_event.agent ORDER BY agent.id, lifecycle_event.key",
        "SELECT agent.id, event, detail FROM audit JOIN agent ON agent.key = audit.agent ORDER BY agent.id, "
        "audit.key"}) {
    SQLite::Statement rows(database, query);
    while (rows.executeStep()) {
      for (int i = 0; i < rows.getColumnCount(); ++i) text += rows.getColumn(i).getString() + "|";
      text += '\n';
    }
  }
  return text;
}

}  // namespace governor::test
