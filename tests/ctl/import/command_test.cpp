#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "ctl/import/import_request.hpp"
#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::legacy::test {
namespace {

namespace json = boost::json;
using ctl::test::FakeDaemon;
using ctl::test::run_governorctl;

void write_file(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

constexpr const char* kStateRow =
    R"({"E": 0.71, "I": 0.81, "S": 0.1, "V": 0.01, "coherence": 0.64, "lambda1": 0.09, "time": 0.1, "update_count": 1,
        "E_history": [0.71], "I_history": [0.81], "S_history": [0.1], "V_history": [0.01], "coherence_history": [0.64],
        "risk_history": [0.4], "lambda1_history": [0.09], "decision_history": ["revise"],
        "timestamp_history": ["2025-11-24T12:00:00"]})";

/// A data directory with two agents, one of them with a state.
struct DataDirectory {
  DataDirectory() {
    write_file(path() + "/agent_metadata.json",
               R"({"ada": {"created_at": "2025-11-24T11:00:00", "total_updates": 1, "api_key": "s3cret"},
              "eve": {"created_at": "2025-11-24T11:00:00Z"}})");
    write_file(path() + "/agents/ada_state.json", kStateRow);
  }
  [[nodiscard]] std::string path() const { return directory.path() + "/data"; }

  TemporaryDirectory directory;
};

/// Answers governor/import with one outcome for every agent, and keeps the params.
struct Importer {
  explicit Importer(const std::string& runtime_dir, std::string_view outcome)
      : daemon(runtime_dir, [this, outcome](std::string_view method, const json::object& params) {
          std::optional<json::value> result;
          if (method == "governor/hello") result = json::object{{"protocol", 1}, {"pid", 1}};
          if (!method.starts_with("governor/import")) return result;
          const std::lock_guard lock(mutex);
          requests.push_back(params);
          methods.emplace_back(method);
          json::array agents;
          for (const json::value& agent : params.at("agents").as_array()) {
            agents.push_back(json::object{{"agent_id", agent.at("agent_id")}, {"outcome", outcome}});
          }
          result = json::object{{"agents", std::move(agents)}};
          return result;
        }) {}

  std::mutex mutex;
  std::vector<json::object> requests;
  std::vector<std::string> methods;
  FakeDaemon daemon;
};

TEST_CASE("import is a dry run unless told otherwise, and works without a daemon", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  const auto run = run_governorctl(runtime.path(), {"import", data.path()});
  CHECK(run.code == 0);
  CHECK(run.out.starts_with("Dry run: nothing has been changed."));
  CHECK(run.out.find("No daemon is running") != std::string::npos);
  CHECK(run.out.find("2 agents in 2 files, 1 with a history, of 1 updates in all") != std::string::npos);
  CHECK(run.out.find("2 times have no zone and are taken for UTC") != std::string::npos);
  CHECK(run.out.find("api_key is a secret") != std::string::npos);
  CHECK(run.out.find("s3cret") == std::string::npos);
  const auto applied = run_governorctl(runtime.path(), {"import", data.path(), "--apply"});
  CHECK(applied.code == 3);
  CHECK(applied.out.empty());
}

TEST_CASE("a dry run asks the daemon what it would do", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "would_import");
  const auto run = run_governorctl(runtime.path(), {"import", data.path()});
  CHECK(run.code == 0);
  CHECK(run.out.find("2 can be imported") != std::string::npos);
  const std::lock_guard lock(importer.mutex);
  REQUIRE(importer.requests.size() == 1);
  CHECK(importer.methods[0] == "governor/import_check");
}

