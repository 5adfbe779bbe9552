// governorctl import with the real programs: what was in the files is what the tools show, and the agents go
// on.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "core/governance_model.hpp"
#include "tests/process/import_support.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/socket_conversation.hpp"
#include "tests/support/until.hpp"

namespace governor::test {
namespace {

namespace fs = std::filesystem;

const std::string kData = GOVERNOR_LEGACY_DATA;

std::int64_t stored_agents(const Sandbox& sandbox) {
  SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY, 2000);
  return database.execAndGet("SELECT count(*) FROM agent").getInt64();
}

/// A data directory with many agents, each with a state of its own.
void make_agents(const std::string& directory, int count) {
  fs::create_directories(directory + "/agents");
  std::ofstream metadata(directory + "/agent_metadata.json");
  for (int i = 0; i < count; ++i) {
    metadata
        << (i == 0 ? "{" : ",")
        << fmt::format(
               R"("agent-{:05}":{{"agent_id":"agent-{:05}","status":"active","created_at":"2025-10-01T00:00:00.{:06}",)"
               R"("last_update":"2025-10-01T00:00:09","total_updates":3,"tags":["t{}"],"notes":"","api_key":"k",)"
               R"("lifecycle_events":[{{"event":"created","timestamp":"2025-10-01T00:00:00","reason":null}}]}})",
               i, i, i, i % 7);
    const double x = 0.7 + i * 1e-6;
    std::ofstream(directory + fmt::format("/agents/agent-{:05}_state.json", i)) << fmt::format(
        R"({{"E":{0},"I":0.8,"S":0.1,"V":-0.01,"coherence":0.64,"lambda1":0.09,"void_active":false,"time":0.3,)"
        R"("update_count":3,"E_history":[0.701,0.702,{0}],"I_history":[0.8,0.8,0.8],"S_history":[0.2,0.15,0.1],)"
        R"("V_history":[-0.003,-0.006,-0.01],"coherence_history":[0.64,0.64,0.64],"risk_history":[0.4,0.4,0.4],)"
        R"("lambda1_history":[0.09,0.09,0.09],"decision_history":["revise","revise","approve"],)"
        R"("timestamp_history":["2025-10-01T00:00:01","2025-10-01T00:00:05","2025-10-01T00:00:09"]}})",
        x);
  }
  metadata << "}";
}

TEST_CASE("what was in the files is what the tools show, digit for digit") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const ImportReport report = import_data(sandbox, kData);
  CHECK(report.code == 1);  // something in there is damaged
  CHECK(report.outcomes("imported") == 8);
  SocketConversation conversation(sandbox);

  const std::string harbor = content(kData + "/agents/harbor_state.json");
  const HistoryTable table(conversation, "harbor");
  for (const char* name : {"E", "I", "S", "V", "coherence", "lambda1"}) {
    CAPTURE(name);
    CHECK(table.numbers(name) == numbers_in(harbor, std::string(name) + "_history"));
  }
  CHECK(table.numbers("risk_score") == numbers_in(harbor, "risk_history"));
  CHECK(table.column("timestamp").front() == "2025-10-03T08:15:00.000120Z");
  CHECK(table.column("update").back() == "12");
  CHECK(table.column("health").back() == "unknown");
  const auto metrics =
      conversation.call("get_governance_metrics", {{"agent_id", "harbor"}, {"detail", "full"}}).content();
  CHECK(metrics.at("metrics").at("updates") == 12);

  const HistoryTable lantern(conversation, "lantern");  // 30 of its rows come from an export
  REQUIRE(lantern.column("update").size() == 130);
  const std::vector<double> newest = numbers_in(content(kData + "/agents/lantern_state.json"), "V_history");
  const std::vector<double> all = lantern.numbers("V");
  CHECK(std::vector<double>(all.end() - 100, all.end()) == newest);
  CHECK(lantern.column("action")[2] != "unknown");

  const HistoryTable orchard(conversation, "orchard");  // its lists are of unequal length
  const auto times = orchard.column("timestamp");
  CHECK(std::count(times.begin(), times.end(), "") == 3);
  CHECK(times.front().empty());
  CHECK(orchard.column("action")[1] == "unknown");
  CHECK(orchard.column("action")[3] != "unknown");

