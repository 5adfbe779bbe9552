// A whole daemon at each named point of a commit: it goes on, and what it has acknowledged is there.
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fault_walk.hpp"

namespace governor::daemon::test {
namespace {

namespace json = boost::json;
using ipc::ArmedFault;
using ipc::FaultPoint;

constexpr const char* kWalkedFile = R"({"paths":["/nowhere/walked.cpp"]})";
constexpr const char* kWalkedWait = R"({"paths":["/nowhere/walked.cpp"],"wait_seconds":300})";

bool is_refused(const std::string& answer) {
  return answer.find("storage_unavailable") != std::string::npos;
}

TEST_CASE("a daemon goes on after a commit that failed at any point, and counts what it acknowledged") {
  DaemonFixture daemon({GENERATE(1, 4)});
  TestClient client(daemon.socket());
  client.hello("a");
  std::uint64_t line = 0;
  std::int64_t newest = client.update(++line, "steady");
  for (const FaultPoint point : tests::fault_points_of("commit")) {
    INFO(ipc::name_of(point));
    bool refused = false;
    {
      const ArmedFault fault(point);
      client.send_update(++line, "steady");
      refused = is_refused(client.answer(line));
      REQUIRE(fault.arrivals() > 0);
    }
    // Refused and done all the same: that is what an error of COMMIT itself may mean.
    const std::int64_t next = client.update(++line, "steady");
    const std::int64_t added = next - newest;
    if (point == FaultPoint::commit_ended) {
      CHECK(added == 2);
    } else {
      CHECK(added == (refused ? 1 : 2));
    }
    newest = next;
  }
  CHECK(daemon.stored("SELECT count(*) FROM history") == newest);
  daemon.restart();
  TestClient again(daemon.socket());
  again.hello("b");
  CHECK(again.update(1, "steady") == newest + 1);
}

TEST_CASE("a lease is handed over in the end, and to one alone, at whatever point the commit fails") {
  for (const FaultPoint point : tests::fault_points_of("commit")) {
    INFO(ipc::name_of(point));
    DaemonFixture daemon;
    TestClient holder(daemon.socket());
    TestClient waiter(daemon.socket());
    TestClient third(daemon.socket());
    holder.hello("a");
    waiter.hello("b");
    third.hello("c");
    const auto granted = holder.call(1, "request_write", kWalkedFile);
    const std::string lease = R"({"lease":)" + json::serialize(granted.at("lease")) + "}";
    waiter.send_tool(1, "request_write", kWalkedWait);
    // The place in the queue is a commit of its own, which is not the one that is meant.
    const auto queued = [&] { return daemon.stored("SELECT count(*) FROM lease_waiter") == 1; };
    for (int looks = 0; looks < 50'000 && !queued(); ++looks) third.health();
    REQUIRE(queued());
    {
      const ArmedFault fault(point);
      holder.send_tool(2, "release_write", lease);
      holder.answer(2);
      REQUIRE(fault.arrivals() > 0);
    }
    holder.send_tool(3, "release_write", lease);  // if it is released already, that is what is told
    REQUIRE_FALSE(is_refused(holder.answer(3)));
    std::string answer = waiter.answer(1);
    if (is_refused(answer)) {
      waiter.send_tool(2, "request_write", kWalkedWait);
      answer = waiter.answer(2);
    }
    CHECK(answer.find(R"("status":"granted")") != std::string::npos);
    CHECK(third.call(1, "request_write", kWalkedFile).at("status").as_string() == "held");
  }
}

}  // namespace
}  // namespace governor::daemon::test
