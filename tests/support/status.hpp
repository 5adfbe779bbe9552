#pragma once

#include <boost/json.hpp>

#include "tests/support/sandbox.hpp"

namespace governor::test {

/// governor/health and governor/status, asked on a connection of their own.
boost::json::object health(const Sandbox& sandbox);
/// What governorctl audit verify finds; the daemon must be running.
boost::json::object audit_check(const Sandbox& sandbox);
boost::json::object status(const Sandbox& sandbox);

/// How many sessions the daemon knows.
std::size_t session_count(const Sandbox& sandbox);

}  // namespace governor::test
