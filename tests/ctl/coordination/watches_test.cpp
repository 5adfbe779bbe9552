#include "tests/ctl/recording_daemon.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::test;
namespace json = boost::json;

TEST_CASE("a directory is watched and no longer", "[ctl]") {
  RecordingDaemon daemon;
  daemon.will_answer("governor/watch", {{{"root", "/p"}}});
  CHECK(daemon.run({"watch", "/p"}).out == "/p is watched\n");
  CHECK(daemon.last() == json::object{{"root", "/p"}, {"remove", false}});
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
