#include "daemon/tools/server/tools.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "daemon/support/json_time.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/server/audit_events.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kAuditSlice = 5000;

constexpr std::string_view kQueryOutput =
    R"({"type":"object","properties":{"entries":{"type":"array","items":{"type":"object","properties":{)"
    R"("entry":{"type":"string"},"timestamp":{"type":["string","null"]},"event":{"type":"string"},"agent_id":{"type":"string"},)"
    R"("who":{"type":"object"},"detail":{"type":"string"}},"required":["entry","timestamp","event","who","detail"]}},)"
    R"("count":{"type":"integer"},"next_cursor":{"type":"string"}},"required":["entries","count"]})";

std::optional<AuditCursor> parse_cursor(std::string_view text) {
  AuditCursor cursor;
  const auto read = [&](char mark, std::int64_t& key) {
    if (text.empty() || text.front() != mark) return false;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), key);
    if (error != std::errc() || key < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
  };
  if (!read('a', cursor.audit) || !read('u', cursor.history) || !text.empty()) return std::nullopt;
  return cursor;
}

class QueryCall final : public ToolCall {
 public:
  QueryCall(AuditFilter filter, AuditCursor from, std::size_t limit)
      : filter_(std::move(filter)), limit_(limit) {
    page_.next = from;
  }

  std::optional<core::Error> read(Store& store) {
    auto part = store.load_audit(filter_, page_.next, limit_ - page_.entries.size(), kAuditSlice);
    if (!part) return part.error();
    page_.next = part->next;
    page_.more = part->more;
    for (AuditEntry& entry : part->entries) page_.entries.push_back(std::move(entry));
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      return Read{[this](Store& store) { return read(store); },
                  [this] { return page_.more && page_.entries.size() < limit_; }};
    }
    if (page_.entries.empty() && !filter_.event.empty() && !is_audit_event(filter_.event)) {
      return core::invalid_argument("event", fmt::format("\"{}\"", filter_.event),
                                    fmt::format("one of {}", fmt::join(kAuditEvents, ", ")));
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("entries").begin_array();
    for (const AuditEntry& entry : page_.entries) write_entry(json, entry);
    json.end_array().field("count", static_cast<std::uint64_t>(page_.entries.size()));
    if (page_.more) json.field("next_cursor", fmt::format("a{}u{}", page_.next.audit, page_.next.history));
    json.end_object();
    return text;
  }

 private:
  static void write_entry(JsonWriter& json, const AuditEntry& entry) {
    time_field(json.begin_object().field("entry", entry.entry), "timestamp", entry.timestamp_us);
    json.field("event", entry.event);
    if (!entry.agent_id.empty()) json.field("agent_id", entry.agent_id);
    json.key("who").begin_object();
    json.field("kind", core::to_string(entry.actor.kind));
    if (entry.session == 0) {
      json.field("client", "governord");
    } else {
      if (!entry.actor.agent_id.empty()) json.field("agent_id", entry.actor.agent_id);
      // Below 0: one that came and went, and is not stored.
      if (entry.session > 0) json.field("session", entry.session);
      json.field("client", entry.client).field("pid", entry.pid);
    }
    json.end_object().field("detail", entry.detail).end_object();
  }

  AuditFilter filter_;
  std::size_t limit_;
  AuditPage page_;
};

constexpr Parameter kQueryAuditParameters[] = {
    agent_id(),
    text("event", 64, "update, refused, lambda1_skip, thresholds_changed, …"),
    moment("since", "ISO 8601"),
    moment("until", "ISO 8601, exclusive"),
    limit(50),
    text("cursor", 64, "next_cursor of the previous page"),
};

ParsedCall parse_query(Arguments& arguments, const ToolEnvironment&) {
  AuditFilter filter;
  filter.agent_id = arguments.agent_id().value_or("");
  filter.event = arguments.text("event").value_or("");
  filter.since_us = arguments.moment("since").value_or(filter.since_us);
  filter.until_us = arguments.moment("until").value_or(filter.until_us);
  const auto limit = arguments.integer<std::size_t>("limit");
  const auto cursor_text = arguments.text("cursor");
  const auto cursor = cursor_text ? parse_cursor(*cursor_text) : AuditCursor{};
  if (!cursor)
    arguments.refuse(core::invalid_argument("cursor", *cursor_text, "next_cursor of a previous page"));
  return std::make_unique<QueryCall>(std::move(filter), cursor.value_or(AuditCursor{}), limit);
}

/// Computes the hash chains of audit log and history anew. Not a tool: it is for people, and may take long.
class VerifyCall final : public ToolCall {
 public:
  Step run(CallContext& context) override {
    if (context.begins) {
      return Read{[this](Store& store) { return store.check_chains(check_, kAuditSlice); },
                  [this] { return !check_.done(); }};
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("ok", check_.problem_count == 0).field("entries", check_.audit.rows);
    json.field("updates", check_.history.rows).field("evidence", check_.evidence.rows);
    json.field("problem_count", check_.problem_count);
    json.key("problems").begin_array();
    for (const ChainCheck::Problem& problem : check_.problems) {
      json.begin_object().field("table", problem.table).field("entry", problem.entry);
      json.field("problem", problem.problem).end_object();
    }
    json.end_array().end_object();
    return text;
  }

 private:
  ChainCheck check_;
};

ParsedCall parse_verify(Arguments&, const ToolEnvironment&) {
  return std::make_unique<VerifyCall>();
}

}  // namespace

std::vector<Tool> audit_tools() {
  return {
      {{"query_audit_log", Effect::none, kQueryAuditParameters, parse_query},
       "governance",
       "Query the audit log",
       "Every mutation, refusal and skip, newest first, with who did it and why.",
       kQueryOutput},
  };
}

GovernorRequest verify_request() {
  return {{"governor/audit_verify", Effect::none, {}, parse_verify}, std::nullopt};
}

}  // namespace governor::daemon
