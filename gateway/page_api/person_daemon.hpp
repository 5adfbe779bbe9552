#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "gateway/daemon/daemon_client.hpp"

namespace governor::gateway {

/// A session with the daemon that may do what a person may: for the page, or for the gateway itself. It is
/// there while it is used, so that a page that nobody looks at does not keep the daemon from ending.
class PersonDaemon {
 public:
  static constexpr std::chrono::seconds kIdle{60};

  PersonDaemon(boost::asio::io_context& context, DaemonPlace place, std::string client);

  std::shared_ptr<DaemonClient> client();
  void close();

 private:
  void look_later();

  boost::asio::io_context& context_;
  DaemonPlace place_;
  std::string name_;
  std::shared_ptr<DaemonClient> client_;
  std::chrono::steady_clock::time_point last_used_;
  boost::asio::steady_timer timer_;
};

}  // namespace governor::gateway
