// The files of a monitor that was in use. What is expected is read from them, so that nothing of them stands
// here.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "tests/process/import_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/socket_conversation.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const std::string kData = GOVERNOR_REAL_DATA;
constexpr std::string_view kStateEnding = "_state.json";

/// The text of each state file, by agent.
std::map<std::string, std::string> state_files() {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(kData)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kStateEnding)) {
      files[name.substr(0, name.size() - kStateEnding.size())] = content(entry.path().string());
    }
  }
  REQUIRE_FALSE(files.empty());
  return files;
}

json::object metadata() {
  return json::parse(content(kData + "/agent_metadata.json")).as_object();
}

std::int64_t total_updates(const json::value& entry) {
  return entry.at("total_updates").to_number<std::int64_t>();
}

TEST_CASE("every agent of the real files is imported, and importing twice gives the same") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const auto states = state_files();
  const json::object entries = metadata();
  std::size_t agents = entries.size();
  for (const auto& [id, text] : states) agents += entries.contains(id) ? 0 : 1;

  const ImportReport looked = import_data(sandbox, kData, {});
  CHECK(looked.code == 0);
  CHECK(looked.outcomes("would_import") == static_cast<std::int64_t>(agents));
  const ImportReport first = import_data(sandbox, kData);
  CHECK(first.code == 0);
  CHECK(first.outcomes("imported") == static_cast<std::int64_t>(agents));
  const std::string once = stored_import(sandbox);
  const ImportReport second = import_data(sandbox, kData);
  CHECK(second.outcomes("unchanged") == static_cast<std::int64_t>(agents));
  CHECK(stored_import(sandbox) == once);
  // Each file by itself says what the directory said.
  for (const auto& entry : fs::directory_iterator(kData)) {
    CAPTURE(entry.path().filename().string());
    const ImportReport single = import_data(sandbox, entry.path().string());
    CHECK(single.outcomes("imported") == 0);
  }
  CHECK(stored_import(sandbox) == once);
}

TEST_CASE("histories and states of the real files are kept digit for digit") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  import_data(sandbox, kData);
  SocketConversation conversation(sandbox);
  for (const auto& [id, text] : state_files()) {
    CAPTURE(id);
    const HistoryTable table(conversation, id);
    for (const char* name : {"E", "I", "S", "V", "coherence"}) {
      CHECK(table.numbers(name) == numbers_in(text, std::string(name) + "_history"));
      CHECK(table.newest(name) == number_in(text, name));
    }
    CHECK(table.numbers("risk_score") == numbers_in(text, "risk_history"));
    CHECK(table.newest("lambda1") == number_in(text, "lambda1"));
    const auto metrics =
        conversation.call("get_governance_metrics", {{"agent_id", id}, {"detail", "full"}}).content();
    CHECK(metrics.at("metrics").at("updates").to_number<double>() == number_in(text, "update_count"));
    CHECK(metrics.at("metrics").at("time").to_number<double>() == Approx(number_in(text, "time")));
  }
}

TEST_CASE("the report says of the real files what is odd about them, and only that") {
  Sandbox sandbox;
  const ImportReport report = import_data(sandbox, kData, {});  // without a daemon
  const auto states = state_files();
  const json::object entries = metadata();
  for (const auto& entry : entries) {
    const std::string id(entry.key());
    CAPTURE(id);
    const auto findings = report.findings(id);
    const auto state = states.find(id);
    const bool has_state = state != states.end();
    const auto total = total_updates(entry.value());
    CHECK(findings.count("no_history total_updates") == (!has_state && total > 0 ? 1 : 0));
    CHECK(findings.count("no_metadata") == 0);
    const json::value* recent = entry.value().get_object().if_contains("recent_decisions");
    CHECK(findings.count("not_kept recent_decisions") == (recent && !recent->as_array().empty() ? 1 : 0));
    if (!has_state) continue;
    const bool other = static_cast<double>(total) != number_in(state->second, "update_count");
    CHECK(findings.count("count_mismatch total_updates") == (other ? 1 : 0));
  }
  for (const auto& [id, text] : states) {
    CAPTURE(id);
    const auto findings = report.findings(id);
    CHECK(findings.count("no_metadata") == (entries.contains(id) ? 0 : 1));
    const bool has_times = text.find("timestamp_history") != std::string::npos;
    // An export of the same agent may lack them as well.
    CHECK((findings.count("missing timestamp_history") > 0) == !has_times);
    const double v = number_in(text, "V");
    const bool older = std::abs(number_in(text, "coherence") - 0.5 * (1 + std::tanh(v))) < 1e-12;
    CHECK(findings.count("coherence_variant coherence_history") == (older ? 1 : 0));
    CHECK(findings.count("value_mismatch E_history") == 0);
  }
}

}  // namespace
}  // namespace governor::test