TEST_CASE("what is sent is what the files say", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "imported");
  const auto run =
      run_governorctl(runtime.path(), {"import", data.path(), "--apply", "--timezone", "+01:00"});
  CHECK(run.code == 0);
  CHECK(run.out.find("2 imported") != std::string::npos);
  CHECK(run.out.find("Dry run") == std::string::npos);
  const std::lock_guard lock(importer.mutex);
  REQUIRE(importer.requests.size() == 1);
  CHECK(importer.methods[0] == "governor/import");
  const json::array& agents = importer.requests[0].at("agents").as_array();
  REQUIRE(agents.size() == 2);
  const json::object& ada = agents[0].as_object();
  CHECK(ada.at("agent_id") == "ada");
  CHECK(ada.at("created_us") == 1'763'978'400'000'000);  // 10:00 UTC
  CHECK(ada.at("state").at("updates") == 1);
  CHECK(ada.at("state").at("time") == "0.1");
  CHECK(ada.at("rows").at("V") == "0.01");
  CHECK(ada.at("rows").at("decision") == "revise");
  CHECK(ada.at("rows").at("timestamp_us") == "1763982000000000");
  CHECK(ada.at("rows").at("total") == 1);
  CHECK(json::serialize(importer.requests[0]).find("s3cret") == std::string::npos);
  CHECK(agents[1].at("created_us") == 1'763'982'000'000'000);  // its zone was written
  CHECK(agents[1].at("rows").at("total") == 0);
}

TEST_CASE("JSON names every agent with its outcome and findings, and adds up", "[import]") {
  const DataDirectory data;
  write_file(data.path() + "/readme.txt", "x");
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "unchanged");
  const auto run = run_governorctl(runtime.path(), {"import", data.path(), "--apply", "--json"});
  CHECK(run.code == 0);
  const json::value report = json::parse(run.out);
  CHECK(report.at("applied").as_bool());
  CHECK(report.at("complete").as_bool());
  CHECK(report.at("stopped").is_null());
  CHECK(report.at("count") == 2);
  CHECK(report.at("outcomes").at("unchanged") == 2);
  CHECK(report.at("agents").at(0).at("agent_id") == "ada");
  CHECK(report.at("agents").at(0).at("outcome") == "unchanged");
  CHECK(report.at("agents").at(0).at("rows") == 1);
  CHECK(report.at("agents").at(0).at("findings").at(0).at("code") == "secret_dropped");
  CHECK(report.at("findings").at(0).at("file") == "readme.txt");
  CHECK(report.at("severities").at("note") == 2);
  CHECK(report.at("times_without_zone") == 2);
}

TEST_CASE("names of any bytes come as UTF-8, in the report and to the daemon", "[import]") {
  const DataDirectory data;
  write_file(data.path() + "/b\xff\xc3_state.json", kStateRow);
  write_file(data.path() + "/old\xe9/ada_history_1.csv", "E\n0.71\n");
  write_file(data.path() + "/agent_metadata_\xfe.json", R"({"zoe": {"status": "active"}})");
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "imported");
  const auto run = run_governorctl(runtime.path(), {"import", data.path(), "--apply", "--json"});
  CAPTURE(run.out, run.err);
  const json::object body = json::parse(run.out).as_object();  // which takes nothing but UTF-8
  CHECK_FALSE(body.at("complete").as_bool());
  CHECK(run.out.find("b\\\\xff\\\\xc3") != std::string::npos);
  const std::lock_guard lock(importer.mutex);
  CHECK(json::serialize(importer.requests.at(0)).find("old\\\\xe9/ada_history_1.csv") != std::string::npos);
  const auto failed = run_governorctl(runtime.path(), {"import", data.path() + "/\xff", "--json"});
  CHECK(json::parse(failed.out).as_object().contains("error"));
}

TEST_CASE("agents that are left alone are told, and the exit code says so", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  for (const char* outcome : {"exists", "refused", "something new"}) {
    CAPTURE(outcome);
    Importer importer(runtime.path(), outcome);
    const auto run = run_governorctl(runtime.path(), {"import", data.path(), "--apply"});
    CHECK(run.code == 1);
    CHECK(run.out.find("Not imported (2)") != std::string::npos);
  }
}

TEST_CASE("damage is exit code 1: a broken file costs its agent, other damage only with --skip-damaged",
          "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "imported");
  const auto run_import = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"import", data.path(), "--apply"});
    return run_governorctl(runtime.path(), more);
  };
  write_file(data.path() + "/agents/ada_state.json", std::string_view(kStateRow).substr(0, 200));
  const auto broken = run_import({});
  CHECK(broken.code == 1);
  CHECK(broken.out.find("1 imported") != std::string::npos);
  CHECK(broken.out.find("ada (agents/ada_state.json): the file is damaged") != std::string::npos);
  std::string proceeding = kStateRow;
  proceeding.replace(proceeding.find("\"revise\""), 8, "\"proceed\"");
  write_file(data.path() + "/agents/ada_state.json", proceeding);
  CHECK(run_import({}).out.find("2 imported") != std::string::npos);
  const auto skipping = run_import({"--skip-damaged"});
  CHECK(skipping.code == 1);
  CHECK(skipping.out.find("1 imported") != std::string::npos);
  CHECK(skipping.out.find("1 cannot be imported") != std::string::npos);
  const std::lock_guard lock(importer.mutex);
  CHECK(importer.requests.at(2).at("agents").as_array().size() == 1);
}

