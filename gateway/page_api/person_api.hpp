#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "gateway/daemon/daemon_client.hpp"
#include "gateway/http/exchange.hpp"

namespace governor::gateway {

/// The answer to one request, or nothing if there is no room for it or `waiting` has gone.
boost::asio::awaitable<std::string> answer_of(std::shared_ptr<DaemonClient> daemon,
                                              boost::json::object request, std::shared_ptr<Exchange> waiting);

/// `POST /api`: a JSON-RPC request of the page, carried out as a person's.
Task answer_api(std::shared_ptr<DaemonClient> daemon, std::shared_ptr<Exchange> exchange);

/// `GET /api/session`: what the page begins with.
Task answer_session(std::shared_ptr<DaemonClient> daemon, std::string csrf,
                    std::shared_ptr<Exchange> exchange);

}  // namespace governor::gateway
