#pragma once

#include <functional>
#include <string>

#include "core/state.hpp"
#include "daemon/health/health_report.hpp"

namespace governor::daemon {

/// The result of governor/status: health, directories, latencies and every session.
std::string status_json(const ServerFacts& facts, const Counters& counters, const core::State& state,
                        const std::function<bool(const core::Session&)>& connected);

}  // namespace governor::daemon
