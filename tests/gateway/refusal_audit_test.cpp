#include "gateway/rules/refusal_audit.hpp"

#include "tests/support/catch.hpp"

using governor::gateway::place_of_path;
using governor::gateway::RefusalAudit;
using std::chrono::seconds;

namespace {

const RefusalAudit::TimePoint kFirstKnock{std::chrono::hours(1)};

RefusalAudit::Refused wrong_host(std::string_view path) {
  return {"wrong_host", 403, "GET", path};
}

}  // namespace

TEST_CASE("the first refusal of a kind is told at once, the others as one number when the span is over") {
  RefusalAudit audit;
  CHECK_FALSE(audit.next_due());
  const auto first = audit.note(wrong_host("/api"), kFirstKnock);
  REQUIRE(first);
  CHECK(first->code == "wrong_host");
  CHECK(first->status == 403);
  CHECK(first->place == "/api");
  CHECK(first->request == "GET /api");
  CHECK(first->count == 1);
  CHECK(first->within == seconds(0));
  for (int i = 0; i < 9'999; ++i) CHECK_FALSE(audit.note(wrong_host("/api"), kFirstKnock + seconds(1)));
  CHECK(audit.note(wrong_host("/mcp"), kFirstKnock + seconds(1)));                  // another place
  CHECK(audit.note({"no_session", 401, "GET", "/api"}, kFirstKnock + seconds(1)));  // for another reason
  CHECK(audit.due(kFirstKnock + RefusalAudit::kSpan - seconds(1)).empty());
  CHECK(audit.next_due() == kFirstKnock + RefusalAudit::kSpan);
  const auto due = audit.due(kFirstKnock + RefusalAudit::kSpan);
  REQUIRE(due.size() == 1);
  CHECK(due[0].count == 9'999);
  CHECK(due[0].within == RefusalAudit::kSpan);
  CHECK(due[0].place == "/api");
}

TEST_CASE("who goes on is counted, and who comes back after a quiet span is told of at once") {
  RefusalAudit audit;
  audit.note(wrong_host("/api"), kFirstKnock);
  audit.note(wrong_host("/api"), kFirstKnock);
  CHECK(audit.due(kFirstKnock + RefusalAudit::kSpan).size() == 1);
  CHECK_FALSE(audit.note(wrong_host("/api"), kFirstKnock + RefusalAudit::kSpan));
  CHECK(audit.due(kFirstKnock + 2 * RefusalAudit::kSpan).size() == 1);
  CHECK(audit.due(kFirstKnock + 3 * RefusalAudit::kSpan).empty());
  CHECK_FALSE(audit.next_due());
  CHECK(audit.note(wrong_host("/api"), kFirstKnock + 3 * RefusalAudit::kSpan));
}

TEST_CASE("what is asked for makes no kinds of its own, and is shown without harm") {
  RefusalAudit audit;
  std::size_t told = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string path = "/x" + std::to_string(i);
    if (audit.note(wrong_host(path), kFirstKnock)) ++told;
  }
  CHECK(told == 1);
  const std::string evil = "/\x1b[2J" + std::string(5'000, 'a');
  const auto shown = audit.note({"x", 400, "G\nET", evil}, kFirstKnock);
  REQUIRE(shown);
  CHECK(shown->request.find('\n') == std::string::npos);
  CHECK(shown->request.find('\x1b') == std::string::npos);
  CHECK(shown->request.size() < 400);
  told = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string code = "code" + std::to_string(i);
    if (audit.note({code, 400, "GET", "/"}, kFirstKnock)) ++told;
  }
  CHECK(told <= RefusalAudit::kMostKinds);
}

TEST_CASE("at the end nothing that was counted is left out") {
  RefusalAudit audit;
  audit.note(wrong_host("/api"), kFirstKnock);
  audit.note(wrong_host("/mcp"), kFirstKnock);
  audit.note(wrong_host("/mcp"), kFirstKnock);
  const auto rest = audit.rest(kFirstKnock + seconds(3));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].count == 1);
  CHECK(rest[0].within == seconds(3));
  CHECK(audit.rest(kFirstKnock + seconds(3)).empty());
}

TEST_CASE("places are few words") {
  CHECK(place_of_path("/") == "/");
  CHECK(place_of_path("/assets/app.js") == "/assets");
  CHECK(place_of_path("/etc/passwd") == "other paths");
  CHECK(place_of_path("") == "the beginning");
}
