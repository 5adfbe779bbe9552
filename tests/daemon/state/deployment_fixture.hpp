#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/store/open_store.hpp"
#include "tests/daemon/state/daemon_fixture.hpp"
#include "tests/daemon/state/fake_launcher.hpp"
#include "tests/daemon/state/test_client.hpp"
#include "tests/support/catch.hpp"

namespace governor::daemon::test {

/// A daemon that deploys, with processes that the test plays.
struct DeployingDaemon {
  explicit DeployingDaemon(DaemonFixture::Settings settings = {})
      : daemon(with_launcher(std::move(settings))) {}

  DaemonFixture::Settings with_launcher(DaemonFixture::Settings settings) {
    settings.launcher = [processes = processes] { return std::make_unique<FakeLauncher>(processes); };
    return settings;
  }

  /// A session, and what it does in numbered lines.
  struct Caller {
    Caller(DeployingDaemon& test, std::string_view session, std::string_view role = {})
        : client(test.daemon.socket()), directory(test.daemon.directory()) {
      client.hello(session, role);
    }
    boost::json::object call(std::string_view tool, const boost::json::object& arguments = {}) {
      return client.call(++line, tool, boost::json::serialize(arguments));
    }
    boost::json::object refused(std::string_view tool, const boost::json::object& arguments = {}) {
      return client.refused(++line, tool, boost::json::serialize(arguments));
    }
    boost::json::object order(const boost::json::object& more = {}) const {
      boost::json::object arguments{
          {"agent_type", "painter"}, {"prompt", "paint"}, {"cwd", directory}, {"runner", "generic"}};
      for (const auto& item : more) arguments[item.key()] = item.value();
      return arguments;
    }
    /// The id of a new one.
    std::string deploy(const boost::json::object& more = {}) {
      const auto deployed = call("deploy_headless_agent", order(more));
      return std::string(deployed.at("deployment").at("deployment_id").as_string());
    }
    boost::json::object deployment(const std::string& id) {
      return call("get_deployment", {{"deployment_id", id}}).at("deployment").as_object();
    }
    std::string state(const std::string& id) { return std::string(deployment(id).at("state").as_string()); }
    /// Waits until it is as it should be.
    bool becomes(const std::string& id, std::string_view wanted) {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (std::chrono::steady_clock::now() < deadline) {
        client.confirm(line);
        if (state(id) == wanted) return true;
      }
      return false;
    }
    std::uint64_t number_of_kind(std::string_view kind) {
      std::uint64_t count = 0;
      const auto alerts = call("list_alerts");
      for (const auto& alert : alerts.at("alerts").as_array()) count += alert.at("kind").as_string() == kind;
      return count;
    }

    TestClient client;
    std::string directory;
    std::uint64_t line = 0;
  };

  /// What a daemon that was killed at some moment has left in the database.
  void while_stopped(const core::Changes& changes) {
    REQUIRE(daemon.stop());
    auto opened = open_store(daemon.directory());
    REQUIRE(opened);
    REQUIRE(opened->store->load_seed());
    REQUIRE_FALSE(opened->store->commit(changes));
  }

  std::shared_ptr<FakeProcesses> processes = std::make_shared<FakeProcesses>();
  DaemonFixture daemon;
};

}  // namespace governor::daemon::test
