#pragma once

#include <string_view>

namespace governor::daemon {

// A task in an answer: what write_task() writes.
#define GOVERNOR_TASK_SCHEMA                                                                                           \
  R"({"type":"object","properties":{)"                                                                                 \
  R"("task_id":{"type":"string"},"title":{"type":"string"},"description":{"type":"string"},)"                          \
  R"("task_file":{"type":"string"},"agent":{"type":"string"},)"                                                        \
  R"("priority":{"enum":["LOW","MEDIUM","HIGH","CRITICAL"]},"depends_on":{"type":"array","items":{"type":"string"}},)" \
  R"("status":{"enum":["pending","in_progress","blocked","done","failed","cancelled"]},"ready":{"type":"boolean"},)"   \
  R"("progress":{"type":"integer"},"note":{"type":"string"},"created":{"type":"string"},)"                             \
  R"("updated":{"type":["string","null"]},"claims":{"type":"integer"},"claim":{"type":"object"},)"                     \
  R"("waiting_for":{"type":"array","items":{"type":"object"}}},)"                                                      \
  R"("required":["task_id","title","priority","depends_on","status","ready","progress","created","updated","claims"]})"

inline constexpr std::string_view kDefineTaskOutput =
    R"({"type":"object","properties":{"task_id":{"type":"string"},"created":{"type":"boolean"},)"
    R"("status":{"type":"string"},"ready":{"type":"boolean"},)"
    R"("not_defined":{"type":"array","items":{"type":"string"},"description":"Dependencies nobody has defined yet"},)"
    R"("timestamp":{"type":"string"}},"required":["task_id","created","status","ready","not_defined","timestamp"]})";

inline constexpr std::string_view kClaimTaskOutput =
    R"({"type":"object","properties":{"claimed":{"type":"boolean"},"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"reason":{"type":"string"},"counts":{"type":"object"},"timestamp":{"type":"string"}},"required":["claimed","timestamp"]})";

inline constexpr std::string_view kUpdateTaskOutput =
    R"({"type":"object","properties":{"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"timestamp":{"type":"string"}},"required":["task","timestamp"]})";

inline constexpr std::string_view kGetTaskOutput =
    R"({"type":"object","properties":{"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"history":{"type":"array","items":{"type":"object"}},"older_history":{"type":"boolean"}},)"
    R"("required":["task","history","older_history"]})";

inline constexpr std::string_view kListTasksOutput =
    R"({"type":"object","properties":{"tasks":{"type":"array","items":)" GOVERNOR_TASK_SCHEMA
    R"(},"count":{"type":"integer"},"next_cursor":{"type":"integer"},"counts":{"type":"object","description":"Of all tasks"}},)"
    R"("required":["tasks","count","counts"]})";

#undef GOVERNOR_TASK_SCHEMA

}  // namespace governor::daemon
