#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/task_table.hpp"
#include "daemon/shared/database.hpp"

namespace governor::daemon {

struct SharedMember;

/// Who wants something done about a shared task.
struct SharedTaskCaller {
  std::string request;  ///< of this daemon: the same one once more has no further effect, and the same answer
  std::string session;  ///< its id; empty: none
  core::SessionKey key = 0;
  std::string client;
  std::int64_t pid = 0;
  bool is_person = false;
};

struct SharedTaskEvent {
  std::int64_t timestamp_us = 0;
  std::string event;
  core::TaskStatus status = core::TaskStatus::pending;
  int progress = 0;
  std::string agent_id;
  std::string note;
  std::string client;  ///< who did it; empty: nobody, it came about
  std::int64_t pid = 0;
  std::string host;
};

/// What the database says of a list's tasks.
struct SharedTaskAnswer {
  enum class Outcome {
    done,     ///< with the task
    exists,   ///< it is defined already, with the task
    found,    ///< with what was looked for
    none,     ///< none is ready, with the counts
    unknown,  ///< there is no such task
    refused,  ///< by the rules, with the task
    cycle,    ///< its dependencies would close one
    full      ///< the list
  };
  Outcome outcome = Outcome::done;
  std::string event;  ///< what has come of it; empty: nothing has changed
  std::int64_t now_us = 0;
  /// Those meant, in their order, by keys that count within the list. `tasks` has what they depend on as
  /// well, of which only the status is known. Somebody else's claim has a session that is nobody's here.
  std::vector<core::TaskKey> keys;
  core::TaskTable tasks;
  core::TaskCounts counts;
  std::vector<std::string> cycle;
  std::size_t size = 0;   ///< of a list that is full
  std::size_t bytes = 0;  ///< likewise, of its texts
  std::vector<SharedTaskEvent> events;
  bool has_older_events = false;
  core::TaskKey next = 0;  ///< after which to look further; 0: that is all

  /// Precondition: it has one.
  [[nodiscard]] const core::Task& task() const { return *tasks.find(keys.front()); }
};

/// What one may do with shared tasks, see kSharedTaskSchema: each is one call of a function there.
class TaskDatabase {
 public:
  using Answer = core::Result<SharedTaskAnswer>;

  TaskDatabase(Database& database, const SharedMember& member) : database_(database), member_(member) {}

  struct Query {
    std::string list;
    std::optional<core::TaskStatus> status;
    std::optional<core::TaskPriority> priority;
    bool ready = false;
    std::string agent;
    std::string text;
    std::size_t limit = 50;
    core::TaskKey after = 0;
  };

  /// `depends_on` is sorted, each once.
  Answer define(const SharedTaskCaller& caller, const core::TaskDefinition& definition,
                const std::string& source);
  /// `command.task_id` empty: the next ready one of the list.
  Answer claim(const SharedTaskCaller& caller, const std::string& list, const core::ClaimCommand& command);
  Answer update(const SharedTaskCaller& caller, const core::TaskUpdate& update);
  Answer assign(const SharedTaskCaller& caller, const core::TaskAssignment& assignment);
  Answer get(const SharedTaskCaller& caller, const std::string& task_id, std::size_t events);
  Answer list(const SharedTaskCaller& caller, const Query& query);
  /// Ends the claims of all other sessions of this daemon, and those for these agents; by their ids.
  std::optional<core::Error> keep_sessions(const std::vector<std::string>& alive,
                                           const std::vector<std::string>& retired);

 private:
  Answer ask(const SharedTaskCaller& caller, const char* statement,
             const std::vector<std::string>& parameters);

  Database& database_;
  const SharedMember& member_;
};

}  // namespace governor::daemon