  SQLite::Database database(sandbox.database(), SQLite::OPEN_READONLY, 2000);
  const auto profile = [&](const std::string& id, const std::string& field) {
    SQLite::Statement query(database, "SELECT " + field + " FROM agent WHERE id = ?");
    query.bind(1, id);
    REQUIRE(query.executeStep());
    return query.getColumn(0).getString();
  };
  CHECK(profile("harbor", "tags") == "[\"docs\",\"lighthouse \xE2\x82\xAC\"]");
  CHECK(profile("harbor", "notes") ==
        "First line.\nSecond line, with \xE2\x80\x9Cquotes\xE2\x80\x9D and \xE2\x9C\x85.");
  CHECK(profile("harbor", "purpose") == "keeps the harbour lights");
  CHECK(profile("harbor", "created_us") == "1759479299900001");
  CHECK(profile("lantern", "status") == "2");
  CHECK(profile("lantern", "status_reason") == "season over");
  CHECK(profile("lantern", "status_since_us") == "1760004000000007");
  CHECK(profile("lantern", "parent_id") == "harbor");
  CHECK(profile("meadow", "status") == "1");
  CHECK(profile("meadow", "status_since_us") == "1759726800000000");  // its zone was written
  CHECK(
      database
          .execAndGet("SELECT count(*) FROM audit WHERE event = 'agent_imported' AND client = 'governorctl'")
          .getInt() == 8);
  CHECK(profile("cedar", "tags") == "[\"tree\"]");
  SQLite::Statement events(
      database,
      "SELECT group_concat(event || ' ' || timestamp_us || ' ' || reason, ';') FROM lifecycle_event "
      "WHERE agent = (SELECT key FROM agent WHERE id = 'harbor')");
  REQUIRE(events.executeStep());
  CHECK(events.getColumn(0).getString() ==
        "created 1759479299900031 ;paused 1759479600000000 storm;resumed 1759479660500000 ");
  CHECK(stored_import(sandbox).find("not-a-real") == std::string::npos);
  CHECK(report.text.find("not-a-real") == std::string::npos);
}

TEST_CASE("the report names each oddity of each file") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const ImportReport report = import_data(sandbox, kData, {});
  CHECK(report.outcomes("would_import") == 8);
  CHECK(stored_agents(sandbox) == 0);
  using Set = std::multiset<std::string>;
  CHECK(report.findings("harbor") ==
        Set{"secret_dropped api_key", "not_kept recent_update_timestamps", "not_kept recent_decisions"});
  CHECK(report.findings("lantern") == Set{"count_mismatch update_count", "count_mismatch total_updates",
                                          "not_kept regime", "not_kept regime_history", "completed"});
  CHECK(report.findings("meadow") == Set{"no_history total_updates", "secret_dropped active_session_key"});
  CHECK(report.findings("orchard") ==
        Set{"unequal_length decision_history", "unequal_length timestamp_history", "missing lambda1_history",
            "unknown_value decision_history", "unknown_field colour", "unknown_field favourite"});
  for (const char* id : {"quarry", "ripple"}) {  // one ends in the middle, one is empty
    CAPTURE(id);
    CHECK(report.agent(id).at("outcome").as_string() == "not_importable");
    CHECK(report.findings(id) == Set{"damaged_file"});
  }
  CHECK(report.findings("thicket").empty());
  CHECK(report.findings("willow") ==
        Set{"no_metadata", "missing created_at", "missing lambda1_history", "missing timestamp_history"});
  CHECK(report.findings("birch") == Set{"no_metadata", "derived created_at"});
  CHECK(report.findings("cedar").empty());
  CHECK(report.body.at("findings").as_array().size() == 3);  // the files that are nobody's
}

