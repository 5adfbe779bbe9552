#include "core/deployment_import.hpp"

#include <fmt/format.h>

#include "core/agent_import.hpp"
#include "core/task.hpp"

namespace governor::core {
namespace {

std::optional<Error> check_size(const char* field, const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return std::nullopt;
  return invalid_argument(field, fmt::format("a text of {} bytes", text.size()),
                          fmt::format("at most {} bytes", longest));
}

std::optional<Error> check_progress(const char* field, int progress) {
  if (progress >= -1 && progress <= 100) return std::nullopt;
  return invalid_argument(field, fmt::format("{}", progress), "0 to 100, or -1 when it is not known");
}

}  // namespace

std::optional<Error> validate(const DeploymentImport& deployment) {
  if (deployment.agent_type.empty())
    return invalid_argument("deployment.agent_type", "empty", "what kind of agent it was");
  if (auto error = check_size("deployment.agent_type", deployment.agent_type, kMaxAgentTypeBytes))
    return error;
  if (!deployment.task_id.empty()) {
    if (auto error = validate_task_id("deployment.task_id", deployment.task_id)) return error;
  }
  if (deployment.depth < 1 || deployment.depth > kDeepestImport) {
    return invalid_argument("deployment.depth", fmt::format("{}", deployment.depth),
                            fmt::format("1 to {}", kDeepestImport));
  }
  if (!is_over(deployment.state)) {
    return invalid_argument("deployment.state", std::string(to_string(deployment.state)),
                            "finished, failed, stopped or lost, since nothing that is imported runs");
  }
  if (auto error = check_progress("deployment.progress", deployment.progress)) return error;
  if (auto error = check_size("deployment.why", deployment.why, kMaxImportedText)) return error;
  if (auto error = check_size("deployment.note", deployment.note, kMaxImportedText)) return error;
  if (deployment.events.size() > kMaxImportedDeploymentEvents) {
    return invalid_argument("deployment.events", fmt::format("a list of {}", deployment.events.size()),
                            fmt::format("at most {}", kMaxImportedDeploymentEvents));
  }
  for (const ImportedDeploymentEvent& event : deployment.events) {
    if (event.event.empty())
      return invalid_argument("deployment.events", "an event without a name", "a name");
    if (auto error = check_size("deployment.events.event", event.event, kMaxImportedTag)) return error;
    if (auto error = check_progress("deployment.events.progress", event.progress)) return error;
    if (auto error = check_size("deployment.events.note", event.note, kMaxImportedText)) return error;
    if (auto error = check_size("deployment.events.data", event.data, kMaxImportedEventData)) return error;
  }
  return std::nullopt;
}

}  // namespace governor::core
