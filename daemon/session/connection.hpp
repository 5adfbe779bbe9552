#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/mcp/interpreter.hpp"
#include "daemon/session/task_scope.hpp"
#include "daemon/state/reply_sink.hpp"
#include "daemon/state/state_owner.hpp"
#include "ipc/line_decoder.hpp"
#include "ipc/peer_credentials.hpp"

namespace governor::daemon {

/// What the connections of one daemon share.
struct ConnectionServices {
  StateOwner& state;
  ToolEnvironment environment;
  Counters& counters;
  TaskScope& tasks;
  std::function<void(const std::string& reason)> stop_daemon;
  Activity* loop = nullptr;  ///< what the event loop does; lives longer
};

/// One client on the socket. Everything happens on its own strand; it asks the state and writes what comes
/// back.
class Connection final : public ReplySink {
 public:
  // Concrete executors: the type-erased default costs an indirection and an allocation at every step.
  using Executor = boost::asio::io_context::executor_type;
  using Strand = boost::asio::strand<Executor>;
  using Socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, Strand>;
  using Task = boost::asio::awaitable<void, Strand>;

  Connection(Socket socket, ipc::PeerCredentials peer, const ConnectionServices& services);

  /// Reads until the client goes away, then detaches from the state and calls `on_closed`. Call once.
  void start(std::function<void()> on_closed);
  /// Any thread: stops reading, answers what was read, then closes.
  void drain();
  /// Any thread: closes at once.
  void close();
  /// Any thread, now and then: drops a client that has not taken its output for too long.
  void check_writing(std::chrono::steady_clock::time_point now);

  // From the state, on any strand.
  void deliver(Ticket ticket, core::Result<std::string> outcome) override;
  void forget(Ticket ticket, Forget why) override;
  void supersede() override;
  void resume(std::string revision, std::string tools) override;
  void notify(std::vector<Notice> notices) override;
  void tell(std::string line) override;

 private:
  std::shared_ptr<Connection> self();
  Task serve();
  Task read_loop();
  Task wait_until_answered();
  void handle_available_lines();
  void handle_line(std::string_view line);
  void refuse_too_long(std::uint64_t number, std::size_t bytes, const ipc::MessageOutline& outline);
  void handle_message(std::uint64_t number, std::string_view text);
  void act(std::uint64_t number, Action action);

  void perform(std::uint64_t number, Ignore action);
  void perform(std::uint64_t number, const ReplyNow& action);
  void perform(std::uint64_t number, Refuse action);
  void perform(std::uint64_t number, const ReplyHealth& action);
  void perform(std::uint64_t number, ReplyStatus action);
  void perform(std::uint64_t number, OpenSession action);
  void perform(std::uint64_t number, Initialize action);
  void perform(std::uint64_t number, CallTool action);
  void perform(std::uint64_t number, AskResource action);
  void perform(std::uint64_t number, ConfirmAnswers action);
  void perform(std::uint64_t number, Goodbye action);
  void end_if_done();
  void perform(std::uint64_t number, const StopDaemon& action);
  void perform(std::uint64_t number, Listen action);
  void perform(std::uint64_t number, CancelRequest action);
  void perform(std::uint64_t number, AnswerAsked action);

  /// A change of state by a connection that has said no hello needs a session all the same.
  void ensure_session(std::string client_name, std::string client_version);
  /// How the client of a stateless request calls itself, if it is news.
  void note_client(const std::string& client_name, const std::string& client_version);
  void answer_listen(const Ticket& ticket, const core::Result<std::string>& outcome);

  template <class Operation>
  void on_strand(Operation operation);
  Ticket ticket(Ticket::Kind kind, std::uint64_t number, Envelope envelope);
  core::Session described(core::Session session) const;
  void note_operation(const Ticket& ticket, std::int64_t took_us);
  void send(std::uint64_t number, std::string_view text);
  void schedule_write();
  void start_write();
  void close_on_strand();
  void finish();

  Socket socket_;
  Strand strand_;
  ipc::PeerCredentials peer_;
  ConnectionServices services_;
  std::function<void()> on_closed_;
  ipc::LineDecoder decoder_;
  Interpreter interpreter_;
  Timer answered_;  ///< cancelled to wake whoever waits for answers
  /// A request that opened a stream. Ids may be used again after its end, keys are not.
  struct OpenListen {
    std::uint64_t line = 0;
    std::uint64_t key = 0;
  };
  std::map<std::string, OpenListen> listens_;  ///< by request id
  std::uint64_t last_listen_ = 0;
  std::string client_name_;
  std::string queued_;                             ///< output to be written next
  std::string writing_;                            ///< output being written
  std::atomic<std::int64_t> writing_since_us_{0};  ///< steady time; 0 when nothing is being written
  std::uint64_t last_number_ = 0;
  std::size_t unanswered_ = 0;
  bool said_hello_ = false;
  bool is_passing_ = false;  ///< it said hello without a session
  bool has_plain_session_ = false;
  bool goodbye_ = false;
  bool draining_ = false;
  bool closed_ = false;
  bool write_scheduled_ = false;
  bool notices_queued_ = false;   ///< `queued_` has notices in it
  bool notices_writing_ = false;  ///< likewise `writing_`
};

}  // namespace governor::daemon