TEST_CASE("a daemon that goes away or cannot import ends the import with a whole report", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  const FakeDaemon daemon(
      runtime.path(), [](std::string_view method, const json::object&) -> std::optional<json::value> {
        if (method == "governor/hello") return json::object{{"protocol", 1}, {"pid", 1}};
        if (method != "governor/import") return std::nullopt;
        return json::object{
            {"agents", json::array{json::object{{"agent_id", "ada"}, {"outcome", "imported"}}}}};
      });
  const auto run = run_governorctl(runtime.path(), {"import", data.path(), "--apply", "--json"});
  CHECK(run.code == 1);
  const json::value report = json::parse(run.out);
  CHECK(report.at("outcomes").at("imported") == 1);
  CHECK(report.at("outcomes").at("unknown") == 1);
  CHECK_FALSE(report.at("complete").as_bool());
}

TEST_CASE("wrong usage is told before anything is read", "[import]") {
  const DataDirectory data;
  const TemporaryDirectory runtime;
  CHECK(run_governorctl(runtime.path(), {"import"}).code == 2);
  CHECK(run_governorctl(runtime.path(), {"import", data.path(), "--timezone", "CET"}).code == 2);
  CHECK(run_governorctl(runtime.path(), {"import", data.path(), "--short-lists", "middle"}).code == 2);
  CHECK(run_governorctl(runtime.path(), {"import", data.path() + "/nowhere"}).code == 1);
  const auto run = run_governorctl(runtime.path(), {"import", data.path(), "--agent", "x"});
  CHECK(run.code == 1);
  CHECK(run.err.find("is a directory") != std::string::npos);
}

TEST_CASE("a single file is imported for the agent that is named", "[import]") {
  const DataDirectory data;
  write_file(data.path() + "/numbers.csv", "E,I,S,V\n0.71,0.81,0.1,0.01\n");
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "imported");
  const auto run = run_governorctl(runtime.path(),
                                   {"import", data.path() + "/numbers.csv", "--apply", "--agent", "grace"});
  CHECK(run.code == 1);  // lambda1 is nowhere
  const std::lock_guard lock(importer.mutex);
  REQUIRE(importer.requests.size() == 1);
  CHECK(importer.requests[0].at("agents").at(0).at("agent_id") == "grace");
  CHECK(importer.requests[0].at("agents").at(0).at("rows").at("lambda1") == "0.09");
}

TEST_CASE("a very long history goes in parts, one after the other", "[import]") {
  const DataDirectory data;
  std::string csv = "E,I,S,V,lambda1\n";
  for (std::size_t i = 0; i < 2 * kRowsPerRequest + 1; ++i) csv += "0.71,0.81,0.1,0.01,0.09\n";
  write_file(data.path() + "/grace_history.csv", csv);
  const TemporaryDirectory runtime;
  Importer importer(runtime.path(), "imported");
  const auto run = run_governorctl(runtime.path(), {"import", data.path() + "/grace_history.csv", "--apply"});
  CHECK(run.out.find("1 imported") != std::string::npos);
  const std::lock_guard lock(importer.mutex);
  REQUIRE(importer.requests.size() == 3);
  for (std::size_t part = 0; part < 3; ++part) {
    const json::value& rows = importer.requests[part].at("agents").at(0).at("rows");
    CHECK(rows.at("first") == part * kRowsPerRequest + 1);
    CHECK(rows.at("total") == 2 * kRowsPerRequest + 1);
  }
}

TEST_CASE("the text report shows the first of each kind and counts the others", "[import]") {
  const TemporaryDirectory directory;
  std::string metadata = "{";
  for (int i = 0; i < 30; ++i) {
    metadata += (i > 0 ? "," : "") + std::string("\"agent-") + std::to_string(i) +
                R"(": {"created_at": "2025-11-24T11:00:00", "total_updates": 2})";
  }
  write_file(directory.path() + "/agent_metadata.json", metadata + "}");
  const TemporaryDirectory runtime;
  const auto run = run_governorctl(runtime.path(), {"import", directory.path()});
  CHECK(run.code == 0);
  CHECK(run.out.find("Contradictions (30)") != std::string::npos);
  CHECK(run.out.find("... and 22 more of this kind") != std::string::npos);
  CHECK(run.out.find("agent-7 ") != std::string::npos);
  CHECK(run.out.find("agent-8 ") == std::string::npos);
}

}  // namespace
}  // namespace governor::ctl::legacy::test
