#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/page_api/person_daemon.hpp"
#include "gateway/rules/refusal.hpp"
#include "gateway/rules/refusal_audit.hpp"
#include "gateway/rules/request_head.hpp"

namespace governor::gateway {

/// Tells the daemon's audit log what was refused, and who was logged out. Nobody waits for it: what the
/// daemon does not take is counted, and said with the next that it takes.
class RefusalReporter {
 public:
  /// So many may be on the way while there is no daemon.
  static constexpr std::size_t kMostUnderWay = 64;

  RefusalReporter(boost::asio::io_context& context, const DaemonPlace& place);

  void note(const Refusal& refusal, const RequestHead& head);
  /// `by`: who did it, "page" or "governorctl".
  void note_logout(std::size_t browsers, std::string_view by);
  /// Tells of what was only counted so far, if there is a connection.
  void close();

 private:
  void send(const RefusalAudit::Entry& entry);
  void look_later();

  RefusalAudit audit_;
  PersonDaemon daemon_;
  boost::asio::steady_timer timer_;
  bool is_looking_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace governor::gateway
