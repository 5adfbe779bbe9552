#include <filesystem>

#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

namespace {

std::string here(const char* path) {
  return std::filesystem::current_path().string() + '/' + path;
}

}  // namespace

TEST_CASE("a pattern is protected and no longer, as the daemon can understand it", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/protect", {{{"pattern", "/p/src/**"}}});
  const auto run = daemon.run({"protect", "src/**", "--reason", "released"});
  CHECK(run.out == "/p/src/** is protected\n");
  CHECK(daemon.last() ==
        json::object{{"pattern", here("src/**")}, {"remove", false}, {"reason", "released"}});
  CHECK(daemon.run({"protect", "/p/src/**", "--remove"}).out == "/p/src/** is no longer protected\n");
  CHECK(daemon.last() == json::object{{"pattern", "/p/src/**"}, {"remove", true}});
}

TEST_CASE("a bare name is protected everywhere, as in the configuration, and one with a slash from here",
          "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/protect", {{{"pattern", "/**/.env"}}});
  const auto run = daemon.run({"protect", ".env"});
  CHECK(daemon.last().at("pattern").as_string() == "/**/.env");
  CHECK(contains(run.out, "in every directory"));
  (void)daemon.run({"protect", "secrets/"});
  CHECK(daemon.last().at("pattern").as_string() == "/**/secrets/");
  (void)daemon.run({"protect", "./.env"});
  CHECK(daemon.last().at("pattern").as_string() == here("./.env"));
  (void)daemon.run({"protect", ".env", "--remove"});
  CHECK(daemon.last() == json::object{{"pattern", "/**/.env"}, {"remove", true}});
}

TEST_CASE("protect alone shows what is protected and what is unlocked", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer(
      "governor/protections",
      {{{"items",
         {{{"pattern", "/p/a"}, {"configured", true}, {"reason", "core"}},
          {{"pattern", "/p/b"}, {"by", "governorctl"}, {"since", "2026-01-31T12:00:00Z"}}}},
        {"unlocks", {{{"path", "/p/a"}, {"agent_id", "ada"}, {"until", "2026-01-31T12:15:00Z"}}}}},
       {{"items", json::array()}}});
  const auto run = daemon.run({"protect", "--utc"});
  for (const char* part :
       {"/p/a", "configuration", "core", "/p/b", "unlocked: /p/a for ada until 2026-01-31T12:15:00Z"}) {
    CAPTURE(part, run.out);
    CHECK(contains(run.out, part));
  }
  CHECK(daemon.run({"protect", "--list"}).out == "nothing is protected\n");
}

TEST_CASE("a file is unlocked for an agent and a time, and locked again", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/unlock", {{{"path", "/p/a"}, {"until", "2026-01-31T12:15:00Z"}}});
  const auto run =
      daemon.run({"unlock", "/p/a", "--agent", "ada", "--for", "1h", "--reason", "a fix", "--utc"});
  CHECK(run.out == "/p/a may be written by ada until 2026-01-31T12:15:00Z\n");
  CHECK(daemon.last() ==
        json::object{{"path", "/p/a"}, {"seconds", 3600}, {"agent_id", "ada"}, {"reason", "a fix"}});
  CHECK(contains(daemon.run({"unlock", "a"}).out, "by everybody"));
  CHECK(daemon.last() == json::object{{"path", here("a")}, {"seconds", 900}});
  CHECK(daemon.run({"unlock", "/p/a", "--for", "0"}).out == "/p/a is locked again\n");
  const auto wrong = daemon.run({"unlock", "/p/a", "--for", "soon"});
  CHECK(wrong.code == 2);
  CHECK(contains(wrong.err, "15m"));
  const auto calls = daemon.calls().size();
  const auto unclear = daemon.run({"unlock", "/p/a", "--for", "15"});
  CHECK(unclear.code == 2);
  CHECK(contains(unclear.err, "--for 15 has no unit"));
  CHECK(daemon.calls().size() == calls);
}
