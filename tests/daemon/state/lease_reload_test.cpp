// Leases and those who wait for them, when the state is read back from the store.
#include <string>

#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;

namespace {

constexpr int kManyLooks = 50'000;  // each is a round trip

std::string lease_of(const json::object& granted) {
  return R"({"lease":)" + json::serialize(granted.at("lease")) + "}";
}

void wait_until_queued(TestClient& client, std::uint64_t& line, std::size_t length) {
  for (int i = 0; i < kManyLooks; ++i) {
    if (client.call(++line, "list_leases", "{}").at("waiting").as_array().size() == length) return;
  }
  FAIL("the queue never has " << length << " requests");
}

}  // namespace

TEST_CASE("whoever waits for a lease while the state is read back gets it when its turn comes") {
  DaemonFixture daemon;
  TestClient holder(daemon.socket()), with_agent(daemon.socket()), without(daemon.socket()),
      observer(daemon.socket());
  holder.hello("a");
  with_agent.hello("b");
  without.hello("c");
  observer.hello("d");
  with_agent.call(1, "register_agent", R"({"agent_id":"ada"})");
  const auto granted = holder.call(1, "request_write", R"({"paths":["/nowhere/a.cpp"]})");
  std::uint64_t line = 10;
  with_agent.send_tool(2, "request_write",
                       R"({"paths":["/nowhere/a.cpp"],"agent_id":"ada","wait_seconds":300})");
  wait_until_queued(observer, line, 1);
  without.send_tool(1, "request_write", R"({"paths":["/nowhere/a.cpp"],"wait_seconds":300})");
  wait_until_queued(observer, line, 2);

  // Both keep their places, also the one whose agent must be loaded first.
  daemon.gate().hold_loads();
  daemon.gate().fail_commits(1);
  CHECK(observer.refused(++line, "define_task", R"({"task_id":"t","title":"t"})").at("code").as_string() ==
        "storage_unavailable");
  wait_until_queued(observer, line, 2);
  daemon.gate().release_loads();
  wait_until_queued(observer, line, 2);

  holder.call(2, "release_write", lease_of(granted));
  const auto second = with_agent.result(2);
  CHECK(second.at("status").as_string() == "granted");
  with_agent.call(3, "release_write", lease_of(second));
  CHECK(without.result(1).at("status").as_string() == "granted");
}
