#include "ctl/doctor/ide_entries.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "ctl/install/client_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor;
using namespace governor::ctl;

namespace {

void write_entry(const std::string& file, const std::string& program) {
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::ofstream(file) << "what is before it \"" << program << "\" and behind it";
}

}  // namespace

TEST_CASE("the entries of every client are found, for all projects and for one", "[ctl]") {
  const TemporaryDirectory home;
  const std::string project = home.path() + "/project";
  ipc::Environment environment;
  environment.set("HOME", home.path());
  const ClientPlaces places(environment, this_platform());
  std::size_t files = 0;
  for (const McpClient& client : mcp_clients()) {
    const std::string program = "/p/" + std::string(client.name) + "/governor-proxy";
    write_entry(places.user_file(client), program);
    ++files;
    if (const auto file = places.project_file(client, project)) {
      write_entry(*file, program);
      ++files;
    }
  }
  const auto entries = ide_entries(environment, project);
  CHECK(entries.size() == files);
  for (const McpClient& client : mcp_clients()) {
    INFO(client.name);
    const auto of_client = [&](const std::string& where) {
      return std::find_if(entries.begin(), entries.end(), [&](const IdeEntry& entry) {
        return entry.name == client.name && entry.project == where;
      });
    };
    REQUIRE(of_client("") != entries.end());
    CHECK(of_client("")->client == client.title);
    CHECK(of_client("")->program == "/p/" + std::string(client.name) + "/governor-proxy");
    CHECK((of_client(project) != entries.end()) == places.project_file(client, project).has_value());
  }
  // Nothing is looked at for a project where none is meant, and nothing where there is no home.
  CHECK(ide_entries(environment, "").size() == mcp_clients().size());
  CHECK(ide_entries({}, "").empty());
}
