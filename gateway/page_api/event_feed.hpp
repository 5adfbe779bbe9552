#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/daemon/daemon_client.hpp"
#include "gateway/http/exchange.hpp"

namespace governor::gateway {

/// The resources that `GET /events?uri=...` names, or what is wrong with them.
std::variant<std::vector<std::string>, Refusal> read_feed_uris(std::string_view query);

/// What a page is told: that resources have changed, and how the daemon is. No I/O.
class EventFeed {
 public:
  explicit EventFeed(std::vector<std::string> uris) : uris_(std::move(uris)) {}

  /// The request that opens the stream at the daemon.
  [[nodiscard]] boost::json::object request() const;
  void on_message(std::string_view message, bool is_answer);
  void on_connected(bool connected);
  /// Says hello although the daemon has not: there is something to tell the page at once.
  void begin_without_daemon();

  std::string take() { return std::exchange(text_, {}); }
  [[nodiscard]] bool has_text() const { return !text_.empty(); }
  [[nodiscard]] bool has_begun() const { return begun_; }
  /// The daemon has ended the stream, or the page does not read.
  [[nodiscard]] bool is_over() const { return over_; }

 private:
  void hello();

  std::vector<std::string> uris_;
  std::string text_;
  bool begun_ = false;
  bool over_ = false;
};

/// `GET /events`.
Task answer_events(boost::asio::io_context& context, const DaemonPlace& place,
                   std::shared_ptr<Exchange> exchange);

}  // namespace governor::gateway
