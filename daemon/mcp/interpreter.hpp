#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/mcp/action.hpp"
#include "daemon/mcp/message.hpp"

namespace governor::daemon {

/// Turns the messages of one connection into actions. Knows what the connection has said so far (hello,
/// initialize) and nothing of sockets or state.
class Interpreter {
 public:
  explicit Interpreter(const ToolEnvironment& environment);

  /// `numbered`: it came on a numbered line, as what a proxy forwards of its client does.
  Action interpret(const Message& message, bool numbered = false);

  /// A session that came back brings its era and profile along.
  void resume(const std::string& revision, const std::string& tools);

 private:
  enum class User { cannot_be_asked, can_be_asked };

  Action on_request(const Request& request, bool numbered);
  Action on_notification(const Notification& notification, bool numbered);
  /// Why this connection may not send this method of governor's own.
  [[nodiscard]] std::optional<core::Error> refuse_method(std::string_view method, bool numbered) const;
  std::optional<Action> on_governor_request(const Request& request);
  Action on_stateless(const Request& request, const boost::json::object& meta);
  Action on_legacy(const Request& request);
  Action initialize(const Request& request);
  Action hello(const Request& request);
  Action drain(const Request& request) const;
  Action list_tools(const Request& request, Revision revision, bool apps) const;
  Action call_tool(const Request& request, Revision revision, User user = User::cannot_be_asked) const;
  /// Lets the user of the client answer what only a person decides; the reply if what came back is refused.
  std::optional<ReplyNow> let_user_answer(const Request& request, Revision revision, CallTool& action) const;
  Action on_response(const Response& response) const;

  ToolEnvironment environment_;
  std::vector<const Tool*> tools_;
  bool said_hello_ = false;
  std::string session_;                  ///< as hello named it
  User user_ = User::cannot_be_asked;    ///< as initialize said
  bool shows_apps_ = false;              ///< as initialize said
  core::Role role_ = core::Role::agent;  ///< as it said in hello
  std::optional<Revision> legacy_;       ///< agreed by initialize
};

}  // namespace governor::daemon
