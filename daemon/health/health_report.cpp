#include "daemon/health/health_report.hpp"

#include <fmt/format.h>

namespace governor::daemon {
namespace {

constexpr double kSlowMs = 1000.0;
constexpr double kHangingMs = 10000.0;

double oldest_pending_ms(const Counters& counters, std::chrono::steady_clock::time_point now) {
  const std::int64_t since = counters.oldest_pending_us.load(std::memory_order_relaxed);
  return since == 0 ? 0.0 : std::max(0.0, static_cast<double>(steady_us(now) - since) / 1000.0);
}

}  // namespace

std::int64_t steady_us(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

std::string_view to_string(HealthStatus status) {
  switch (status) {
    case HealthStatus::ok: return "ok";
    case HealthStatus::degraded: return "degraded";
    case HealthStatus::failing: return "failing";
  }
  return "failing";
}

HealthReport assess(const ServerFacts& facts, const Counters& counters,
                    std::chrono::steady_clock::time_point now) {
  HealthReport report;
  const auto worsen = [&report](HealthStatus status, std::string reason) {
    report.status = std::max(report.status, status);
    report.reasons.push_back(std::move(reason));
  };
  const double oldest = oldest_pending_ms(counters, now);
  if (counters.storage_failing && counters.storage_lost) {
    worsen(HealthStatus::failing,
           fmt::format(
               "The database {} or its write-ahead log was moved, removed or replaced while governor ran; "
               "updates are refused until it is back.",
               facts.database));
  } else if (counters.storage_failing) {
    worsen(HealthStatus::failing,
           "The last write to the database failed; updates are refused until one succeeds.");
  }
  if (oldest >= kHangingMs) {
    worsen(HealthStatus::failing,
           fmt::format("A write to the database has hung for {:.1f} s.", oldest / 1000.0));
  } else if (oldest >= kSlowMs) {
    worsen(HealthStatus::degraded,
           fmt::format("A write to the database takes {:.1f} s so far.", oldest / 1000.0));
  }
  if (counters.watch_trouble) {
    worsen(HealthStatus::degraded,
           "Not all files that should be watched are: some are looked at now and then, or not at all. "
           "governorctl alerts says why.");
  }
  if (counters.shared_trouble) {
    worsen(HealthStatus::degraded,
           "The database of shared workspaces cannot be used: nobody gets a lease on what is shared. "
           "governorctl shared status says why.");
  }
  if (counters.open_losses > 0) {
    worsen(
        HealthStatus::degraded,
        "The database was damaged or something in it is missing: governorctl alerts says what. This stands "
        "until a person has acknowledged it.");
  }
  if (counters.storage_damaged) {
    worsen(
        HealthStatus::degraded,
        "Something in the database is damaged or missing and cannot be read. governorctl restart looks for "
        "what can be saved.");
  }
  if (counters.draining) worsen(HealthStatus::degraded, "The daemon is shutting down.");
  for (const std::string& notice : facts.notices) worsen(HealthStatus::degraded, notice);
  return report;
}

void write_health_fields(JsonWriter& json, const ServerFacts& facts, const Counters& counters,
                         std::chrono::steady_clock::time_point now) {
  const HealthReport report = assess(facts, counters, now);
  const std::uint64_t watermark = counters.watermark;
  const std::uint64_t sequence = std::max<std::uint64_t>(counters.sequence, watermark);
  json.field("status", to_string(report.status)).key("reasons").begin_array();
  for (const std::string& reason : report.reasons) json.value(reason);
  json.end_array();
  json.field("pid", facts.pid).field("build", facts.build);
  json.field("uptime_seconds", std::chrono::duration<double>(now - facts.started).count());
  json.field("sessions", counters.connections.load()).field("requests", counters.requests.load());
  json.field("updates", counters.updates.load());
  json.field("sequence", sequence).field("watermark", watermark).field("pending", sequence - watermark);
  json.field("oldest_pending_ms", oldest_pending_ms(counters, now));
  json.field("commit_p50_ms", counters.commit_latency.quantile_ms(0.50));
  json.field("commit_p99_ms", counters.commit_latency.quantile_ms(0.99));
}

}  // namespace governor::daemon
