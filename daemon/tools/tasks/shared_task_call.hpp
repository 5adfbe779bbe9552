#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/shared/task_database.hpp"
#include "daemon/tools/tool_call.hpp"

namespace governor::daemon {

/// Whether the list's tasks are in the database that several machines share.
bool is_shared_list(const CallContext& context, std::string_view list);
inline bool is_shared_task(const CallContext& context, std::string_view task_id) {
  return is_shared_list(context, core::list_of(task_id));
}
/// Of a list that is named where it must be a shared one.
core::Error not_shared(const CallContext& context, const std::string& list);

/// The database keeps no text with a zero byte in it.
std::optional<core::Error> refuse_zero_byte(std::string_view field, std::string_view text);
/// Where the rules here know of no reason.
core::Error refused_by_database(const std::string& task_id);

/// What a call asks the database of shared tasks, once, and what that says.
class SharedTaskQuestion {
 public:
  using Ask = std::function<TaskDatabase::Answer(TaskDatabase&, const SharedTaskCaller&)>;

  /// Whether there is an answer; if not, `put` gives the step after which there is.
  [[nodiscard]] bool is_answered() const { return slot_ && slot_->answer.has_value(); }
  /// `ask` is called on another thread, perhaps twice.
  Step put(CallContext& context, Ask ask);
  /// Precondition: `is_answered()`.
  [[nodiscard]] const TaskDatabase::Answer& answer() const { return *slot_->answer; }

  /// Takes down in the audit log what has come of it, as that of a task of this daemon.
  void take_down(CallContext& context, std::string_view note = {}) const;

 private:
  struct Slot {
    std::optional<TaskDatabase::Answer> answer;
    bool was_put = false;  ///< the database may know of it
  };

  std::string request_;  ///< kept: the call may begin anew
  std::shared_ptr<Slot> slot_;
};

}  // namespace governor::daemon