TEST_CASE("importing twice gives what importing once gives, and a restart in between changes nothing") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  import_data(sandbox, kData);
  const std::string once = stored_import(sandbox);
  CHECK(import_data(sandbox, kData).outcomes("unchanged") == 8);
  CHECK(stored_import(sandbox) == once);
  REQUIRE(sandbox.end_daemon());
  Child next = sandbox.start_daemon();
  CHECK(import_data(sandbox, kData).outcomes("unchanged") == 8);
  CHECK(stored_import(sandbox) == once);
  // Another reading of the times is another history.
  const ImportReport shifted = import_data(sandbox, kData, {"--apply", "--timezone", "+01:00"});
  CHECK(shifted.code == 1);
  CHECK(shifted.agent("harbor").at("outcome").as_string() == "exists");
  CHECK(stored_import(sandbox) == once);
}

TEST_CASE("the next updates are what the model gives from the imported state") {
  Sandbox sandbox;
  const bool restarted = GENERATE(false, true);
  std::optional<Child> daemon(sandbox.start_daemon());
  import_data(sandbox, kData);
  if (restarted) {
    REQUIRE(sandbox.end_daemon());
    daemon.reset();
    daemon.emplace(sandbox.start_daemon());
  }
  const std::string file = content(kData + "/agents/harbor_state.json");
  core::GovernanceState state;
  state.E = number_in(file, "E");
  state.I = number_in(file, "I");
  state.S = number_in(file, "S");
  state.V = number_in(file, "V");
  state.lambda1 = number_in(file, "lambda1");
  state.time = number_in(file, "time");
  state.updates = 12;
  for (const double v : numbers_in(file, "V_history")) state.void_window.push(std::abs(v));
  SocketConversation conversation(sandbox);
  for (int i = 0; i < 5; ++i) {  // the third of them runs the controller
    core::UpdateInput input;
    input.complexity = 0.25;
    const core::UpdateRecord expected = core::advance(state, input, core::Thresholds{});
    conversation.call("process_agent_update", {{"agent_id", "harbor"}, {"complexity", 0.25}}).content();
    const HistoryTable table(conversation, "harbor");
    CAPTURE(i);
    CHECK(table.newest("update") == 13 + i);
    CHECK(table.newest("E") == expected.E);
    CHECK(table.newest("I") == expected.I);
    CHECK(table.newest("S") == expected.S);
    CHECK(table.newest("V") == expected.V);
    CHECK(table.newest("coherence") == expected.coherence);
    CHECK(table.newest("risk_score") == expected.risk);
    CHECK(table.newest("phi") == expected.phi);
    CHECK(table.newest("lambda1") == expected.lambda1);
    CHECK(table.newest("void_threshold") == expected.void_threshold);
  }
  const auto refused = conversation.call("process_agent_update", {{"agent_id", "meadow"}});
  CHECK(refused.tool_error() == "conflict");  // it came paused
}

TEST_CASE(
    "a dry run says of a long history what the import then does, and one bad time costs that time alone") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const std::string data = sandbox.directory() + "/data";
  fs::create_directories(data);
  std::ofstream file(data + "/ada_state.json");
  const auto list = [&](const char* name, const char* value, int count, const char* first) {
    file << '"' << name << "\":[" << first;
    for (int i = 1; i < count; ++i) file << ',' << value;
    file << "],";
  };
  constexpr int kRows = 4500;  // more than two requests
  file << '{';
  for (const char* name :
       {"E_history", "I_history", "S_history", "V_history", "coherence_history", "risk_history"})
    list(name, "0.5", kRows, "0.5");
  list("decision_history", "\"revise\"", kRows, "\"revise\"");
  list("timestamp_history", "\"2025-10-01T00:00:01\"", kRows, "\"1969-12-31T23:00:00\"");
  file
      << R"("E":0.5,"I":0.5,"S":0.5,"V":0.5,"coherence":0.5,"lambda1":0.09,"time":450.0,"update_count":4500})";
  file.close();
  const ImportReport dry = import_data(sandbox, data, {});
  INFO(dry.text.substr(0, 2000));
  CHECK(dry.agent("ada").at("outcome").as_string() == "would_import");
  const ImportReport applied = import_data(sandbox, data);
  CHECK(applied.agent("ada").at("outcome").as_string() == "imported");
  CHECK(applied.findings("ada").count("unreadable_time timestamp_history") == 1);
  CHECK(import_data(sandbox, data, {}).agent("ada").at("outcome").as_string() == "unchanged");
  // What nobody recorded is not false.
  SocketConversation conversation(sandbox);
  conversation.initialize();
  const HistoryTable table(conversation, "ada");
  for (const char* name : {"require_human", "lambda1_skipped", "void_active"})
    CHECK(table.column(name).back().empty());
}

