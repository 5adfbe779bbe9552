// governor/changed_agents: what of a list of all agents has to be read again.
#include <string>

#include "tests/daemon/state/file_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace governor::daemon;
using namespace governor::daemon::test;
namespace json = boost::json;
using Writer = FileFixture::Writer;

namespace {

struct ChangedAgentsFixture : FileFixture {
  /// The agents since the mark, which moves on.
  std::string changed(const json::object& more = {}) {
    json::object params = more;
    params["after"] = mark;
    const json::object reply = person.ask("governor/changed_agents", params);
    INFO(json::serialize(reply));
    const json::object& result = reply.at("result").as_object();
    mark = result.at("mark").as_string();
    std::string text = result.at("more").as_bool() ? "more " : "";
    for (const json::value& agent : result.at("agents").as_array()) {
      text += std::string(agent.at("agent_id").as_string()) + ' ' +
              std::string(agent.at("status").as_string()) + ' ' +
              std::to_string(agent.at("updates").as_int64()) + '\n';
    }
    return text;
  }
  json::string mark{"0-0"};
  Writer ada{*this, "ada"};
  Writer bob{*this, "b0b"};
  Writer person{*this, "fee", "person"};
};

}  // namespace

TEST_CASE("only agents that have changed since the mark are told of, whatever has changed of them") {
  ChangedAgentsFixture f;
  f.ada.call("register_agent", {{"agent_id", "ada"}});
  f.bob.call("register_agent", {{"agent_id", "bob"}});
  CHECK(f.changed() == "ada active 0\nbob active 0\n");
  CHECK(f.changed() == "");
  f.ada.call("process_agent_update", {{"complexity", 0.3}});
  CHECK(f.changed() == "ada active 1\n");
  f.bob.call("update_agent_metadata", {{"agent_id", "bob"}, {"purpose", "another one"}});
  CHECK(f.changed() == "bob active 0\n");
  f.bob.call("archive_agent", {{"agent_id", "bob"}});
  f.ada.call("process_agent_update", {{"complexity", 0.3}});
  CHECK(f.changed() == "ada active 2\nbob archived 0\n");
  CHECK(f.changed() == "");
}

TEST_CASE("what is too much is not told of, and the mark goes on all the same") {
  ChangedAgentsFixture f;
  f.ada.call("register_agent", {{"agent_id", "ada"}});
  f.bob.call("register_agent", {{"agent_id", "bob"}});
  CHECK(f.changed({{"limit", 1}}) == "more ");
  CHECK(f.changed({{"limit", 1}}) == "");
  f.ada.call("process_agent_update", {{"complexity", 0.3}});
  CHECK(f.changed({{"limit", 1}}) == "ada active 1\n");
}

TEST_CASE("without a mark there is only the mark, and what is none is refused") {
  ChangedAgentsFixture f;
  f.ada.call("register_agent", {{"agent_id", "ada"}});
  const json::object begun = f.person.ask("governor/changed_agents", {}).at("result").as_object();
  CHECK(begun.at("agents").as_array().empty());
  f.mark = begun.at("mark").as_string();
  CHECK(f.changed() == "");
  for (const char* wrong : {"", "1", "1-", "-1", "1-x", "1-2-3", "1--2", "x-1", " 1-1"}) {
    INFO(wrong);
    const json::object refused = f.person.ask("governor/changed_agents", {{"after", wrong}});
    CHECK(refused.at("error").at("data").at("field").as_string() == "after");
  }
}
