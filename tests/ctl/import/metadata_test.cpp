#include "ctl/import/metadata.hpp"
#include "tests/ctl/import/findings_of.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::legacy::test {
namespace {

struct ReadMetadata {
  Metadata metadata;
  std::string broken;
  Findings findings;
};

ReadMetadata read_metadata(std::string_view entry) {
  ReadMetadata result;
  TimeReader times{Zone{}};
  Notes notes(result.findings, "agent_metadata.json", "ada");
  auto read = legacy::read_metadata(entry, "ada", "agent_metadata.json", times, notes);
  if (read) result.metadata = *std::move(read);
  if (!read) result.broken = read.error().message;
  return result;
}

TEST_CASE("an ordinary entry is taken over whole and without a finding", "[import]") {
  const auto [m, broken, findings] = read_metadata(R"({
    "agent_id": "ada", "status": "archived", "created_at": "2025-11-24T12:00:00",
    "last_update": "2025-11-24T12:00:01.5", "version": "v1.0", "total_updates": 3,
    "tags": ["one", "two \u20ac"], "notes": "line\nline",
    "lifecycle_events": [
      {"event": "created", "timestamp": "2025-11-24T12:00:00.000001", "reason": null},
      {"event": "archived", "timestamp": "2025-11-25T12:00:00", "reason": "done"}],
    "paused_at": null, "archived_at": "2025-11-25T12:00:00", "parent_agent_id": "grace",
    "spawn_reason": "to help", "purpose": "tests", "recent_decisions": [], "loop_detected_at": null,
    "api_key": null})");
  CHECK(text_of(findings) == "");
  CHECK(m.status == "archived");
  CHECK(m.created_us == 1'763'985'600'000'000);
  CHECK(m.last_update_us == 1'763'985'601'500'000);
  CHECK(m.archived_us == 1'764'072'000'000'000);
  CHECK_FALSE(m.paused_us);
  CHECK(m.total_updates == 3u);
  CHECK(m.version == "v1.0");
  CHECK(m.tags == std::vector<std::string>{"one", "two \xE2\x82\xAC"});
  CHECK(m.notes == "line\nline");
  CHECK(m.parent_id == "grace");
  CHECK(m.spawn_reason == "to help");
  CHECK(m.purpose == "tests");
  REQUIRE(m.events.size() == 2);
  CHECK(m.events[0].event == "created");
  CHECK(m.events[0].timestamp_us == 1'763'985'600'000'001);
  CHECK(m.events[0].reason.empty());
  CHECK(m.events[1].reason == "done");
}

TEST_CASE("secrets are dropped, named, and never shown", "[import]") {
  const auto [m, broken, findings] = read_metadata(
      R"({"api_key": "s3cret-value", "access_Token": "s3cret-value", "active_session_key": "s3cret-value"})");
  for (const char* field : {"api_key", "access_Token", "active_session_key"}) {
    CAPTURE(field);
    CHECK(only(findings, "secret_dropped", field).severity == Severity::note);
  }
  CHECK(text_of(findings).find("s3cret") == std::string::npos);
}

TEST_CASE("fields without a place are named, fields that nobody knows as well", "[import]") {
  const auto [m, broken, findings] =
      read_metadata(R"({"recent_decisions": ["revise"], "label": "x", "colour": "red", "empty": []})");
  CHECK(only(findings, "not_kept", "recent_decisions").severity == Severity::note);
  CHECK(only(findings, "not_kept", "label").severity == Severity::note);
  CHECK(only(findings, "unknown_field", "colour").severity == Severity::note);
  CHECK(findings.size() == 3);
}

TEST_CASE("words, ids and times that governor has no room for are told, and the rest is kept", "[import]") {
  const auto [m, broken, findings] = read_metadata(R"({
    "status": "waiting_input", "created_at": "yesterday", "parent_agent_id": "not an id",
    "lifecycle_events": [{"event": "created", "timestamp": "?"}], "purpose": "kept"})");
  CHECK(broken.empty());
  CHECK(only(findings, "unknown_value", "status").severity == Severity::damaged);
  CHECK(m.status == "active");
  CHECK(only(findings, "unreadable_time", "created_at").message.find("\"yesterday\"") != std::string::npos);
  CHECK_FALSE(m.created_us);
  CHECK(only(findings, "unreadable_value", "parent_agent_id").severity == Severity::damaged);
  CHECK(only(findings, "unreadable_time", "lifecycle_events.timestamp").severity == Severity::damaged);
  REQUIRE(m.events.size() == 1);
  CHECK_FALSE(m.events[0].timestamp_us);
  CHECK(m.purpose == "kept");
}

TEST_CASE("an entry with a field of another kind is broken, and the field is named", "[import]") {
  const auto why = [](std::string_view entry) { return read_metadata(entry).broken; };
  CHECK(why(R"({"total_updates": -1})") == "total_updates is -1; accepted: a whole number from 0");
  CHECK(why(R"({"tags": ["a", 7]})").find("tags is 7") == 0);
  CHECK(why(R"({"notes": 5})").find("notes is 5") == 0);
  CHECK(why(R"({"lifecycle_events": [3]})").find("lifecycle_events is 3") == 0);
  CHECK(why(R"({"tags": [], "tags": []})") == "tags stands there twice");
  CHECK(why("7") == "it is not a JSON object");
  CHECK(why("[]") == "it is not a JSON object");
}

TEST_CASE("what contradicts itself is told", "[import]") {
  CHECK(only(read_metadata(R"({"agent_id": "eve"})").findings, "id_mismatch", "agent_id").severity ==
        Severity::contradiction);
  CHECK(
      only(read_metadata(R"({"status": "archived"})").findings, "status_mismatch", "archived_at").severity ==
      Severity::contradiction);
  CHECK(only(read_metadata(R"({"status": "active", "paused_at": "2025-11-24T12:00:00"})").findings,
             "status_mismatch", "paused_at")
            .severity == Severity::contradiction);
}

TEST_CASE("texts beyond what governor takes are cut, between characters", "[import]") {
  std::string notes;
  while (notes.size() <= kLongestNotes) notes += "\xE2\x82\xAC";
  const auto [m, broken, findings] = read_metadata(R"({"notes": ")" + notes + R"("})");
  CHECK(only(findings, "too_long", "notes").severity == Severity::damaged);
  CHECK(m.notes.size() <= kLongestNotes);
  CHECK(m.notes.size() % 3 == 0);
  CHECK(m.notes.size() > kLongestNotes - 3);
}

}  // namespace
}  // namespace governor::ctl::legacy::test
