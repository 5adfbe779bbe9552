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

inline constexpr std::string_view kDefineTaskInput =
    R"({"type":"object","properties":{)"
    R"("task_id":{"type":"string","pattern":"^[A-Za-z0-9._:/-]{1,128}$"},"title":{"type":"string","minLength":1,"maxLength":512},)"
    R"("description":{"type":"string","maxLength":65536},)"
    R"("task_file":{"type":"string","maxLength":4096,"description":"Text file with the description, instead of it"},)"
    R"("agent":{"type":"string","pattern":"^[A-Za-z0-9._-]{1,128}$","description":"The only one that may claim it. Default: anyone"},)"
    R"("priority":{"enum":["LOW","MEDIUM","HIGH","CRITICAL"],"default":"MEDIUM"},)"
    R"("depends_on":{"type":"array","items":{"type":"string"},"maxItems":64,"description":"Tasks to be done first, defined now or later"}},)"
    R"("required":["task_id","title"],"additionalProperties":false})";

inline constexpr std::string_view kDefineTaskOutput =
    R"({"type":"object","properties":{"task_id":{"type":"string"},"created":{"type":"boolean"},)"
    R"("status":{"type":"string"},"ready":{"type":"boolean"},)"
    R"("not_defined":{"type":"array","items":{"type":"string"},"description":"Dependencies nobody has defined yet"},)"
    R"("timestamp":{"type":"string"}},"required":["task_id","created","status","ready","not_defined","timestamp"]})";

inline constexpr std::string_view kClaimTaskInput =
    R"({"type":"object","properties":{)"
    R"("task_id":{"type":"string","description":"Default: the next ready one, by priority, then age"},)"
    R"("agent_id":{"type":"string","description":"Default: the agent this session registered, if any"},)"
    R"("ttl_seconds":{"type":"integer","minimum":1,"maximum":86400,"default":3600,"description":"The claim ends then unless update_task renews it"}},)"
    R"("additionalProperties":false})";

inline constexpr std::string_view kClaimTaskOutput =
    R"({"type":"object","properties":{"claimed":{"type":"boolean"},"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"reason":{"type":"string"},"counts":{"type":"object"},"timestamp":{"type":"string"}},"required":["claimed","timestamp"]})";

inline constexpr std::string_view kUpdateTaskInput =
    R"({"type":"object","properties":{"task_id":{"type":"string"},)"
    R"("status":{"enum":["pending","in_progress","blocked","done","failed","cancelled"],"description":"pending gives it back, or opens it again"},)"
    R"("progress":{"type":"integer","minimum":0,"maximum":100},"note":{"type":"string","maxLength":4096}},)"
    R"("required":["task_id"],"additionalProperties":false})";

inline constexpr std::string_view kUpdateTaskOutput =
    R"({"type":"object","properties":{"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"timestamp":{"type":"string"}},"required":["task","timestamp"]})";

inline constexpr std::string_view kGetTaskInput =
    R"({"type":"object","properties":{"task_id":{"type":"string"},)"
    R"("history":{"type":"integer","minimum":0,"maximum":500,"default":20,"description":"How many of the newest events"}},)"
    R"("required":["task_id"],"additionalProperties":false})";

inline constexpr std::string_view kGetTaskOutput =
    R"({"type":"object","properties":{"task":)" GOVERNOR_TASK_SCHEMA
    R"(,"history":{"type":"array","items":{"type":"object"}},"older_history":{"type":"boolean"}},)"
    R"("required":["task","history","older_history"]})";

inline constexpr std::string_view kListTasksInput =
    R"({"type":"object","properties":{)"
    R"("status":{"enum":["pending","in_progress","blocked","done","failed","cancelled"]},)"
    R"("ready":{"type":"boolean","default":false,"description":"true: only those that can be claimed now"},)"
    R"("agent":{"type":"string","description":"For this agent, or claimed by it"},)"
    R"("priority":{"enum":["LOW","MEDIUM","HIGH","CRITICAL"]},"text":{"type":"string","maxLength":256,"description":"Occurs in id or title"},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":500,"default":50},)"
    R"("cursor":{"type":"integer","minimum":1,"description":"next_cursor of the previous page"}},"additionalProperties":false})";

inline constexpr std::string_view kListTasksOutput =
    R"({"type":"object","properties":{"tasks":{"type":"array","items":)" GOVERNOR_TASK_SCHEMA
    R"(},"count":{"type":"integer"},"next_cursor":{"type":"integer"},"counts":{"type":"object","description":"Of all tasks"}},)"
    R"("required":["tasks","count","counts"]})";

#undef GOVERNOR_TASK_SCHEMA

}  // namespace governor::daemon
