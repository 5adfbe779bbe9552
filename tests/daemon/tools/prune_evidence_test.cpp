// Evidence is kept by number and by age, and what is left can be verified.
#include "tests/daemon/tools/observed.hpp"

using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

DaemonFixture::Settings keeping(std::uint64_t entries, std::int64_t days) {
  DaemonFixture::Settings settings;
  settings.evidence.keep_entries = entries;
  settings.evidence.keep_days = days;
  return settings;
}

void say(Observed& o, int times) {
  for (int i = 0; i < times; ++i) o.note("ada", {event("prose_said", {{"prose_bytes", i + 1}})});
}

std::int64_t prune(Observed& o) {
  return o.ask("governor/prune_evidence", json::object()).at("entries").as_int64();
}

bool is_whole(Observed& o) {
  return o.ask("governor/audit_verify", json::object()).at("ok").as_bool();
}

}  // namespace

TEST_CASE(
    "of too many entries the oldest are forgotten, with a word in the audit log, and the rest is whole") {
  Observed o(keeping(4, 0));
  say(o, 10);
  CHECK(prune(o) == 6);
  CHECK(prune(o) == 0);
  CHECK(o.evidence("ada").size() == 4);
  CHECK(is_whole(o));
  const json::object log = o.tool("query_audit_log", {{"event", "evidence_pruned"}});
  REQUIRE(log.at("entries").as_array().size() == 1);
  CHECK(log.at("entries").at(0).at("detail").as_string().starts_with("6 entries up to 6 are forgotten"));
  o.restart();
  CHECK(is_whole(o));
  say(o, 1);
  CHECK(prune(o) == 1);
  CHECK(is_whole(o));
}

TEST_CASE("entries that are too old are forgotten, and none where everything is kept") {
  Observed o(keeping(0, 30));
  say(o, 3);
  DaemonFixture::advance_clock(std::chrono::hours(24 * 29));
  say(o, 2);
  CHECK(prune(o) == 0);
  DaemonFixture::advance_clock(std::chrono::hours(24 * 2));
  CHECK(prune(o) == 3);
  Observed all(keeping(0, 0));
  say(all, 3);
  DaemonFixture::advance_clock(std::chrono::hours(24 * 10'000));
  CHECK(prune(all) == 0);
}
