#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ipc/hello.hpp"
#include "ipc/message_outline.hpp"
#include "proxy/confirmations.hpp"
#include "proxy/unanswered_lines.hpp"

namespace governor::proxy {

/// The session between one client and the daemon, without I/O: it is told what happened and when, and says
/// what is to be written where. Connections come and go; the session stays.
class Relay {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  static constexpr std::size_t kMaxQueuedBytes = 16 * 1024 * 1024;
  static constexpr std::size_t kMaxClientOutput = 1024 * 1024;
  static constexpr Duration kUnreachableAfter{10000};
  /// A line that comes when the daemon has long been away gets at least one more attempt.
  static constexpr Duration kLateLineGrace{2000};
  static constexpr Duration kSilenceBeforeKeepalive{5000};
  static constexpr Duration kKeepalivePatience{10000};
  static constexpr Duration kHelloPatience{10000};
  static constexpr Duration kStableConnection{1000};

  /// `program`: whose session it is, for what is told to people. Who said in hello on whose behalf it speaks
  /// may also ask for governor's own methods.
  Relay(ipc::Hello hello, TimePoint now, std::string_view program = "governor-proxy");

  // The client's side.
  bool wants_client_lines() const;
  void client_line(std::string_view line, TimePoint now);
  void client_line_too_long(const ipc::MessageOutline& outline, std::size_t bytes);

  // The daemon's side.
  void connected(TimePoint now);
  void disconnected(TimePoint now);
  /// Why the last attempt to connect failed: told to the client if it comes to that.
  void connecting_failed(std::string_view reason);
  bool wants_daemon_lines() const { return client_output().size() < kMaxClientOutput; }
  /// Something, perhaps a part of a line, has arrived.
  void heard(TimePoint now);
  void daemon_line(std::string_view line);
  void daemon_line_too_long(std::string_view head, std::size_t bytes);

  // Time.
  void tick(TimePoint now);
  /// When tick() is needed next, if nothing else happens.
  std::optional<TimePoint> next_tick() const;

  // What is to be written. The views live until the next call that is told something.
  std::size_t gather_daemon_output(std::span<std::string_view> pieces) const;
  void daemon_output_sent(std::size_t bytes);
  std::string_view client_output() const { return std::string_view(client_output_).substr(client_sent_); }
  void client_output_sent(std::size_t bytes);

  // What the owner of the connection is to do.
  /// The connection is of no use: close it and connect again.
  bool should_disconnect() const { return should_disconnect_; }
  /// The present or last connection was good for something: the next attempt may follow at once.
  bool made_progress() const { return made_progress_; }
  bool is_ready() const { return link_ == Link::ready; }
  /// What the daemon said of itself in the last hello that it answered.
  const ipc::HelloReply& daemon() const { return daemon_; }
  /// All that the client has sent was answered, and the answers were written.
  bool is_idle() const { return unanswered_.empty() && client_output().empty(); }
  /// The same, but for streams, which end with the client, and what nobody waits for.
  bool is_done() const;
  struct Lost {
    std::size_t requests = 0;  ///< without an answer
    std::size_t unsent = 0;    ///< of these
    std::size_t answers = 0;   ///< that the client has not taken
    bool any() const { return requests > 0 || answers > 0; }
  };
  /// What is lost if the session ends now.
  Lost lost() const;
  /// The session ends.
  void say_goodbye();

  // Replacing an older daemon. At most one attempt in the life of a proxy.
  enum class Upgrade { none, wanted, asked, over };
  Upgrade upgrade() const { return upgrade_; }
  /// Asks the daemon to leave; the caller holds the spawn lock.
  void request_drain();
  void give_up_upgrade() { upgrade_ = Upgrade::over; }

  /// What people should know, once; empty for nothing.
  std::string take_notice();

 private:
  enum class Link { down, greeting, ready };

  void hello_reply(std::string_view line);
  bool is_drain_reply(std::string_view line);
  void numbered_answer(std::uint64_t number, std::string_view payload);
  void note_notice(std::string_view line);
  void forward(std::string_view line);
  void finish(std::uint64_t number);
  void watch_silence(TimePoint now);
  void fail_waiting_lines(TimePoint now);
  TimePoint fails_at(const UnansweredLines::Line& line) const;
  bool over_limit() const;

  ipc::Hello hello_;
  std::string program_;
  ipc::HelloReply daemon_;
  UnansweredLines unanswered_;
  Confirmations confirmations_;
  std::string control_;  // lines of the proxy's own for the daemon
  std::size_t control_sent_ = 0;
  std::string client_output_;
  std::size_t client_sent_ = 0;

  Link link_ = Link::down;
  bool should_disconnect_ = false;
  bool refused_ = false;  // hello, for a reason that time does not heal
  bool made_progress_ = true;
  Upgrade upgrade_ = Upgrade::none;
  TimePoint connected_at_;
  TimePoint quiet_since_;
  std::optional<TimePoint> keepalive_sent_;
  TimePoint unreachable_since_;
  std::string failure_reason_ = "it does not answer";
  std::string notice_;
};

}  // namespace governor::proxy
