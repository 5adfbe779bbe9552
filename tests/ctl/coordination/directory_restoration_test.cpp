#include <filesystem>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::ctl::test;
using governor::TemporaryDirectory;
namespace json = boost::json;

namespace {

json::object known(const std::string& path, std::int64_t backup, bool same, bool exists = true,
                   bool restorable = true) {
  return {{"path", path},     {"known", true}, {"backup", backup},        {"time", "2026-01-31T11:00:00Z"},
          {"exists", exists}, {"same", same},  {"restorable", restorable}};
}

/// Two pages of a directory with a file of each kind.
struct RestorationFixture {
  RestorationFixture() {
    const json::object refused{
        {"path", "/p/f"}, {"known", true}, {"backup", 6}, {"error", "it is too large"}};
    daemon.will_answer(
        "governor/backups_below",
        {{{"path", "/p"},
          {"at", "2026-01-31T12:00:00Z"},
          {"files", {known("/p/a", 1, false), known("/p/b", 2, true), known("/p/c", 3, false, false)}},
          {"next_cursor", "/p/c"}},
         {{"path", "/p"},
          {"at", "2026-01-31T12:00:00Z"},
          {"files",
           {json::object{{"path", "/p/d"}, {"known", false}}, known("/p/e", 5, false, true, false),
            refused}}}});
    daemon.will_answer("governor/restore", {{{"path", "/p/a"}}});
  }
  std::vector<json::object> restored() {
    std::vector<json::object> asked;
    for (const auto& call : daemon.calls())
      if (call.name == "governor/restore") asked.push_back(call.arguments);
    return asked;
  }
  TemporaryDirectory directory;
  RecordingDaemon daemon;
};

}  // namespace

TEST_CASE("a directory is restored file by file, and what is not restored is told with its reason", "[ctl]") {
  RestorationFixture f;
  const auto run = f.daemon.run({"restore", f.directory.path(), "--at", "2026-01-31T12:00:00Z", "--utc"});
  CAPTURE(run.out, run.err);
  CHECK(run.code == 1);  // two are as they were
  REQUIRE(f.restored().size() == 2);
  CHECK(f.restored()[0].at("path").as_string() == "/p/a");
  CHECK(f.restored()[0].at("backup").as_int64() == 1);
  CHECK(f.restored()[1].at("path").as_string() == "/p/c");
  CHECK(f.daemon.calls()[0].arguments.at("path").as_string() == f.directory.path());
  CHECK(f.daemon.calls()[1].arguments.at("cursor").as_string() == "/p/c");
  for (const char* part :
       {"a     restored", "c     removed", "d     not known then", "e     not kept", "f     failed",
        "it is too large",
        "/p as of 2026-01-31T12:00:00Z: 1 restored, 1 removed, 1 unchanged, 1 not known then, "
        "2 not restored"}) {
    CAPTURE(part);
    CHECK(contains(run.out, part));
  }
}

TEST_CASE("a dry run of a directory restores nothing and tells the same", "[ctl]") {
  RestorationFixture f;
  const auto run = f.daemon.run({"restore", f.directory.path(), "--at", "1h", "--dry-run", "--json"});
  CHECK(f.restored().empty());
  CHECK(run.code == 1);
  const auto told = json::parse(run.out);
  CHECK(told.at("dry_run").as_bool());
  REQUIRE(told.at("files").as_array().size() == 6);
  const char* outcomes[] = {"restored", "unchanged", "removed", "not_known", "not_kept", "failed"};
  for (std::size_t i = 0; i < 6; ++i) CHECK(told.at("files").at(i).at("outcome").as_string() == outcomes[i]);
  CHECK(told.at("counts").at("restored").as_int64() == 1);
}

TEST_CASE("one file that is refused keeps none of the others from being restored", "[ctl]") {
  const TemporaryDirectory runtime;
  const TemporaryDirectory directory;
  const FakeDaemon daemon(
      runtime.path(), [](std::string_view method, const json::object& params) -> std::optional<json::value> {
        if (method == "governor/hello") return json::object{{"protocol", 1}};
        if (method == "governor/backups_below") {
          return json::object{{"path", "/p"},
                              {"at", "2026-01-31T12:00:00Z"},
                              {"files", {known("/p/a", 1, false), known("/p/b", 2, false)}}};
        }
        if (params.at("path").as_string() == "/p/a")
          return method_error({{"code", -32602}, {"message", "conflict: it is being written"}});
        return json::object{{"path", "/p/b"}};
      });
  const auto run =
      run_governorctl(runtime.path(), {"restore", directory.path() + "/", "--at", "1h", "--json"});
  CHECK(run.code == 1);
  const auto told = json::parse(run.out);
  CHECK(told.at("files").at(0).at("outcome").as_string() == "failed");
  CHECK(std::string(told.at("files").at(0).at("message").as_string()).find("being written") !=
        std::string::npos);
  CHECK(told.at("files").at(1).at("outcome").as_string() == "restored");
}

TEST_CASE("a directory of which nothing is known is not said to be restored", "[ctl]") {
  RestorationFixture f;
  f.daemon.will_answer(
      "governor/backups_below",
      {{{"path", "/p"}, {"at", "2026-01-31T12:00:00Z"}, {"files", json::array()}, {"count", 0}}});
  const auto run = f.daemon.run({"restore", f.directory.path(), "--at", "1h"});
  CHECK(run.code == 1);
  CHECK(run.out.empty());
  CHECK(contains(run.err, "no version of any file below " + f.directory.path() + " is known"));
  CHECK(contains(run.err, "governorctl watch"));
  CHECK(f.daemon.run({"restore", f.directory.path(), "--at", "1h", "--dry-run"}).code == 1);
}

TEST_CASE("a directory is restored to a time and to nothing else", "[ctl]") {
  RestorationFixture f;
  CHECK(f.daemon.run({"restore", f.directory.path()}).code == 2);
  const auto run = f.daemon.run({"restore", f.directory.path(), "--backup", "3"});
  CHECK(run.code == 2);
  CHECK(contains(run.err, "--at"));
  CHECK(f.daemon.calls().empty());
  // One that is gone is known by its slash.
  CHECK(f.daemon.run({"restore", "/p/gone/", "--at", "1h", "--dry-run"}).code == 1);
  CHECK(f.daemon.last_of("governor/backups_below").at("path").as_string() == "/p/gone/");
}
