#include "bench/load/report.hpp"

#include <algorithm>
#include <cstdio>

namespace governor::bench {
namespace {

double percentile_us(std::vector<std::uint32_t>& latencies, double share) {
  if (latencies.empty()) return 0;
  const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1));
  const auto nth = latencies.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(latencies.begin(), nth, latencies.end());
  return *nth / 1000.0;
}

void print_text(const char* key, const std::string& text) {
  std::printf(",\"%s\":\"", key);
  for (const char c : text) {
    if (c == '"' || c == '\\') std::putchar('\\');
    // Only for people: what JSON would have to escape is shown as a space.
    std::putchar(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  std::putchar('"');
}

void print_per_operation(const char* key, double seconds, double operations) {
  if (seconds < 0 || operations == 0) {
    std::printf(",\"%s\":null", key);
  } else {
    std::printf(",\"%s\":%.3f", key, 1e6 * seconds / operations);
  }
}

void print_verification(const Verification& verification) {
  std::printf(
      ",\"verification\":{\"exact\":%s,\"agents\":%llu,\"acknowledged\":%llu,\"stored\":%llu,\"repeated\":%"
      "llu,"
      "\"missing\":%llu",
      verification.exact() ? "true" : "false", static_cast<unsigned long long>(verification.agents),
      static_cast<unsigned long long>(verification.acknowledged),
      static_cast<unsigned long long>(verification.stored),
      static_cast<unsigned long long>(verification.repeated),
      static_cast<unsigned long long>(verification.missing));
  print_text("problem", verification.problem);
  std::putchar('}');
}

void print_count(const char* key, std::uint64_t before, std::uint64_t after, double operations) {
  std::printf(",\"%s\":%.3f", key, static_cast<double>(after - before) / operations);
}

// For each operation.
void print_counts(const Options& options, const Measurement& measurement, double operations) {
  static constexpr const char* kNames[COUNTED_KINDS] = COUNTED_NAMES;
  const ServerCounts& before = measurement.counts_before;
  const ServerCounts& after = measurement.counts_after;
  print_count("server_switches", before.switches, after.switches, operations);
  if (!options.counts.empty()) {
    for (int i = 0; i < COUNTED_KINDS; ++i)
      print_count(kNames[i], before.calls[i], after.calls[i], operations);
  }
  const ViaCounts& via = measurement.via_before;
  print_count("via_reads", via.reads, measurement.via_after.reads, operations);
  print_count("via_writes", via.writes, measurement.via_after.writes, operations);
  print_count("via_bytes", via.bytes, measurement.via_after.bytes, operations);
  print_count("via_switches", via.switches, measurement.via_after.switches, operations);
}

}  // namespace

void print_report(const Options& options, Measurement& measurement, const Verification* verification) {
  std::vector<std::uint32_t>& latencies = measurement.latencies_ns;
  const auto operations = static_cast<double>(latencies.size());
  std::printf(
      "{\"target\":\"%s\",\"clients\":%d,\"agents\":%u,\"ops\":%zu,\"seconds\":%.4f,\"ops_per_s\":%.1f",
      options.target_name.c_str(), options.clients, options.agents, latencies.size(), measurement.seconds,
      operations / measurement.seconds);
  std::printf(",\"p50_us\":%.2f,\"p99_us\":%.2f,\"max_us\":%.2f", percentile_us(latencies, 0.5),
              percentile_us(latencies, 0.99), percentile_us(latencies, 1));
  std::printf(",\"sent\":%llu,\"answered\":%llu,\"errors\":%llu,\"unanswered\":%llu",
              static_cast<unsigned long long>(measurement.sent),
              static_cast<unsigned long long>(measurement.answered),
              static_cast<unsigned long long>(measurement.failures),
              static_cast<unsigned long long>(measurement.unanswered));
  print_per_operation("server_cpu_us_per_op", measurement.server_seconds, operations);
  print_per_operation("client_cpu_us_per_op", measurement.own_seconds, operations);
  print_per_operation("via_cpu_us_per_op", measurement.via_seconds, operations);
  if (operations > 0) print_counts(options, measurement, operations);
  print_text("first_error", measurement.first_failure);
  if (verification != nullptr) print_verification(*verification);
  std::printf("}\n");
}

}  // namespace governor::bench
