#pragma once

#include <boost/json/object.hpp>
#include <cstddef>

#include "ctl/import/imported_agent.hpp"

namespace governor::ctl::legacy {

/// Rows of history in one request: some 3 MiB of the 8 that a line may have.
inline constexpr std::size_t kRowsPerRequest = 20'000;

/// The params of the governor/import request that hands over the agent and at most `count` rows of its
/// history, from `begin` (the first is 0) on. Only a very long history needs more than one.
/// docs/wire-protocol.md describes them.
boost::json::object import_request(const ImportedAgent& agent, bool dry_run, std::size_t begin = 0,
                                   std::size_t count = kRowsPerRequest);

}  // namespace governor::ctl::legacy
