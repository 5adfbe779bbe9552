#include "daemon/tools/agents/agent_export.hpp"

#include <boost/json.hpp>
#include <filesystem>
#include <sstream>

#include "daemon/support/sha256.hpp"
#include "daemon/tools/governance/history_text.hpp"
#include "tests/daemon/store/living_store.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

struct Exports : LivingStore {
  [[nodiscard]] std::string folder() const { return export_directory(directory()); }
  [[nodiscard]] AgentExport::Request request(const std::string& id, ExportFormat format,
                                             const std::string& filename = {}) const {
    return {id, format, folder(), filename, 1'769'860'800'123'456};
  }
  ExportedFile exported(const std::string& id, ExportFormat format, const std::string& filename = {}) {
    auto file = export_agent(store(), request(id, format, filename));
    INFO((file ? "" : file.error().message));
    REQUIRE(file);
    return *file;
  }
  core::Error refused(const std::string& id, const std::string& filename = {}) {
    const auto file = export_agent(store(), request(id, ExportFormat::json, filename));
    REQUIRE_FALSE(file);
    return file.error();
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (!fs::exists(folder())) return names;
    for (const auto& entry : fs::directory_iterator(folder()))
      names.push_back(entry.path().filename().string());
    return names;
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE_METHOD(Exports,
                 "an export as JSON holds the agent and all its updates of all epochs, oldest first") {
  update_times("x", 3);
  set_tags("x", {"a \"b\""});
  reset("x");
  update_times("x", 2);
  const ExportedFile file = exported("x", ExportFormat::json);
  const std::string text = read_file(file.path);
  const json::object root = json::parse(text).as_object();
  CHECK(root.at("agent_id").as_string() == "x");
  CHECK(root.at("exported").as_string() == "2026-01-31T12:00:00.123456Z");
  CHECK(root.at("agent").at("tags").as_array().at(0).as_string() == "a \"b\"");
  CHECK(root.at("agent").at("epoch").as_int64() == 2);
  CHECK(root.at("agent").at("updates").as_int64() == 5);
  CHECK(root.at("agent").at("lifecycle_events").as_array().back().at("event").as_string() == "reset");
  const json::array& rows = root.at("rows").as_array();
  REQUIRE(rows.size() == 5);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].at("update").as_int64() == static_cast<std::int64_t>(i + 1));
    CHECK(rows[i].at("epoch").as_int64() == (i < 3 ? 1 : 2));
  }
  CHECK(file.rows == 5);
  CHECK(file.bytes == text.size());
  CHECK(file.sha256 == sha256_hex(text));
  CHECK(text.find("hash") == std::string::npos);  // neither tokens nor chains
}

TEST_CASE_METHOD(Exports, "an export as CSV is what get_system_history gives, turned round") {
  update_times("x", 4);
  const ExportedFile file = exported("x", ExportFormat::csv);
  auto page = store().load_history("x", 0, 100);
  REQUIRE((page && *page));
  std::reverse((*page)->rows.begin(), (*page)->rows.end());
  CHECK(read_file(file.path) == history_csv("x", (*page)->rows));
  CHECK(file.path == folder() + "/x-20260131T120000Z.csv");
}

TEST_CASE_METHOD(Exports, "a history longer than a slice is exported without gap or repeat") {
  const auto slice = static_cast<int>(AgentExport::kRowsPerStep);
  for (const int rows : {0, 1, slice - 1, slice, slice + 1, 2 * slice + 7}) {
    INFO(rows);
    const std::string id = "agent-" + std::to_string(rows);
    update_times(id, rows);
    if (rows == 0) {
      update(id);
      continue;
    }
    const auto lines = lines_of(read_file(exported(id, ExportFormat::csv).path));
    REQUIRE(lines.size() == static_cast<std::size_t>(rows) + 1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      REQUIRE(lines[i].substr(0, lines[i].find(',')) == std::to_string(i));
    }
    const json::value root = json::parse(read_file(exported(id, ExportFormat::json).path));
    CHECK(root.at("rows").as_array().size() == static_cast<std::size_t>(rows));
  }
}

TEST_CASE_METHOD(Exports, "an agent without updates has an export with no rows") {
  state.insert_absent("x");
  core::RegisterCommand command;
  command.agent_id = "x";
  REQUIRE(state.register_agent({session, 0}, std::move(command), ++now, changes));
  save();
  CHECK(json::parse(read_file(exported("x", ExportFormat::json).path)).at("rows").as_array().empty());
  CHECK(lines_of(read_file(exported("x", ExportFormat::csv).path)).size() == 1);
}

