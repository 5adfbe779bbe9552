#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace governor::core {

inline constexpr std::size_t kMaxAgentIdLength = 128;

/// Accepts 1 to 128 of `A-Z a-z 0-9 . _ -`, but not `.` and `..`: ids become names of files. `field` names
/// the argument in the error.
std::optional<Error> validate_agent_id(std::string_view field, std::string_view id);

/// Ids that many clients use by default, so that two of them would silently share an agent.
bool is_generic_agent_id(std::string_view id);

/// Makes an id of client, user, date (`yyyymmdd`) and a random part; foreign characters become `-`.
std::string compose_agent_id(std::string_view client, std::string_view user, std::string_view date,
                             std::string_view random_part);

}  // namespace governor::core
