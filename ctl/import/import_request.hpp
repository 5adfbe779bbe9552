#pragma once

#include <boost/json/object.hpp>
#include <cstddef>

#include "ctl/import/imported_agent.hpp"

namespace governor::ctl::legacy {

/// Rows of history in one request: the daemon stores them in one transaction, for which others wait.
inline constexpr std::size_t kRowsPerRequest = 2000;

/// An agent as a governor/import request has it, with at most `count` rows of its history from `begin` (the
/// first is 0) on. docs/wire-protocol.md describes it.
boost::json::object import_object(const ImportedAgent& agent, std::size_t begin = 0,
                                  std::size_t count = kRowsPerRequest);

}  // namespace governor::ctl::legacy
