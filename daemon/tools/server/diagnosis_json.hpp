#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/diagnosis/concurrency_report.hpp"
#include "daemon/diagnosis/lock_scan.hpp"
#include "daemon/diagnosis/operation_log.hpp"
#include "daemon/health/counters.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

// Each writes fields into an object that is already begun.

void write_concurrency(JsonWriter& json, const ConcurrencyReport& report, const Counters& counters);
void write_slowest(JsonWriter& json, const std::vector<SlowOperation>& slowest);
void write_lock_report(JsonWriter& json, const std::string& directory, const LockReport& report,
                       std::int64_t now_us);

}  // namespace governor::daemon
