#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace governor::ctl {

/// Whether a file of this name may say which hooks run: then the daemon looks at what it is to hold.
bool may_name_hooks(std::string_view path);

/// What the file will hold after the tool (`Write`, `Edit`, `MultiEdit`) has done what `input` says; none:
/// that cannot be told, or it is too much for a file of settings.
std::optional<std::string> content_after(std::string_view tool, const boost::json::object& input,
                                         const std::string& path);

}  // namespace governor::ctl
