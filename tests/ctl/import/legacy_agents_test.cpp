#include <filesystem>
#include <fstream>

#include "ctl/import/inventory.hpp"
#include "ctl/import/legacy_agents.hpp"
#include "ctl/records/file_tree.hpp"
#include "tests/ctl/import/findings_of.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::legacy::test {
namespace {

namespace fs = std::filesystem;
using records::FileTree;
using Names = std::vector<std::string>;

void write(const std::string& path, std::string_view text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

TEST_CASE("files are sorted out by what they are", "[import]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/agent_metadata.json", "{}");
  write(d + "/old/agent_metadata.json", "{}");
  write(d + "/ada_state.json", "{}");
  write(d + "/agents/ada_state.json", "{}");
  write(d + "/agents/eve_state.json", "{}");
  write(d + "/history/x.json", R"({"agent_id": "ada", "E_history": []})");
  write(d + "/history/grace_history_20251124_120000.csv", "update,E\n1,0.7\n");
  write(d + "/history/y.csv", "update,E\n1,0.7\n\nSummary\nagent_id,eve\n");
  write(d + "/exports/package.json", R"({"agent_id": "eve", "layers": {}})");
  write(d + "/config.json", R"({"colour": 1})");
  write(d + "/list.json", "[1]");
  write(d + "/half_history_1.json", R"({"agent_id": "ada", "x": )");
  write(d + "/empty.csv", "");
  write(d + "/audit_log.jsonl", "{}\n{}\n");
  const auto tree = FileTree::open(d).value();
  Findings findings;
  const Inventory inventory = take_inventory(tree, "", findings);
  CHECK(inventory.metadata == Names{"agent_metadata.json"});
  CHECK(inventory.agents.size() == 3);
  CHECK(inventory.agents.at("ada").state == "agents/ada_state.json");
  CHECK(inventory.agents.at("ada").exports == Names{"history/x.json"});
  CHECK(inventory.agents.at("eve").exports == Names{"exports/package.json", "history/y.csv"});
  CHECK(inventory.agents.at("grace").exports == Names{"history/grace_history_20251124_120000.csv"});
  INFO(text_of(findings));
  CHECK(count_of(findings, "superseded", "") == 2);
  CHECK(count_of(findings, "not_of_the_monitor", "") == 3);
  CHECK(count_of(findings, "damaged_file", "") == 2);
  CHECK(count_of(findings, "derived", "agent_id") == 1);
  CHECK(findings.size() == 8);
}

struct Agents {
  explicit Agents(const std::string& path) : tree(FileTree::open(path).value()) {
    LegacyAgents agents(tree, take_inventory(tree, "", findings), ShortList::newest, times);
    counted = agents.count();
    while (auto item = agents.next()) items.push_back(*std::move(item));
  }
  [[nodiscard]] Names ids() const {
    Names names;
    for (const auto& item : items) names.push_back(item.id + (item.agent ? "" : " (nothing)"));
    return names;
  }

  FileTree tree;
  TimeReader times{Zone{}};
  Findings findings;
  std::size_t counted = 0;
  std::vector<LegacyAgents::Item> items;
};

constexpr const char* kSmallState =
    R"({"E": 0.71, "I": 0.81, "S": 0.1, "V": 0.01, "lambda1": 0.09, "update_count": 1})";

TEST_CASE("agents come in the order of the metadata, then those with files alone", "[import]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/agent_metadata.json",
        R"({"zoe": {}, "ada": {"tags": ["t"]}, "zoe": {}, "not an id": {}, "eve": 7})");
  write(d + "/ada_state.json", kSmallState);
  write(d + "/bob_state.json", kSmallState);
  write(d + "/calibration_state.json", R"({"bins": {}})");
  write(d + "/broken_state.json", "not JSON");
  const Agents agents(d);
  CHECK(agents.ids() == Names{" (nothing)", "zoe", "ada", "not an id (nothing)", "eve (nothing)", "bob",
                              "broken (nothing)", "calibration (nothing)"});
  CHECK(agents.counted == 7);
  CHECK(agents.items[2].agent->tags == Names{"t"});
  CHECK(agents.items[2].agent->updates == 1);
  CHECK(only(agents.items[0].findings, "duplicate", "").agent == "zoe");
  CHECK(only(agents.items[3].findings, "id_not_accepted", "").severity == Severity::refused);
  CHECK(only(agents.items[4].findings, "unreadable_value", "").severity == Severity::refused);
  CHECK(only(agents.items[6].findings, "damaged_file", "").severity == Severity::refused);
  CHECK(
      text_of(agents.items[7].findings) ==
      "note not_of_the_monitor calibration_state.json  : no state of an agent is in it; it is left alone\n");
}

TEST_CASE("metadata by another name are read where there are no others, else told with whom they name alone",
          "[import]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/agent_metadata.json.bak", R"({"ada": {"status": "active"}, "eve": {"status": "paused"}})");
  write(d + "/agent_metadata_state.json", kSmallState);
  CHECK(Agents(d).ids() == Names{"ada", "eve", "agent_metadata"});
  write(d + "/agent_metadata.json", R"({"ada": {"status": "active"}})");
  write(d + "/agent_metadata_2025.json",
        R"({"agent_metadata": {"status": "active"}, "ada": {"status": "active"}})");
  const Agents agents(d);
  CHECK(agents.ids() == Names{" (nothing)", "ada", "agent_metadata"});
  CHECK(count_of(agents.findings, "superseded", "") == 2);
  const Finding missed = only(agents.items[0].findings, "not_read", "");
  CHECK(missed.severity == Severity::refused);
  CHECK(missed.file == "agent_metadata.json.bak");
  CHECK(missed.message.find("names eve,") != std::string::npos);
}

TEST_CASE("broken metadata are named with their reason, and agents with files of their own are imported",
          "[import]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/agent_metadata.json", R"({"ada": {"tags": []}, "eve": {"tags": []}, "zoe": {"ta)");
  write(d + "/zoe_state.json", kSmallState);
  const Agents agents(d);
  CHECK(agents.ids() == Names{" (nothing)", "zoe"});
  const Finding finding = only(agents.items[0].findings, "damaged_file", "");
  CHECK(finding.severity == Severity::refused);
  CHECK(finding.file == "agent_metadata.json");
  CHECK(finding.message.find("ends early, after eve") != std::string::npos);
  CHECK(count_of(agents.items[1].findings, "no_metadata", "") == 1);
}

TEST_CASE("an agent of which a file is broken is left out, and the others are imported", "[import]") {
  const TemporaryDirectory directory;
  const std::string& d = directory.path();
  write(d + "/agent_metadata.json",
        R"({"ada": {"total_updates": 3}, "eve": {"tags": ["t"]}, "zoe": {"tags": 7}})");
  for (const char* text : {"", "  ", "[1,2]", "\x1f\x8b\x08", "{\"E\": ", "{\"E\" 0.7}", "{\"E\": NaN}",
                           "{\"E_history\": [0.7, 1.5]}"}) {
    CAPTURE(text);
    write(d + "/ada_state.json", text);
    const Agents agents(d);
    CHECK(agents.ids() == Names{"ada (nothing)", "eve", "zoe (nothing)"});
    const Finding finding = only(agents.items[0].findings, "damaged_file", "");
    CHECK(finding.severity == Severity::refused);
    CHECK(finding.file == "ada_state.json");
    CHECK(agents.items[0].findings.size() == 1);
    CHECK(only(agents.items[2].findings, "unreadable_value", "").message.find("tags is 7") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace governor::ctl::legacy::test
