#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("a directory is watched, says how many files that are, and is no longer", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/watch",
                     {{{"root", "/p"}, {"files", 1234}, {"all_counted", true}, {"with_ignored", false}},
                      {{"root", "/p"}, {"files", 100000}, {"all_counted", false}, {"with_ignored", true}},
                      {{"root", "/p"}}});
  CHECK(daemon.run({"watch", "/p"}).out == "/p is watched: 1,234 files, without those that git ignores\n");
  CHECK(daemon.last() == json::object{{"root", "/p"}});
  CHECK(daemon.run({"watch", "/p", "--force", "--with-ignored"}).out ==
        "/p is watched: more than 100,000 files\n");
  CHECK(daemon.last() == json::object{{"root", "/p"}, {"force", true}, {"with_ignored", true}});
  CHECK(daemon.run({"watch", "/p", "--remove"}).out == "/p is no longer watched\n");
  CHECK(daemon.last() == json::object{{"root", "/p"}, {"remove", true}});
}

TEST_CASE("watch alone shows the directories that are watched", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/watches", {{{"items", {{{"root", "/p"}, {"since", "2026-01-31T12:00:00Z"}}}}},
                                          {{"items", json::array()}}});
  CHECK(contains(daemon.run({"watch"}).out, "/p"));
  CHECK(daemon.run({"watch", "--list"}).out == "no directory is watched\n");
}
