#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ipc/unique_fd.hpp"

namespace governor::ctl::test {

/// Listens where a daemon would, in a thread, and answers as the test says.
class FakeDaemon {
 public:
  /// The result of a request, or nothing to leave it unanswered.
  using Answer = std::function<std::optional<boost::json::value>(std::string_view method,
                                                                 const boost::json::object& params)>;

  FakeDaemon(const std::string& runtime_dir, Answer answer);
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon();

 private:
  void run();
  void serve(int connection);
  std::string reply_to(std::string_view line) const;

  Answer answer_;
  std::string socket_path_;
  ipc::UniqueFd listener_;
  ipc::UniqueFd stop_reading_;
  ipc::UniqueFd stop_writing_;
  std::thread thread_;
};

/// An answer that is an error.
boost::json::value method_error(boost::json::object error);

/// The result of a tools/call with this structured content.
boost::json::value tool_result(boost::json::object structured_content);

}  // namespace governor::ctl::test
