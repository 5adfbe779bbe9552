#include "ctl/refusal.hpp"

#include <boost/json.hpp>

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl;
using governor::TemporaryDirectory;
using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("a person is told commands, and nothing of tools that have none", "[ctl]") {
  CHECK(hint_for_person("list_agents names those that exist; the first process_agent_update creates one.") ==
        "governorctl agents names those that exist.");
  CHECK(hint_for_person("Unpin it first: update_agent_metadata with pinned false.").empty());
  CHECK(hint_for_person("Look at it. Then call update_task. Or wait; it passes.") ==
        "Look at it. Or wait; it passes.");
  CHECK(hint_for_person("A person calls reset_monitor") == "A person calls governorctl reset.");
  CHECK(hint_for_person("Try again when health_check says ok.") ==
        "Try again when governorctl health says ok.");
  CHECK(hint_for_person("Check free space.") == "Check free space.");
  CHECK(hint_for_person("").empty());
}

TEST_CASE("what a method refuses is told once, in a person's terms", "[ctl]") {
  const TemporaryDirectory directory;
  const char* hint = "list_backups shows what there is.";
  const std::string told = std::string("not_found: There are no backups of /p/a. ") + hint;
  const FakeDaemon daemon(directory.path(), [&](std::string_view, const json::object&) {
    const json::object data{
        {"code", "not_found"}, {"message", "There are no backups of /p/a."}, {"hint", hint}};
    return std::optional(method_error({{"code", -32602}, {"message", told}, {"data", data}}));
  });
  const auto run = run_governorctl(directory.path(), {"restore", "/p/a"});
  CHECK(run.code == 1);
  CHECK(run.err ==
        "governorctl: not_found: There are no backups of /p/a. governorctl backups shows what there is.\n");
}

TEST_CASE("what a tool refuses is told in a person's terms", "[ctl]") {
  const TemporaryDirectory directory;
  const FakeDaemon daemon(directory.path(), [](std::string_view, const json::object&) {
    const json::object problem{
        {"code", "not_found"},
        {"message", "There is no agent \"ada\"."},
        {"hint", "list_agents names those that exist; the first process_agent_update creates one."}};
    return std::optional<json::value>(
        json::object{{"isError", true},
                     {"content", {{{"type", "text"}, {"text", "not_found: all of it"}}}},
                     {"_meta", {{"io.github.governor/error", problem}}}});
  });
  const auto run = run_governorctl(directory.path(), {"pause", "ada"});
  CHECK(run.err ==
        "governorctl: not_found: There is no agent \"ada\". governorctl agents names those that exist.\n");
}
