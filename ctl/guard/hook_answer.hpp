#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace governor::ctl {

// What Claude Code understands on a hook's standard output.

/// "allow", "deny" or "ask", before the tool runs. The reason is shown to the model when it is denied, to the
/// person when it is asked.
boost::json::object permission(std::string_view decision, std::string_view reason);

/// Tells the model, after the tool has run, to stop and read the reason.
boost::json::object objection(std::string_view reason);

/// Gives the model something to read, after an event of this name that cannot be objected to.
boost::json::object told(std::string_view event_name, std::string_view text);

/// The answer to an event of this name, with something for the model to read besides; empty: nothing.
boost::json::object with_context(boost::json::object answer, std::string_view event_name,
                                 std::string_view text);

/// Nothing to say: Claude Code goes on as without the hook.
boost::json::object no_opinion();

/// The answer, with a message that the person sees.
boost::json::object with_warning(boost::json::object answer, std::string_view message);

}  // namespace governor::ctl
