// config path, show, check and edit. In place of governord there is a script that takes what has no "bad" in
// it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "ctl/application.hpp"
#include "ipc/unique_fd.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

bool has_part(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// What is asked of it comes first; "failed: " is how a daemon says why it would not start.
constexpr const char* kGovernord =
    "while [ $# -gt 0 ]; do [ \"$1\" = --startup-fd ] && fd=$2; shift; done\n"
    "if grep -q bad \"$GOVERNOR_CONFIG\" 2>/dev/null; then\n"
    "  eval \"echo \\\"failed: $GOVERNOR_CONFIG:2: bad is not a setting\\\" >&$fd\"; exit 2\n"
    "fi\neval \"echo ready >&$fd\"\n";

struct ConfigFixture {
  ConfigFixture() { program("governord", kGovernord); }
  void program(const std::string& name, const std::string& script) const {
    const std::string path = directory.path() + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << script;
    ::chmod(path.c_str(), 0700);
  }
  void edit_with(const std::string& script) const { program("editor", script); }
  [[nodiscard]] Run run(std::vector<std::string> words) const {
    words.insert(words.begin(), "config");
    std::vector<const char*> argv{"governorctl"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream out;
    std::ostringstream err;
    governor::ctl::Context context{out, err, {}};
    const governor::ipc::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    context.input = nothing.get();
    context.environment.effective_uid = ::geteuid();
    const std::string& place = directory.path();
    for (const auto& [name, value] :
         {std::pair("HOME", place), std::pair("GOVERNOR_RUNTIME_DIR", place), std::pair("TMPDIR", place),
          std::pair("GOVERNOR_STATE_DIR", place + "/state"),
          std::pair("GOVERNOR_CONFIG", place + "/config.json"),
          std::pair("GOVERNOR_DAEMON", place + "/governord"), std::pair("VISUAL", place + "/editor"),
          std::pair("PATH", std::string("/usr/bin:/bin"))})
      context.environment.set(name, value);
    const int code =
        governor::ctl::run_application(static_cast<int>(argv.size()), argv.data(), std::move(context));
    return {code, out.str(), err.str()};
  }
  [[nodiscard]] std::string text() const {
    std::stringstream content;
    content << std::ifstream(file).rdbuf();
    return content.str();
  }
  /// What was left of copies.
  [[nodiscard]] std::vector<std::string> copies() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
      if (entry.path().filename().string().starts_with("governor-")) found.push_back(entry.path().string());
    return found;
  }
  TemporaryDirectory directory;
  std::string file = directory.path() + "/config.json";
};

}  // namespace

TEST_CASE_METHOD(ConfigFixture, "config path and show say where it is and what is in it", "[ctl]") {
  CHECK(run({"path"}).out == file + "\n");
  CHECK(has_part(run({"show"}).out, "everything has its default"));
  CHECK_FALSE(json::parse(run({"show", "--json"}).out).at("exists").as_bool());
  std::ofstream(file) << "// mine\n{\"idle_exit\": 5,}\n";
  CHECK(run({"show"}).out == "// mine\n{\"idle_exit\": 5,}\n");
  CHECK(json::parse(run({"show", "--json"}).out).at("settings").at("idle_exit").as_int64() == 5);
  std::ofstream(file) << "no JSON";
  CHECK(json::parse(run({"show", "--json"}).out).at("settings").is_null());
}

TEST_CASE_METHOD(ConfigFixture, "config check says whether a daemon would start with it, and why not",
                 "[ctl]") {
  CHECK(has_part(run({"check"}).out, "does not exist"));
  std::ofstream(file) << "{\"good\": 1}";
  CHECK(run({"check"}).out == file + " is good\n");
  std::ofstream(file) << "{\"bad\": 1}";
  const auto refused = run({"check"});
  CHECK(refused.code == 1);
  CHECK(has_part(refused.err, file + ":2: bad is not a setting"));
  const auto told = json::parse(run({"check", "--json"}).out);
  CHECK_FALSE(told.at("good").as_bool());
  CHECK(has_part(std::string(told.at("message").as_string()), "bad is not a setting"));
}

TEST_CASE_METHOD(ConfigFixture, "config edit puts what was edited in the place of the file once it is good",
                 "[ctl]") {
  std::ofstream(file) << "{\"good\": 1}";
  ::chmod(file.c_str(), 0640);
  edit_with("echo '{\"better\": 1}' > \"$1\"\n");
  const auto edited = run({"edit"});
  CAPTURE(edited.err);
  CHECK(edited.code == 0);
  CHECK(text() == "{\"better\": 1}\n");
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
        std::filesystem::perms(0640));
  CHECK_FALSE(json::parse(run({"edit", "--json"}).out).at("changed").as_bool());
  CHECK(copies().empty());
}

TEST_CASE_METHOD(ConfigFixture,
                 "config edit begins a file where there is none, and follows a link to the real one",
                 "[ctl]") {
  edit_with("true\n");
  CHECK(has_part(run({"edit"}).out, "is as it was"));
  CHECK_FALSE(std::filesystem::exists(file));
  edit_with("sed -i 's/}/ \"idle_exit\": 5 }/' \"$1\"\n");
  CHECK(run({"edit"}).code == 0);
  CHECK(has_part(text(), "\"idle_exit\": 5 }"));
  const std::string real = directory.path() + "/kept.json";
  std::filesystem::rename(file, real);
  std::filesystem::create_symlink(real, file);
  edit_with("echo '{}' > \"$1\"\n");
  CHECK(run({"edit"}).code == 0);
  CHECK(std::filesystem::is_symlink(file));
  CHECK(text() == "{}\n");
}

TEST_CASE_METHOD(ConfigFixture,
                 "what a daemon would not take does not become the configuration, and is not lost", "[ctl]") {
  std::ofstream(file) << "{\"good\": 1}";
  edit_with("echo bad > \"$1\"\n");
  const auto refused = run({"edit"});
  CHECK(refused.code == 1);
  CHECK(has_part(refused.err, file + ":2: bad is not a setting"));
  CHECK(text() == "{\"good\": 1}");
  REQUIRE(copies().size() == 1);
  CHECK(has_part(refused.err, copies()[0] + "/config.json"));
}

TEST_CASE_METHOD(ConfigFixture, "config edit changes nothing if the editor fails or somebody else was faster",
                 "[ctl]") {
  std::ofstream(file) << "{\"good\": 1}";
  edit_with("echo '{}' > \"$1\"; exit 1\n");
  CHECK(run({"edit"}).code == 1);
  CHECK(text() == "{\"good\": 1}");
  edit_with("echo '{}' > \"$1\"; echo other > '" + file + "'\n");
  const auto late = run({"edit"});
  CHECK(late.code == 1);
  CHECK(has_part(late.err, "changed by somebody else"));
  CHECK(text() == "other\n");
  std::filesystem::remove(directory.path() + "/editor");
  CHECK(has_part(run({"edit"}).err, "VISUAL or EDITOR"));
}
