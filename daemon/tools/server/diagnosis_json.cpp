#include "daemon/tools/server/diagnosis_json.hpp"

#include <algorithm>

#include "daemon/support/timestamp.hpp"

namespace governor::daemon {
namespace {

void write_waiting(JsonWriter& json, const WaitingCall& call) {
  json.begin_object().field("waits_for", to_string(call.waits_for)).field("tool", call.tool);
  if (!call.agent_id.empty()) json.field("agent_id", call.agent_id);
  if (!call.client.empty()) json.field("client", call.client);
  if (call.pid > 0) json.field("pid", call.pid);
  if (!call.behind.empty()) json.field("behind", call.behind);
  json.field("waited_ms", call.waited_ms).end_object();
}

void write_times(JsonWriter& json, std::string_view name, std::uint64_t count, double p50, double p99,
                 double max) {
  json.key(name).begin_object().field("count", count);
  json.field("p50_ms", p50).field("p99_ms", p99).field("max_ms", max).end_object();
}

void write_conflict(JsonWriter& json, const Conflict& conflict) {
  json.begin_object().field("code", core::to_string(conflict.code)).field("agent_id", conflict.agent_id);
  if (conflict.holder.pid > 0 || !conflict.holder.client.empty()) {
    json.key("holder").begin_object().field("client", conflict.holder.client);
    json.field("pid", conflict.holder.pid).end_object();
  }
  json.field("count", conflict.count).field("last", iso_timestamp(conflict.last_us)).end_object();
}

void write_lock(JsonWriter& json, const FoundLock& lock, std::int64_t now_us) {
  json.begin_object().field("path", lock.path).field("kind", lock.directory ? "directory" : "file");
  json.field("state", to_string(lock.verdict.state)).field("reason", lock.verdict.reason);
  if (lock.content.pid) json.field("pid", *lock.content.pid);
  if (!lock.content.holder.empty()) json.field("holder", lock.content.holder);
  if (!lock.content.host.empty()) json.field("host", lock.content.host);
  const std::int64_t age_us = std::max<std::int64_t>(now_us - lock.written_us, 0);
  json.field("written", iso_timestamp(lock.written_us)).field("age_seconds", age_us / 1'000'000);
  json.field("removed", lock.removed);
  if (!lock.kept_because.empty()) json.field("kept_because", lock.kept_because);
  json.end_object();
}

}  // namespace

void write_concurrency(JsonWriter& json, const ConcurrencyReport& report, const Counters& counters) {
  const std::uint64_t watermark = counters.watermark;
  const std::uint64_t sequence = std::max<std::uint64_t>(counters.sequence, watermark);
  json.key("queues").begin_object();
  json.field("calls", report.waiting).field("agents_loading", report.agents_loading);
  json.field("changes_gathered", report.changes_waiting).field("changes_not_durable", sequence - watermark);
  json.field("store_jobs", report.store_jobs).field("connections", counters.connections.load()).end_object();
  json.key("waiting").begin_array();
  for (const WaitingCall& call : report.calls) write_waiting(json, call);
  json.end_array().key("waits").begin_object();
  for (const WaitTimes& times : report.wait_times) {
    write_times(json, times.waits_for, times.count, times.p50_ms, times.p99_ms, times.max_ms);
  }
  const LatencyHistogram& request = counters.request_latency;
  write_times(json, "whole_request", request.count(), request.quantile_ms(0.5), request.quantile_ms(0.99),
              request.max_ms());
  json.end_object().key("conflicts").begin_array();
  std::uint64_t refusals = 0;
  for (const Conflict& conflict : report.conflicts) {
    refusals += conflict.count;
    write_conflict(json, conflict);
  }
  json.end_array().field("conflicts_last_hour", refusals);
}

void write_slowest(JsonWriter& json, const std::vector<SlowOperation>& slowest) {
  json.key("slowest").begin_array();
  for (const SlowOperation& operation : slowest) {
    json.begin_object().field("tool", operation.tool);
    if (!operation.agent_id.empty()) json.field("agent_id", operation.agent_id);
    json.field("duration_ms", static_cast<double>(operation.duration_us) / 1000.0);
    json.field("timestamp", iso_timestamp(operation.ended_us)).end_object();
  }
  json.end_array();
}

void write_lock_report(JsonWriter& json, const std::string& directory, const LockReport& report,
                       std::int64_t now_us) {
  const auto count = [&report](LockState state) {
    return static_cast<std::uint64_t>(
        std::count_if(report.locks.begin(), report.locks.end(),
                      [=](const auto& lock) { return lock.verdict.state == state; }));
  };
  json.field("directory", directory).field("names_seen", static_cast<std::uint64_t>(report.entries));
  json.field("complete", report.incomplete_because.empty());
  if (!report.incomplete_because.empty()) json.field("incomplete_because", report.incomplete_because);
  json.field("dead", count(LockState::dead)).field("unknown", count(LockState::unknown));
  json.field("alive", count(LockState::alive)).key("locks").begin_array();
  for (const FoundLock& lock : report.locks) write_lock(json, lock, now_us);
  json.end_array();
}

}  // namespace governor::daemon
