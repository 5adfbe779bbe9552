#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace governor::ctl {

// The daemon's refusals are worded for agents, who call tools. A person has commands.

/// What is to be done next, in terms of governorctl; sentences about tools that have no command are left out.
std::string hint_for_person(std::string_view hint);

/// Code, message and hint of an error as the daemon gives it beside its text.
std::string refusal_text(const boost::json::object& error);

}  // namespace governor::ctl
