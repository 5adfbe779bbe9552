#include "daemon/watch/wide_root.hpp"

#include "tests/support/catch.hpp"

using governor::daemon::wide_root;

TEST_CASE("what is no project is known") {
  CHECK(wide_root("", "/home/ada") == "the whole file system");
  for (const char* home : {"/home/ada", "/home/bob", "/root", "/Users/ada"}) {
    CAPTURE(home);
    CHECK(wide_root(home, "/home/ada") == "a home directory");
  }
  CHECK(wide_root("/data/people/ada", "/data/people/ada") == "a home directory");
  for (const char* above : {"/home", "/Users", "/data/people", "/data"}) {
    CAPTURE(above);
    CHECK(wide_root(above, "/data/people/ada") == "a directory of home directories");
  }
  for (const char* of_system :
       {"/etc", "/etc/nginx", "/usr", "/usr/lib/x", "/var", "/opt", "/tmp", "/dev", "/usr/local"}) {
    CAPTURE(of_system);
    CHECK(wide_root(of_system, "/home/ada") == "a directory of the system");
  }
}

TEST_CASE("projects may lie in many places") {
  for (const char* project : {"/home/ada/project", "/data/project", "/opt/project", "/var/www", "/tmp/x",
                              "/srv/git/a", "/usr/local/src/a", "/etcetera", "/Users/ada/x", "/root/x"}) {
    CAPTURE(project);
    CHECK(wide_root(project, "/home/ada").empty());
  }
  CHECK(wide_root("/p", "").empty());
  CHECK(wide_root("/p", "/").empty());
}
