// governorctl install and uninstall on files as clients leave them.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "ctl/application.hpp"
#include "ctl/install/client_plan.hpp"
#include "tests/ctl/install/random_jsonc.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Answer {
  int code = -1;
  std::string out, err;
};

/// A home directory of its own, with a program that stands for governor-proxy.
struct Home {
  Home() { put("bin/governor-proxy", "#!/bin/sh\n", 0755); }

  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return name.empty() ? directory.path() : directory.path() + "/" + name;
  }
  [[nodiscard]] std::string proxy() const { return path("bin/governor-proxy"); }
  void put(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    ::chmod(path(name).c_str(), mode);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  [[nodiscard]] mode_t mode(const std::string& name) const {
    struct stat found {};
    ::stat(path(name).c_str(), &found);
    return found.st_mode & 07777;
  }
  [[nodiscard]] Answer run(std::vector<std::string> arguments, const std::string& proxy_path = {}) const {
    std::vector<const char*> argv{"governorctl"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::ostringstream out, err;
    Context context{out, err, {}};
    context.environment.effective_uid = ::geteuid();
    context.environment.set("HOME", path());
    context.environment.set("PATH", path("bin"));
    context.environment.set("GOVERNOR_PROXY", proxy_path.empty() ? proxy() : proxy_path);
    const int code = run_application(static_cast<int>(argv.size()), argv.data(), std::move(context));
    return {code, out.str(), err.str()};
  }
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(path())) {
      if (entry.is_regular_file()) contents[entry.path().string()] = text(fs::relative(entry.path(), path()));
    }
    return contents;
  }

  TemporaryDirectory directory;
};

/// A client's file as it is found on machines.
struct Found {
  std::string client;
  std::string file;
  std::string text;
};

const std::vector<Found>& found_files() {
  static const std::vector<Found> files{
      {"cursor", ".cursor/mcp.json",
       "{\n  \"mcpServers\": {\n    \"github\": {\n      \"url\": \"https://api.example.com/mcp/\"\n    }\n  "
       "}\n}\n"},
      {"claude-code", ".claude.json",
       "{\n  \"numStartups\": 117,\n  \"projects\": {\n    \"/home/ada/p\": {\n      \"mcpServers\": {},\n   "
       "   "
       "\"lastCost\": 0.10000000000000001\n    }\n  },\n  \"mcpServers\": {\n    \"docs\": {\n      "
       "\"type\": "
       "\"http\",\n      \"url\": \"https://docs.example.com\"\n    }\n  },\n  \"userID\": \"0f\"\n}"},
      {"claude-desktop", ".config/Claude/claude_desktop_config.json",
       "{\r\n\t\"globalShortcut\": \"\",\r\n\t\"mcpServers\": {\r\n\t}\r\n}\r\n"},
      {"vscode", ".config/Code/User/mcp.json",
       "{\n\t// Servers of mine\n\t\"inputs\": [],\n\t\"servers\": {\n\t\t\"memory\": {\n\t\t\t\"command\": "
       "\"npx\",\n\t\t\t\"args\": [\"-y\", \"memory\"], // pinned\n\t\t},\n\t},\n}\n"},
      {"codex", ".codex/config.toml",
       "model = \"gpt-5-codex\"\n\n[projects.\"/home/ada/p\"]\ntrust_level = \"trusted\"\n"},
      {"gemini", ".gemini/settings.json",
       "{\n  \"security\": {\n    \"auth\": {\n      \"selectedType\": \"gemini-api-key\"\n    }\n  }\n}"},
      {"windsurf", ".codeium/windsurf/mcp_config.json", "{\"mcpServers\": {}}"},
      {"zed", ".config/zed/settings.json",
       "// Zed settings\n//\n// For information on how to configure Zed, see the documentation\n{\n  "
       "\"ui_font_size\": "
       "16,\n  \"theme\": {\n    \"mode\": \"system\",\n    \"dark\": \"One Dark\",\n  },\n}\n"},
      {"opencode", ".config/opencode/opencode.json",
       "{\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"mcp\": {\n    \"x\": {\n      \"type\": "
       "\"remote\",\n      \"url\": \"https://x.example.com\"\n    }\n  }\n}\n"},
  };
  return files;
}

}  // namespace

