// Files that changed without governor, as the state judges them.
#include "tests/core/lease_fixture.hpp"

using namespace governor::core;
using namespace governor::core::test;

namespace {

FileState content(const std::string& sha256, std::uint64_t lines, std::uint64_t stored_bytes) {
  return {sha256, lines * 10, lines, stored_bytes};
}

/// Governor knows what the leased file held, and then somebody writes it.
struct ChangeFixture : LeaseFixture {
  bool changes_to(FileState after, FileChange::When when = FileChange::When::now) {
    return state.record_change({"/p/a", std::move(after), when, true}, ++now, changes);
  }
  std::string alert() {
    const auto raised = of_kind<AlertSaved>(changes);
    return raised.empty() ? std::string() : raised.back().alert.message;
  }
};

}  // namespace

TEST_CASE("a change that nobody was granted says how to undo it, if that can be done") {
  ChangeFixture f;
  f.granted(f.alice, {"/p/a"});
  SECTION("what was there is kept") {
    CHECK_FALSE(f.changes_to(content("one", 500, 77), FileChange::When::first_look));
    CHECK(f.changes_to(content("two", 20, 7)));
    CHECK(f.alert().find("governorctl restore /p/a --backup 1") != std::string::npos);
  }
  SECTION("it could not be kept") {
    CHECK_FALSE(f.changes_to(content("one", 500, 0), FileChange::When::first_look));
    CHECK(f.changes_to(content("two", 20, 7)));
    CHECK(f.alert().find("from 500 lines") != std::string::npos);
    CHECK(f.alert().find("governorctl restore") == std::string::npos);
    CHECK(f.alert().find("No backup") != std::string::npos);
  }
}

TEST_CASE("a file that is nobody's business changes without an alert") {
  ChangeFixture f;
  CHECK_FALSE(f.changes_to(content("one", 500, 77)));
  CHECK_FALSE(f.changes_to(content("two", 20, 7)));
  CHECK(f.alert().empty());
}

TEST_CASE("the command that undoes a change can be pasted, whatever the file is called") {
  LeaseFixture f;
  const std::string path = "/p/it's; rm -rf $HOME";
  f.granted(f.alice, {path});
  f.state.record_change({path, content("one", 500, 77), FileChange::When::first_look, true}, ++f.now,
                        f.changes);
  f.state.record_change({path, content("two", 20, 7), FileChange::When::now, true}, ++f.now, f.changes);
  const auto raised = of_kind<AlertSaved>(f.changes);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].alert.message.find(R"(governorctl restore '/p/it'\''s; rm -rf $HOME' --backup 1 )") !=
        std::string::npos);
}
