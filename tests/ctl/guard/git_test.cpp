#include <unistd.h>

#include <boost/json.hpp>

#include "ctl/guard/git_repository.hpp"
#include "tests/ctl/guard/repository.hpp"
#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor;
using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

const std::vector<std::string> kGitGuard = {"guard", "git"};

std::vector<std::string> staged(const Repository& repository, const std::string& directory = "") {
  const ctl::GitRepository git(repository.environment(), directory.empty() ? repository.path() : directory);
  return git.staged_paths(ipc::Deadline::after(std::chrono::seconds(20))).value();
}

void stage(const Repository& repository, const std::string& name, const std::string& content = "x\n") {
  write_file(repository.file(name), content);
  repository.git({"add", "--", name});
}

}  // namespace

TEST_CASE("what is staged is named from the top, whatever the names hold", "[guard]") {
  const Repository repository;
  const std::vector<std::string> names = {" blank", "-dash", "new\nline", "sub/a.cpp", "\xc3\xbc"};
  for (const auto& name : names) stage(repository, name);
  CHECK(staged(repository) == names);
  CHECK(staged(repository, repository.file("sub")) == names);
  repository.git({"config", "diff.relative", "true"});
  CHECK(staged(repository, repository.file("sub")) == names);
}

TEST_CASE("both names of a renamed file are staged, and a removed one", "[guard]") {
  const Repository repository;
  stage(repository, "before", "one\ntwo\nthree\n");
  stage(repository, "gone");
  stage(repository, "left");
  repository.git({"commit", "-qm", "first"});
  CHECK(staged(repository).empty());
  repository.git({"mv", "before", "after"});
  repository.git({"rm", "-q", "gone"});
  CHECK(staged(repository) == std::vector<std::string>{"after", "before", "gone"});
}

TEST_CASE("a commit that touches nobody's files goes through without a word", "[guard]") {
  const Repository repository;
  stage(repository, "a.cpp");
  const WorkingDirectory here(repository.path());
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_commit", {{{"conflicts", json::array()}}});
  const auto run = daemon.run(kGitGuard);
  CHECK(run.code == 0);
  CHECK(run.out.empty());
  CHECK(run.err.empty());
  const auto asked = daemon.last();
  CHECK(asked.at("paths") == json::value(json::array{"a.cpp"}));
  CHECK(asked.at("cwd").as_string() == std::filesystem::canonical(repository.path()).string());
  CHECK(asked.at("pids").as_array().at(0).as_int64() == ::getppid());
}

TEST_CASE("a commit of a file that another holds is refused and says who holds it", "[guard]") {
  const Repository repository;
  stage(repository, "a.cpp");
  const WorkingDirectory here(repository.path());
  RecordingDaemon daemon;
  daemon.will_answer("governor/guard_commit", {{{"conflicts",
                                                 {{{"path", "/c/a.cpp"},
                                                   {"lease", 12},
                                                   {"agent_id", "ada"},
                                                   {"client", "cursor"},
                                                   {"pid", 4711},
                                                   {"since", "2026-01-31T12:00:00Z"},
                                                   {"until", "2026-01-31T12:10:00Z"},
                                                   {"reason", "refactoring"}}}}}});
  const auto run = daemon.run(kGitGuard);
  CHECK(run.code == 1);
  for (const char* part : {"/c/a.cpp", "ada (cursor), pid 4711", "since 2026-01-31T12:00:00Z",
                           "until 2026-01-31T12:10:00Z", "lease 12", "refactoring", "leases break"}) {
    CAPTURE(part);
    CHECK(contains(run.err, part));
  }
}

TEST_CASE("many staged files are asked for in parts, and every conflict is counted", "[guard]") {
  const Repository repository;
  for (int i = 0; i < 1001; ++i) write_file(repository.file("f" + std::to_string(i)), "");
  repository.git({"add", "."});
  const WorkingDirectory here(repository.path());
  RecordingDaemon daemon;
  json::array many;
  for (int i = 0; i < 21; ++i) many.push_back(json::object{{"path", "/p"}, {"client", "cursor"}});
  daemon.will_answer("governor/guard_commit",
                     {{{"conflicts", many}}, {{"conflicts", {{{"path", "/p"}, {"agent_id", nullptr}}}}}});
  const auto run = daemon.run(kGitGuard);
  CHECK(run.code == 1);
  CHECK(daemon.calls().size() == 2);
  CHECK(daemon.last().at("paths").as_array().size() == 1);
  CHECK(contains(run.err, "and 2 more"));
}

TEST_CASE("without a daemon a commit goes through with a note, or is refused if that was chosen", "[guard]") {
  const Repository repository;
  stage(repository, "a.cpp");
  const WorkingDirectory here(repository.path());
  const TemporaryDirectory nobody;
  const auto allowed = run_governorctl(nobody.path(), kGitGuard);
  CHECK(allowed.code == 0);
  CHECK(contains(allowed.err, "not checked"));
  const auto refused = run_governorctl(nobody.path(), {"guard", "git", "--fallback", "deny"});
  CHECK(refused.code == 1);
  CHECK(contains(refused.err, "refused"));
  RecordingDaemon silent;
  CHECK(silent.run({"guard", "git", "--timeout", "0.1"}).code == 0);
}

TEST_CASE("a commit of no files asks nobody, and outside of a repository nothing can be told", "[guard]") {
  const TemporaryDirectory nobody;
  {
    const Repository repository;
    const WorkingDirectory here(repository.path());
    const auto run = run_governorctl(nobody.path(), kGitGuard);
    CHECK(run.code == 0);
    CHECK(run.err.empty());
  }
  const WorkingDirectory here(nobody.path());
  const auto run = run_governorctl(nobody.path(), kGitGuard);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "git"));
}