TEST_CASE_METHOD(Exports, "an export as JSON holds all evidence as well, and none that came later") {
  update("x");
  const auto record = [&](int events) {
    for (int i = 0; i < events; ++i) {
      core::EvidenceCommand command;
      command.agent_id = "x";
      command.items = {{core::ProseSaid{static_cast<std::uint32_t>(i + 1)}}};
      REQUIRE(state.record_evidence({session, 0}, std::move(command), ++now, changes));
    }
    save();
  };
  const auto slice = static_cast<int>(AgentExport::kRowsPerStep);
  record(slice + 2);
  AgentExport exporting(request("x", ExportFormat::json));
  while (!exporting.done()) {
    REQUIRE_FALSE(exporting.step(store()));
    record(1);
  }
  const json::value root = json::parse(read_file(exporting.result().path));
  const json::array& evidence = root.at("evidence").as_array();
  REQUIRE(evidence.size() == static_cast<std::size_t>(slice + 2));
  for (int i = 0; i < slice + 2; ++i)
    REQUIRE(evidence[static_cast<std::size_t>(i)].at("bytes").as_int64() == i + 1);
}

TEST_CASE_METHOD(Exports, "what is added while it is written is left out, and each step is a bounded one") {
  const auto slice = static_cast<int>(AgentExport::kRowsPerStep);
  update_times("x", slice + 1);
  AgentExport exporting(request("x", ExportFormat::csv));
  int steps = 0;
  while (!exporting.done()) {
    REQUIRE_FALSE(exporting.step(store()));
    update("x");
    ++steps;
  }
  CHECK(steps == 3);  // its beginning and two slices
  CHECK(exporting.result().rows == static_cast<std::uint64_t>(slice + 1));
  CHECK(lines_of(read_file(exporting.result().path)).size() == static_cast<std::size_t>(slice + 2));
}

TEST_CASE_METHOD(Exports,
                 "names made of the time find a free one, names that were given are refused when taken") {
  update("x");
  CHECK(exported("x", ExportFormat::json).path == folder() + "/x-20260131T120000Z.json");
  CHECK(exported("x", ExportFormat::json).path == folder() + "/x-20260131T120000Z-2.json");
  CHECK(exported("x", ExportFormat::json).path == folder() + "/x-20260131T120000Z-3.json");
  CHECK(exported("x", ExportFormat::json, "mine").path == folder() + "/mine.json");
  const std::string before = read_file(folder() + "/mine.json");
  update("x");
  for (const char* name : {"mine", "mine.json", "/mine"}) {
    if (std::string(name) == "/mine") {
      CHECK(exported("x", ExportFormat::json, name).path == folder() + "/-mine.json");
      continue;
    }
    const core::Error error = refused("x", name);
    CHECK(error.code == core::ErrorCode::already_exists);
    CHECK(error.field == "filename");
    CHECK(error.given == name);
  }
  CHECK(read_file(folder() + "/mine.json") == before);
  CHECK(exported("x", ExportFormat::csv, "mine").path == folder() + "/mine.csv");
}

TEST_CASE_METHOD(Exports, "whatever name is given, the file lies in the folder and nowhere else") {
  update("x");
  for (const char* name : {"../outside", "../../outside", "/tmp/outside", "a/../../outside", ".hidden", "..",
                           "a\\b", "c\nd", "\xE2\x82\xAC"}) {
    INFO(name);
    const auto file = export_agent(store(), request("x", ExportFormat::json, name));
    if (!file) {
      CHECK(std::string(name) == "..");
      CHECK(file.error().code == core::ErrorCode::invalid_argument);
      CHECK(file.error().field == "filename");
      continue;
    }
    CHECK(fs::path(file->path).parent_path() == folder());
    CHECK(fs::path(file->path).filename().string().front() != '.');
    CHECK(fs::exists(file->path));
  }
  CHECK_FALSE(fs::exists(directory() + "/outside.json"));
}

TEST_CASE_METHOD(Exports, "an unknown agent and a failed export leave nothing behind") {
  CHECK(refused("nobody").code == core::ErrorCode::not_found);
  CHECK(files().empty());
  update_times("x", 3);
  {
    AgentExport dropped(request("x", ExportFormat::json));
    REQUIRE_FALSE(dropped.step(store()));
    CHECK(files().size() == 1);
  }
  CHECK(files().empty());
  AgentExport cut_short(request("x", ExportFormat::json));
  REQUIRE_FALSE(cut_short.step(store()));
  execute("DELETE FROM history WHERE number = 1");
  CHECK(cut_short.step(store()));
  CHECK_FALSE(cut_short.done());
}

TEST_CASE_METHOD(Exports, "a folder that is a link is not followed") {
  update("x");
  fs::create_directory(directory() + "/elsewhere");
  fs::create_directory_symlink(directory() + "/elsewhere", folder());
  CHECK(refused("x").code == core::ErrorCode::conflict);
  CHECK(fs::is_empty(directory() + "/elsewhere"));
}

TEST_CASE_METHOD(Exports,
                 "a deleted agent's history can still be exported, and reads the same after a restart") {
  update_times("x", 70);
  change_status("x", core::Lifecycle::deleted);
  const std::string before = read_file(exported("x", ExportFormat::csv).path);
  const std::string json_before = read_file(exported("x", ExportFormat::json).path);
  reopen();
  CHECK(read_file(exported("x", ExportFormat::csv).path) == before);
  CHECK(read_file(exported("x", ExportFormat::json).path) == json_before);
}
