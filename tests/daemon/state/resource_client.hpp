#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/daemon/state/test_client.hpp"

namespace governor::daemon::test {

/// A client of one session that reads resources and subscribes to them, in the older era or the newest. Lines
/// are numbered from 1 on.
class ResourceClient {
 public:
  enum class Era { legacy, modern };

  /// Says hello and, in the older era, initialize.
  ResourceClient(const std::string& socket, Era era, std::string_view session);
  /// After a reconnection: hello alone, and numbers that go on.
  ResourceClient(const std::string& socket, const ResourceClient& before);

  TestClient& client() { return client_; }
  [[nodiscard]] bool resumed() const { return resumed_; }

  /// Sends a request as the next line; `params` are members without braces. Gives the line's number.
  std::uint64_t send(std::string_view method, std::string_view params = "");
  /// The whole reply.
  boost::json::object ask(std::string_view method, std::string_view params = "");
  boost::json::object answer(std::uint64_t line);

  /// The content of a resource, or the error of the request.
  boost::json::object read(std::string_view uri);
  boost::json::object read_error(std::string_view uri);

  /// Subscribes in the way of the era and waits until it holds.
  void subscribe(const std::vector<std::string>& uris);
  /// In the older era; gives the whole reply.
  boost::json::object subscribe_to(std::string_view uri);
  boost::json::object unsubscribe_from(std::string_view uri);
  /// Opens a stream and gives its line's number; `acknowledged` its acknowledgement.
  std::uint64_t listen(const std::vector<std::string>& uris);
  boost::json::object acknowledged();

  /// URI of the next notification, which must be that of a changed resource.
  std::string next_changed();
  /// Whether anything has been told by now: all that was sent to this connection has been read.
  bool told_anything();

 private:
  Era era_;
  std::string session_;
  TestClient client_;
  bool resumed_;
  std::uint64_t last_line_ = 0;
};

}  // namespace governor::daemon::test
