#pragma once

#include <string>
#include <string_view>

#include "ctl/tasks/imported_task.hpp"

namespace governor::ctl {

/// Reads one task from a JSON object as it stands in the file. `key`: the name it has there, empty if none.
ImportedTask read_task(std::string_view object, const std::string& key);

/// Whether an object has fields that only tasks have.
bool looks_like_task(std::string_view object);

}  // namespace governor::ctl
