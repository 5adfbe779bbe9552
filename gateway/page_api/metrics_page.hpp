#pragma once

#include <memory>

#include "gateway/daemon/daemon_client.hpp"
#include "gateway/http/exchange.hpp"

namespace governor::gateway {

/// `GET /metrics`: the figures that `governorctl metrics` writes, as OpenMetrics.
Task answer_metrics(std::shared_ptr<DaemonClient> daemon, std::shared_ptr<Exchange> exchange);

}  // namespace governor::gateway
