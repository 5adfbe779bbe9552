#pragma once

#include <filesystem>
#include <string>

#include "daemon/support/sha256.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/daemon/temporary_directory.hpp"

namespace governor::daemon::test {

/// A project directory, and clients that write in it.
class FileFixture {
 public:
  FileFixture() : FileFixture(DaemonFixture::Settings()) {}
  explicit FileFixture(DaemonFixture::Settings settings) : daemon(std::move(settings)) {}

  [[nodiscard]] std::string file(const std::string& name) const { return root_ + "/" + name; }
  [[nodiscard]] const std::string& root() const { return root_; }

  /// One connection; its calls are numbered.
  class Writer {
   public:
    Writer(const FileFixture& files, std::string_view name, std::string_view role = {})
        : client(files.daemon.socket()) {
      client.hello(name, role);
    }
    boost::json::object call(std::string_view tool, const boost::json::object& arguments) {
      return client.call(++line, tool, boost::json::serialize(arguments));
    }
    boost::json::object refused(std::string_view tool, const boost::json::object& arguments) {
      return client.refused(++line, tool, boost::json::serialize(arguments));
    }
    /// An exclusive lease on the path.
    std::int64_t lease(const std::string& path, std::int64_t ttl = 600) {
      return call("request_write", {{"paths", {path}}, {"ttl_seconds", ttl}}).at("lease").as_int64();
    }
    boost::json::object commit(const std::string& path, const std::string& content,
                               const std::string& expected, std::int64_t lease) {
      return call("commit_file", arguments_of(path, content, expected, lease));
    }
    static boost::json::object arguments_of(const std::string& path, const std::string& content,
                                            const std::string& expected, std::int64_t lease) {
      boost::json::object arguments{{"path", path}, {"content", content}, {"lease", lease}};
      if (!expected.empty()) arguments["expected_sha256"] = expected;
      return arguments;
    }
    /// A request of governor's own; its result or error.
    boost::json::object ask(std::string_view method, const boost::json::object& params) {
      boost::json::object message{{"jsonrpc", "2.0"}, {"id", ++line}, {"method", method}, {"params", params}};
      return client.ask(boost::json::serialize(message));
    }

    TestClient client;
    std::uint64_t line = 0;
  };

 private:
  TemporaryDirectory directory_;
  std::string root_ = std::filesystem::canonical(directory_.path()).string();

 public:
  DaemonFixture daemon;
};

inline std::string text_of(const boost::json::value& value) {
  return std::string(value.as_string());
}

/// `count` lines, each of its own.
inline std::string numbered_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

}  // namespace governor::daemon::test