TEST_CASE("each client's file gets the entry, and uninstalling gives back its bytes", "[ctl]") {
  for (const Found& found : found_files()) {
    CAPTURE(found.client);
    const Home home;
    home.put(found.file, found.text, 0640);
    const Answer installed = home.run({"install", found.client});
    INFO(installed.err);
    REQUIRE(installed.code == 0);
    const std::string changed = home.text(found.file);
    CHECK(changed.find(home.proxy()) != std::string::npos);
    CHECK(home.mode(found.file) == 0640);
    CHECK(home.text(found.file + ".before-governor") == found.text);
    CHECK(installed.out.find(std::string(find_client(found.client)->next)) != std::string::npos);
    // Every line that was there is there, if only with a comma more.
    std::istringstream lines(found.text);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      if (line.size() > 4 && found.client != "windsurf")
        CHECK(changed.find(line.substr(0, line.find_last_not_of("\r") + 1)) != std::string::npos);
    }
    const auto before = home.files();
    const Answer again = home.run({"install", found.client});
    CHECK(again.code == 0);
    CHECK(again.out.find("already installed") != std::string::npos);
    CHECK(home.files() == before);
    const Answer removed = home.run({"uninstall", found.client});
    INFO(removed.err);
    CHECK(removed.code == 0);
    CHECK(home.text(found.file) == found.text);
    CHECK(home.mode(found.file) == 0640);
    CHECK_FALSE(fs::exists(home.path(found.file + ".before-governor")));
    CHECK(home.run({"uninstall", found.client}).out.find("nothing to do") != std::string::npos);
  }
}

TEST_CASE("a file that is not there is made, for the user alone, and goes again", "[ctl]") {
  for (const McpClient& client : mcp_clients()) {
    CAPTURE(std::string(client.name));
    const Home home;
    const auto before = home.files();
    REQUIRE(home.run({"install", std::string(client.name)}).code == 0);
    CHECK(home.files().size() == before.size() + 1);
    for (const auto& [name, text] : home.files()) {
      if (before.contains(name)) continue;
      CHECK(home.mode(fs::relative(name, home.path())) == 0600);
      CHECK(text.find(home.proxy()) != std::string::npos);
    }
    REQUIRE(home.run({"uninstall", std::string(client.name)}).code == 0);
    CHECK(home.files() == before);
  }
}

TEST_CASE("a dry run shows what would change, and changes nothing", "[ctl]") {
  for (const Found& found : found_files()) {
    CAPTURE(found.client);
    const Home home;
    home.put(found.file, found.text);
    const auto before = home.files();
    const Answer answer = home.run({"install", found.client, "--dry-run"});
    CHECK(answer.code == 0);
    CHECK(answer.out.find("+++ " + home.path(found.file)) != std::string::npos);
    CHECK(answer.out.find("would be changed") != std::string::npos);
    CHECK(answer.out.find("\n+ ") != std::string::npos);
    CHECK(home.files() == before);
  }
}

TEST_CASE("another server of this name stays, unless it is asked for", "[ctl]") {
  const Home home;
  const std::string text =
      "{\"mcpServers\": {\"governor\": {\"command\": \"/usr/bin/speed-governor\", \"args\": []}}}";
  home.put(".cursor/mcp.json", text);
  const Answer refused = home.run({"install", "cursor"});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("/usr/bin/speed-governor") != std::string::npos);
  CHECK(refused.err.find("--force") != std::string::npos);
  CHECK(home.text(".cursor/mcp.json") == text);
  CHECK(home.run({"uninstall", "cursor"}).code == 1);
  CHECK(home.text(".cursor/mcp.json") == text);
  CHECK(home.run({"install", "cursor", "--force"}).code == 0);
  CHECK(home.text(".cursor/mcp.json").find("speed-governor") == std::string::npos);
  CHECK(home.text(".cursor/mcp.json.before-governor") == text);
}

