#pragma once

#include <boost/json/memory_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace governor::daemon {

struct Request {
  std::string id;  ///< as JSON text, to be given back unchanged
  std::string_view method;
  const boost::json::object* params = nullptr;  ///< null when there are none
};

struct Notification {
  std::string_view method;
  const boost::json::object* params = nullptr;
};

/// A response of the client: the daemon asks for nothing but a person's word.
struct Response {
  std::string_view id;                          ///< empty where it is no text
  const boost::json::object* result = nullptr;  ///< null for an error
};

/// Not a message of the protocol; what the sender must be told.
struct Malformed {
  std::string id;  ///< as JSON text where it could be read, else empty
  int code;        ///< of JSON-RPC
  std::string message;
};

/// One line, parsed. The views and pointers of `content` point into the tree, which lives here.
class Message {
 public:
  using Content = std::variant<Malformed, Request, Notification, Response>;

  /// `storage` must outlive the message. Duplicate keys: the last one counts. Escaped halves of a surrogate
  /// pair become U+FFFD. The id of what cannot be parsed is looked for all the same, so that its sender does
  /// not wait.
  static Message parse(std::string_view line, const boost::json::storage_ptr& storage);

  [[nodiscard]] const Content& content() const { return content_; }

 private:
  explicit Message(boost::json::value&& tree);
  explicit Message(Malformed malformed) : content_(std::move(malformed)) {}

  boost::json::value tree_;
  Content content_;  // points into nodes of the tree, which stay where they are when the message moves
};

}  // namespace governor::daemon
