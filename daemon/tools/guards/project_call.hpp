#pragma once

#include <optional>
#include <string>
#include <utility>

#include "daemon/files/file_services.hpp"
#include "daemon/tools/guards/guard_actor.hpp"

namespace governor::daemon {

/// Of one command: what it names beyond that is left to the watch.
inline constexpr std::size_t kMaxNamedFiles = 32;

/// A request of a hook about the project that its tool works in. The first one of a session has the project
/// watched for as long as the session lasts.
class ProjectCall : public ToolCall {
 public:
  ProjectCall(GuardActor actor, std::string directory)
      : actor_(std::move(actor)), directory_(std::move(directory)) {}

  Step run(CallContext& context) final;

 protected:
  /// File thread, before `act`.
  virtual void look(FileServices&) {}
  /// State strand: the session and its agent are there, and so is its project.
  virtual Answer act(CallContext& context, const GuardActor::Acting& acting) = 0;

  [[nodiscard]] const GuardActor& actor() const { return actor_; }

 private:
  GuardActor actor_;
  std::string directory_;
  std::optional<std::string> found_;  ///< the project
};

}  // namespace governor::daemon
