#pragma once

#include <unistd.h>

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/tools/governor_requests.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {

namespace json = boost::json;

inline constexpr int kManyLooks = 50'000;

/// A daemon, a directory with files, and a connection that asks as hooks do.
class Guarded {
 public:
  Guarded() : Guarded(DaemonFixture::Settings()) {}
  explicit Guarded(DaemonFixture::Settings settings)
      : daemon(std::move(settings)), asking_(daemon.socket()), person_(daemon.socket()) {
    asking_.introduce_as("guard");
    person_.introduce_as("person");
  }

  std::string make_file(const std::string& name, int lines) {
    const std::string path = directory_.file(name);
    std::ofstream file(path);
    for (int i = 0; i < lines; ++i) file << "line " << i << '\n';
    return std::filesystem::canonical(directory_.path()).string() + '/' + name;
  }
  [[nodiscard]] std::string directory() const { return directory_.path(); }

  json::object request(const char* method, const json::object& params) {
    json::object message = {{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}};
    message["params"] = params;
    const auto* asked = governor::daemon::find_governor_request(method);
    const bool is_hooks = asked != nullptr && asked->role == core::Role::guard;
    return (is_hooks ? asking_ : person_).ask(json::serialize(message));
  }
  json::object ask(const char* method, const json::object& params) {
    const json::object answer = request(method, params);
    INFO(json::serialize(answer));
    REQUIRE(answer.contains("result"));
    return answer.at("result").as_object();
  }
  json::object hook(const std::string& session, const std::string& path) {
    return {{"agent_kind", "claude-code"}, {"agent_session", session}, {"pids", {::getpid()}},
            {"cwd", directory_.path()},    {"tool", "Write"},          {"path", path}};
  }
  json::object write(const std::string& session, const std::string& path, int new_lines) {
    json::object params = hook(session, path);
    params["new_lines"] = new_lines;
    return ask("governor/guard_write", params);
  }
  json::object edit(const std::string& session, const std::string& path, int delta) {
    json::object params = hook(session, path);
    params["line_delta"] = delta;
    return ask("governor/guard_write", params);
  }
  json::object done(const std::string& session, const std::string& path) {
    json::object params = hook(session, path);
    params["success"] = true;
    return ask("governor/guard_done", params);
  }

  DaemonFixture daemon;

 private:
  TemporaryDirectory directory_;
  TestClient asking_;
  TestClient person_;
  int id_ = 100;
};

/// A client of a numbered session that asks tools.
class Someone {
 public:
  Someone(const DaemonFixture& daemon, const char* name) : client_(daemon.socket()) { client_.hello(name); }

  json::object call(const char* tool, const json::object& arguments) {
    return client_.call(++line_, tool, json::serialize(arguments));
  }
  json::object take(const std::string& path) {
    return call("request_write", {{"paths", {path}}, {"reason", "mine"}});
  }
  json::array leases() { return call("list_leases", {}).at("leases").as_array(); }
  void wait_for_queue(std::size_t length) {
    for (int i = 0; i < kManyLooks; ++i) {
      if (call("list_leases", {}).at("waiting").as_array().size() == length) return;
    }
    FAIL("the queue never has " << length << " requests");
  }
  TestClient& client() { return client_; }

 private:
  TestClient client_;
  std::uint64_t line_ = 0;
};

inline bool contains(const json::value& text, std::string_view part) {
  return text.is_string() && std::string_view(text.get_string()).find(part) != std::string_view::npos;
}

}  // namespace governor::daemon::test