TEST_CASE("an entry of ours follows the program, and the file from before is still given back", "[ctl]") {
  const Home home;
  const Found& cursor = found_files().front();
  home.put(cursor.file, cursor.text);
  REQUIRE(home.run({"install", "cursor"}).code == 0);
  home.put("elsewhere/governor-proxy", "#!/bin/sh\n", 0755);
  REQUIRE(home.run({"install", "cursor"}, home.path("elsewhere/governor-proxy")).code == 0);
  CHECK(home.text(cursor.file).find("elsewhere/governor-proxy") != std::string::npos);
  CHECK(home.text(cursor.file).find(home.proxy()) == std::string::npos);
  REQUIRE(home.run({"uninstall", "cursor"}).code == 0);
  CHECK(home.text(cursor.file) == cursor.text);
}

TEST_CASE("what was changed since the installation stays when it is taken back", "[ctl]") {
  const Home home;
  const Found& cursor = found_files().front();
  home.put(cursor.file, cursor.text);
  REQUIRE(home.run({"install", "cursor"}).code == 0);
  std::string changed = home.text(cursor.file);
  changed.replace(changed.find("api.example.com"), 15, "new.example.com");
  home.put(cursor.file, changed);
  const Answer removed = home.run({"uninstall", "cursor"});
  CHECK(removed.code == 0);
  CHECK(removed.out.find("only the entry") != std::string::npos);
  std::string expected = cursor.text;
  expected.replace(expected.find("api.example.com"), 15, "new.example.com");
  CHECK(home.text(cursor.file) == expected);
}

TEST_CASE("a file that is not understood is left alone, and the place is named", "[ctl]") {
  const Home home;
  home.put(".cursor/mcp.json", "{\n  \"mcpServers\": {\n    \"a\": 1\n    \"b\": 2\n  }\n}\n");
  home.put(".codex/config.toml", "model = \"x\"\n[mcp_servers\n");
  const auto before = home.files();
  for (const auto& [client, place] :
       {std::pair("cursor", "line 4, column 5"), {"codex", "line 2, column 13"}}) {
    for (const char* command : {"install", "uninstall"}) {
      const Answer answer = home.run({command, client});
      CHECK(answer.code == 1);
      CHECK(answer.err.find("is left as it is: " + std::string(place)) != std::string::npos);
    }
  }
  CHECK(home.files() == before);
}

TEST_CASE("links to a file elsewhere stay links", "[ctl]") {
  const Home home;
  home.put("dotfiles/mcp.json", "{}\n", 0644);
  fs::create_directories(home.path(".cursor"));
  fs::create_symlink("../dotfiles/mcp.json", home.path(".cursor/mcp.json"));
  REQUIRE(home.run({"install", "cursor"}).code == 0);
  CHECK(fs::is_symlink(home.path(".cursor/mcp.json")));
  CHECK(home.text("dotfiles/mcp.json").find(home.proxy()) != std::string::npos);
  REQUIRE(home.run({"uninstall", "cursor"}).code == 0);
  CHECK(fs::is_symlink(home.path(".cursor/mcp.json")));
  CHECK(home.text("dotfiles/mcp.json") == "{}\n");
}

TEST_CASE("a project has files of its own, where the client reads one", "[ctl]") {
  const Home home;
  fs::create_directories(home.path("p"));
  REQUIRE(home.run({"install", "vscode", "claude-code", "--project", home.path("p")}).code == 0);
  CHECK(home.text("p/.vscode/mcp.json").find("\"servers\"") != std::string::npos);
  CHECK(home.text("p/.mcp.json").find("\"stdio\"") != std::string::npos);
  CHECK(home.mode("p/.mcp.json") == 0644);
  CHECK_FALSE(fs::exists(home.path(".claude.json")));
  const Answer none = home.run({"install", "windsurf", "--project", home.path("p")});
  CHECK(none.code == 1);
  CHECK(none.err.find("reads no configuration of a project") != std::string::npos);
  CHECK(home.run({"install", "cursor", "--project", home.path("nowhere")}).code == 1);
  CHECK(home.run({"install", "cursor", "--project", home.path("p"), "--user"}).code == 2);
}

