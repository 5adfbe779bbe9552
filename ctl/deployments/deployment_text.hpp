#pragma once

#include <boost/json.hpp>
#include <string>

#include "ctl/context.hpp"
#include "ctl/table.hpp"

namespace governor::ctl {

// A deployment as tools show it, for people.

/// The state, and what a waiting one waits for: `waiting (permission)`.
std::string deployment_state(const boost::json::object& deployment);
Tone deployment_tone(const boost::json::object& deployment);
/// Nothing more happens to it.
bool has_ended(const boost::json::object& deployment);

/// Everything of one, with the next step where it needs a person.
void write_deployment(const Context& context, const boost::json::object& deployment);

/// A text of several lines, made printable line by line.
void write_text_lines(const Context& context, std::string_view text);

}  // namespace governor::ctl
