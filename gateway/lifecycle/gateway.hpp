#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/http_connection.hpp"
#include "gateway/lifecycle/kept_browsers.hpp"
#include "gateway/lifecycle/refusal_reporter.hpp"
#include "gateway/mcp/mcp_sessions.hpp"
#include "gateway/page_api/person_daemon.hpp"
#include "gateway/rules/admission.hpp"
#include "gateway/rules/refusal_log.hpp"
#include "gateway/rules/secrets.hpp"

namespace governor::gateway {

/// Who is let in.
struct GatewaySecrets {
  OneTimeSecret login;  ///< of the browser that a person opens
  std::string token;    ///< of programs
  KeptBrowsers browsers;
};

/// Lets requests in or not, and has each answered by who knows about it.
class Gateway final : public RequestHandler {
 public:
  Gateway(boost::asio::io_context& context, Place place, GatewaySecrets secrets, const DaemonPlace& daemon);

  std::optional<Refusal> refuse(const RequestHead& head) override;
  Task answer(std::shared_ptr<Exchange> exchange) override;
  void note_refusal(const Refusal& refusal, const RequestHead& head) override;

  /// Every browser, as a person wants it who is at the terminal.
  void log_out_all();

  void close();

 private:
  [[nodiscard]] std::optional<std::string_view> cookie_of(const RequestHead& head) const;
  const BrowserSessions::Session* browser_of(const RequestHead& head);
  Task log_in(std::shared_ptr<Exchange> exchange);
  /// This browser, or every one with `?everywhere`.
  Task log_out(std::shared_ptr<Exchange> exchange);
  Task listen(std::shared_ptr<Exchange> exchange);
  void turn_away_strangers();

  boost::asio::io_context& context_;
  Place place_;
  std::string cookie_name_;
  GatewaySecrets secrets_;
  DaemonPlace daemon_;
  RefusalLog refusals_;
  RefusalReporter reporter_;
  PersonDaemon person_;
  McpSessions mcp_;
  std::vector<std::weak_ptr<Exchange>> listeners_;  ///< pages that are told of changes
};

}  // namespace governor::gateway
