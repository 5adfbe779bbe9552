#pragma once

#include <vector>

#include "core/state.hpp"
#include "daemon/shared/task_database.hpp"
#include "daemon/store/queries.hpp"
#include "daemon/support/json_writer.hpp"

namespace governor::daemon {

/// A task as its tools show it; `viewer` is the session that asks. `text`: with the description.
void write_task(JsonWriter& json, const core::TaskTable& tasks, const core::Task& task,
                core::SessionKey viewer, bool text);

/// How many tasks there are, by status, and how many of them are ready.
void write_task_counts(JsonWriter& json, const core::TaskCounts& counts);

void write_task_history(JsonWriter& json, const TaskHistory& history);
void write_task_history(JsonWriter& json, const std::vector<SharedTaskEvent>& events);

}  // namespace governor::daemon
