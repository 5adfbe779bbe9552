#pragma once

#include <cstdint>

#include "core/state.hpp"
#include "daemon/store/deployment_queries.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A deployment as its tools show it.
void write_deployment(JsonWriter& json, const core::Deployment& deployment);

/// How many there are, by state.
void write_deployment_counts(JsonWriter& json, const core::DeploymentTable& deployments);

void write_deployment_history(JsonWriter& json, const DeploymentHistory& history);

}  // namespace governor::daemon
