#include "daemon/resources/resource_uri.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using Kind = ResourceUri::Kind;

TEST_CASE("the resources of governor are recognised by their URIs") {
  CHECK(parse_resource_uri("governor://agents")->kind == Kind::agents);
  CHECK(parse_resource_uri("governor://alerts")->kind == Kind::alerts);
  CHECK(parse_resource_uri("governor://leases")->kind == Kind::leases);
  CHECK(parse_resource_uri("governor://thresholds")->kind == Kind::thresholds);
  CHECK(parse_resource_uri("governor://deployments")->kind == Kind::deployments);
  for (const std::string id : {"a", "history", "A.b_c-9", "agents"}) {
    INFO(id);
    const auto agent = parse_resource_uri(agent_uri(id));
    REQUIRE(agent);
    CHECK(agent->kind == Kind::agent);
    CHECK(agent->agent_id == id);
    const auto history = parse_resource_uri(history_uri(id));
    REQUIRE(history);
    CHECK(history->kind == Kind::history);
    CHECK(history->agent_id == id);
    const auto deployment = parse_resource_uri(deployment_uri(id));
    REQUIRE(deployment);
    CHECK(deployment->kind == Kind::deployment);
    CHECK(deployment->deployment_id == id);
    CHECK(deployment->agent_id.empty());
  }
  CHECK(parse_resource_uri(agent_uri(std::string(128, 'x'))));
}

TEST_CASE("every other text is no resource") {
  for (const std::string uri : {"",
                                "governor",
                                "governor:",
                                "governor://",
                                "governor://agent",
                                "governor://agentsx",
                                "governor://agents/",
                                "governor://deployments/",
                                "governor://deployments/a/b",
                                "governor://deploymentsx",
                                "governor://agents//history",
                                "governor://agents/a/",
                                "governor://agents/a/b",
                                "governor://agents/a/history/",
                                "governor://agents/a/history/history",
                                "governor://agents/a b",
                                "governor://agents/%61",
                                "governor://agents/\xC3\xA4",
                                "governor://agents?x=1",
                                "governor://alerts/1",
                                "governor://thresholds/",
                                "Governor://agents",
                                "http://agents",
                                "governor://agents/{id}"}) {
    INFO(uri);
    CHECK_FALSE(parse_resource_uri(uri));
  }
  CHECK_FALSE(parse_resource_uri(agent_uri(std::string(129, 'x'))));
  CHECK_FALSE(parse_resource_uri(std::string(5'000'000, 'x')));
}