TEST_CASE("without a name it is said what was found, and --all does it", "[ctl]") {
  const Home home;
  CHECK(home.run({"install"}).out.find("No client was found") != std::string::npos);
  home.put(".cursor/argv.json", "{}");
  home.put(".config/zed/settings.json", "{}\n");
  home.put("bin/codex", "#!/bin/sh\n", 0755);
  const auto before = home.files();
  const Answer listed = home.run({"install"});
  CHECK(listed.code == 0);
  for (const char* client : {"cursor: ", "zed: ", "codex: ", "install --all"}) {
    CHECK(listed.out.find(client) != std::string::npos);
  }
  CHECK(listed.out.find("gemini") == std::string::npos);
  CHECK(home.files() == before);
  const Answer done = home.run({"install", "--all"});
  CHECK(done.code == 0);
  CHECK(home.text(".cursor/mcp.json").find(home.proxy()) != std::string::npos);
  CHECK(home.text(".codex/config.toml").find(home.proxy()) != std::string::npos);
  CHECK(home.text(".config/zed/settings.json").find("context_servers") != std::string::npos);
  CHECK(home.run({"uninstall", "--all"}).code == 0);
  CHECK(home.files() == before);
}

TEST_CASE("the answer for programs names each client, its file and what was done", "[ctl]") {
  const Home home;
  const Answer answer = home.run({"install", "cursor", "--json"});
  const json::value body = json::parse(answer.out);
  CHECK(body.at("dry_run") == false);
  const json::value& one = body.at("clients").at(0);
  CHECK(one.at("client") == "cursor");
  CHECK(one.at("action") == "create");
  CHECK(one.at("path").as_string() == home.path(".cursor/mcp.json"));
}

TEST_CASE("opencode's later form is kept where a file has it", "[ctl]") {
  const Home home;
  home.put(".config/opencode/opencode.jsonc", "{\"mcp\": {\"servers\": {\"x\": {}}}}");
  REQUIRE(home.run({"install", "opencode"}).code == 0);
  const json::value body = json::parse(home.text(".config/opencode/opencode.jsonc"));
  CHECK(body.at("mcp").at("servers").at("governor").at("command").at(0).as_string() == home.proxy());
  CHECK_FALSE(body.at("mcp").as_object().contains("governor"));
}

TEST_CASE("hooks come and go in the same step", "[ctl]") {
  const Home home;
  const auto before = home.files();
  const Answer installed = home.run({"install", "claude-code", "--guards"});
  INFO(installed.err);
  REQUIRE(installed.code == 0);
  CHECK(home.text(".claude/settings.json").find("guard claude-code") != std::string::npos);
  REQUIRE(home.run({"uninstall", "claude-code", "--guards"}).code == 0);
  CHECK(home.files() == before);
}

TEST_CASE("any document is as it was, byte for byte, after install and uninstall", "[ctl]") {
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/mcp.json";
  const McpClient& client = *find_client("cursor");
  for (unsigned seed = 0; seed < 300; ++seed) {
    const std::string text = RandomJsonc(seed).document("mcpServers");
    CAPTURE(seed, text);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    const auto planned = plan_client(client, file, "/opt/governor-proxy", 0600, false);
    REQUIRE(planned.has_value());
    // Written here, since the disk need not keep it.
    std::ofstream(file, std::ios::binary | std::ios::trunc) << planned->after;
    std::ofstream(file + ".before-governor", std::ios::binary | std::ios::trunc) << text;
    const auto removal = plan_client_removal(client, file, false);
    REQUIRE(removal.has_value());
    CHECK(removal->after == text);
    CHECK(removal->action == "restore");
  }
}

}  // namespace governor::ctl::test
