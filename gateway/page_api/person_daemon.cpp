#include "gateway/page_api/person_daemon.hpp"

#include <utility>

namespace governor::gateway {

PersonDaemon::PersonDaemon(boost::asio::io_context& context, DaemonPlace place, std::string client)
    : context_(context), place_(std::move(place)), name_(std::move(client)), timer_(context) {}

std::shared_ptr<DaemonClient> PersonDaemon::client() {
  last_used_ = std::chrono::steady_clock::now();
  if (!client_) {
    client_ = std::make_shared<DaemonClient>(context_, gateway_hello(name_, "person", ""), place_);
    client_->start();
    look_later();
  }
  return client_;
}

void PersonDaemon::look_later() {
  timer_.expires_after(kIdle);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (stopped || !client_) return;
    const bool is_idle = client_->under_way() == 0 && std::chrono::steady_clock::now() - last_used_ >= kIdle;
    if (!is_idle) return look_later();
    client_->close();
    client_.reset();
  });
}

void PersonDaemon::close() {
  timer_.cancel();
  if (client_) client_->close();
  client_.reset();
}

}  // namespace governor::gateway
