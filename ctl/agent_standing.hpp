#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "ctl/context.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// Whose an agent is, what it is for, and what it has at present.
struct AgentStanding {
  boost::json::object metadata;
  boost::json::array leases;
  boost::json::array tasks;  ///< that are not over
};

ipc::Result<AgentStanding> fetch_standing(ipc::Client& client, const std::string& agent,
                                          ipc::Deadline deadline);

void write_standing(const Context& context, const AgentStanding& standing);

}  // namespace governor::ctl
