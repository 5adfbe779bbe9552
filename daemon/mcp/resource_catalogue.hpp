#pragma once

#include <string>
#include <string_view>

#include "daemon/support/revision.hpp"

namespace governor::daemon {

inline constexpr std::string_view kAgentTemplate = "governor://agents/{id}";
inline constexpr std::string_view kHistoryTemplate = "governor://agents/{id}/history";
inline constexpr std::string_view kDeploymentTemplate = "governor://deployments/{id}";
/// The one variable of the templates.
inline constexpr std::string_view kTemplateVariable = "id";

/// The results of resources/list and resources/templates/list, in the form of the revision. The list names
/// what is always there; agents come and go, so they are reached through the templates.
std::string resource_list_json(Revision revision);
std::string resource_template_list_json(Revision revision);

}  // namespace governor::daemon