TEST_CASE("files that are not what they seem do no harm") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const std::string data = sandbox.directory() + "/data";
  fs::create_directories(data + "/agents");
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(data + "/" + name) << text;
  };
  write("agent_metadata.json", R"({"good":{"total_updates":0},"cut":{"tags":["x"]},"bad":7})");
  write("good_state.json",
        R"({"E":0.71,"I":0.81,"S":0.1,"V":0.01,"coherence":0.6,"lambda1":0.09,"time":0.1,"update_count":1})");
  write("binary_state.json", std::string("\x7f\x45\x4c\x46\0\0\1", 7));
  write("zeros_state.json", std::string(100'000, '\0'));
  write("deep_state.json", "{\"E_history\":" + std::string(200'000, '[') + "}");
  write("long_history_1.csv", "E\n" + std::string(1'000'000, '7') + "\n");
  REQUIRE(::mkfifo((data + "/fifo_state.json").c_str(), 0600) == 0);
  fs::create_symlink("/etc/passwd", data + "/link_state.json");
  fs::create_directory_symlink("/", data + "/root");
  write("huge_state.json", "{");
  fs::resize_file(data + "/huge_state.json", std::uintmax_t{1} << 40);
  const ImportReport report = import_data(sandbox, data);
  CHECK(report.code == 1);
  CHECK(report.outcomes("imported") >= 2);
  CHECK(report.agent("good").at("outcome").as_string() == "imported");
  for (const char* id : {"binary", "zeros", "deep", "huge"}) {
    CAPTURE(id);
    CHECK(report.agent(id).at("outcome").as_string() == "not_importable");
  }
  CHECK(report.text.find("1099511627776 bytes") != std::string::npos);
  CHECK(report.text.find("fifo_state.json") != std::string::npos);
  CHECK(import_data(sandbox, data).outcomes("imported") == 0);
}

TEST_CASE("of two thousand agents every one is there") {
  Sandbox sandbox;
  Child daemon = sandbox.start_daemon();
  const std::string data = sandbox.directory() + "/data";
  make_agents(data, 2000);
  const ImportReport report = import_data(sandbox, data);  // which has a deadline of its own
  CHECK(report.code == 0);
  CHECK(report.outcomes("imported") == 2000);
  CHECK(stored_agents(sandbox) == 2000);
  CHECK(import_data(sandbox, data).outcomes("unchanged") == 2000);
}

TEST_CASE(
    "a daemon killed in the middle of an import, and the import made again, give what one import gives") {
  constexpr int kAgents = 3000;
  Sandbox undisturbed;
  Sandbox sandbox;
  const std::string data = sandbox.directory() + "/data";
  make_agents(data, kAgents);
  {
    Child daemon = undisturbed.start_daemon();
    CHECK(import_data(undisturbed, data).outcomes("imported") == kAgents);
  }
  for (const std::int64_t enough : {1, 1000}) {
    Child daemon = sandbox.start_daemon();
    Child importing(
        sandbox.command(kControl, {"--runtime-dir", sandbox.runtime_dir(), "import", data, "--apply"}));
    // Nobody reads the report meanwhile; it is short.
    REQUIRE(until(patience(), [&] { return stored_agents(sandbox) >= enough; }));
    daemon.signal(SIGKILL);
    REQUIRE(daemon.wait(patience()));
    const auto code = importing.wait(patience());
    REQUIRE(code);
    CHECK(*code == 1);
    CHECK(stored_agents(sandbox) < kAgents);
  }
  Child daemon = sandbox.start_daemon();
  const std::int64_t before = stored_agents(sandbox);
  const ImportReport report = import_data(sandbox, data);
  CHECK(report.code == 0);
  CHECK(report.outcomes("unchanged") == before);
  CHECK(report.outcomes("imported") == kAgents - before);
  CHECK(stored_import(sandbox) == stored_import(undisturbed));
}

}  // namespace
}  // namespace governor::test
