#include <algorithm>
#include <boost/json.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/ctl/tool_answers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using governor::TemporaryDirectory;
using governor::ctl::test::FakeDaemon;
using governor::ctl::test::Run;
using governor::ctl::test::run_governorctl;
using governor::ctl::test::tool_result;
using governor::ctl::test::tools;
namespace json = boost::json;

namespace {

/// Gives an agent's history in pages of two, newest first, as get_system_history does.
class Histories {
 public:
  explicit Histories(std::int64_t updates) : updates_(updates) {}

  std::optional<json::value> answer(std::string_view tool, const json::object& arguments) {
    const std::lock_guard lock(mutex_);
    if (tool != "get_system_history") return std::nullopt;
    calls_.push_back(arguments);
    std::int64_t from = updates_;
    if (const auto* before = arguments.if_contains("before_update"))
      from = before->to_number<std::int64_t>() - 1;
    const auto limit = std::min<std::int64_t>(2, arguments.at("limit").to_number<std::int64_t>());
    const std::int64_t last = std::max<std::int64_t>(from - limit, 0);
    json::object page = {{"agent_id", "ada"}, {"count", from - last}, {"total", updates_}};
    if (last > 0) page["next_before"] = last + 1;
    if (arguments.at("format").as_string() == "csv") {
      std::string csv = "update,risk_score\n";
      for (std::int64_t i = from; i > last; --i) csv += std::to_string(i) + ",0.5\n";
      page["csv"] = csv;
    } else {
      json::array rows;
      for (std::int64_t i = from; i > last; --i) {
        rows.push_back({{"update", i},
                        {"epoch", 1},
                        {"timestamp", "2025-11-21T10:00:0" + std::to_string(i) + ".000000Z"},
                        {"action", i == 5 ? "reject" : "approve"},
                        {"risk_score", static_cast<double>(i) / 8},
                        {"coherence", nullptr}});
      }
      page["rows"] = std::move(rows);
    }
    return tool_result(std::move(page));
  }

  std::vector<json::object> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::int64_t updates_;
  std::vector<json::object> calls_;
};

struct Fixture {
  TemporaryDirectory directory;
  Histories histories{5};
  FakeDaemon daemon{directory.path(), tools([this](std::string_view tool, const json::object& arguments) {
                      return histories.answer(tool, arguments);
                    })};

  Run run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "history");
    return run_governorctl(directory.path(), arguments);
  }
};

}  // namespace

TEST_CASE("history shows the newest updates first and stops at the number asked for", "[ctl]") {
  Fixture f;
  const auto run = f.run({"ada", "--rows", "3", "--utc"});
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const auto newest = run.out.find("10:00:05");
  CHECK(newest < run.out.find("10:00:04"));
  CHECK(run.out.find("10:00:03") != std::string::npos);
  CHECK(run.out.find("10:00:02") == std::string::npos);
  CHECK(run.out.find("0.625") != std::string::npos);
  const auto calls = f.histories.calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].at("agent_id").as_string() == "ada");
  CHECK(calls[1].at("limit").to_number<int>() == 1);
  CHECK_FALSE(calls[0].contains("epoch"));
}

TEST_CASE("history --all follows the pages to the first update", "[ctl]") {
  Fixture f;
  const auto run = f.run({"ada", "--all", "--json"});
  CHECK(run.code == 0);
  const json::value body = json::parse(run.out);
  CHECK(body.at("count").to_number<int>() == 5);
  CHECK(body.at("total").to_number<int>() == 5);
  const json::array& rows = body.at("rows").as_array();
  REQUIRE(rows.size() == 5);
  CHECK(rows.front().at("update").to_number<int>() == 5);
  CHECK(rows.back().at("update").to_number<int>() == 1);
  CHECK(rows.back().at("coherence").is_null());
}

TEST_CASE("history as CSV has one line of titles", "[ctl]") {
  Fixture f;
  const auto run = f.run({"ada", "--all", "--format", "csv"});
  CHECK(run.code == 0);
  CHECK(run.out == "update,risk_score\n5,0.5\n4,0.5\n3,0.5\n2,0.5\n1,0.5\n");
}

TEST_CASE("history as sparklines goes from the oldest to the newest and counts the decisions", "[ctl]") {
  Fixture f;
  const auto run = f.run({"ada", "--format", "sparkline"});
  CHECK(run.code == 0);
  CHECK(run.out.find("ada: 5 of 5 updates") == 0);
  CHECK(run.out.find("▁▃▅▇█  0.125 to 0.625, last 0.625") != std::string::npos);
  CHECK(run.out.find("4 approve, 1 reject") != std::string::npos);
}

TEST_CASE("history of one epoch asks for that epoch only", "[ctl]") {
  Fixture f;
  f.run({"ada", "--epoch", "2"});
  REQUIRE_FALSE(f.histories.calls().empty());
  CHECK(f.histories.calls().front().at("epoch").to_number<int>() == 2);
}

TEST_CASE("history without updates is a sentence", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(
      directory.path(), tools([](std::string_view, const json::object&) {
        return std::optional(tool_result({{"rows", json::array()}, {"count", 0}, {"total", 0}}));
      }));
  for (const char* format : {"table", "sparkline"}) {
    const auto run = run_governorctl(directory.path(), {"history", "ada", "--format", format});
    CHECK(run.code == 0);
    CHECK(run.out == "no updates\n");
  }
}

TEST_CASE("history refuses what it cannot show", "[ctl]") {
  Fixture f;
  CHECK(f.run({}).code == 2);
  CHECK(f.run({"ada", "--format", "xml"}).code == 2);
  CHECK(f.run({"ada", "--rows", "0"}).code == 2);
  CHECK(f.run({"ada", "--rows", "3", "--all"}).code == 2);
  CHECK(f.histories.calls().empty());
}
