#include "ctl/top/view.hpp"

#include <iostream>

#include "ctl/printable.hpp"
#include "tests/ctl/top/top_models.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl;
using namespace governor::ctl::top;
using namespace governor::ctl::top::test;
namespace json = boost::json;

namespace {

Model model_of(const json::object& overview) {
  ModelReader reader;
  return reader.read(overview, ModelReader::Clock::now());
}

struct ViewFixture {
  std::vector<Line> lines(Size size) { return lines_of(context, model, view, size); }
  std::string text(Size size) { return plain_text(lines(size)); }
  /// The ids of the agents that are shown, in their order.
  std::vector<std::string> shown(Size size) {
    std::vector<std::string> ids;
    for (const Line& line : lines(size)) {
      for (const AgentRow& agent : model.agents)
        if (!line.empty() && line[0].text.starts_with(agent.id + " ")) ids.push_back(agent.id);
    }
    return ids;
  }
  Context context{std::cout, std::cerr, {}};
  Model model = model_of(busy_overview());
  View view;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t width_of(const Line& line) {
  std::size_t width = 0;
  for (const Span& span : line) width += display_width(span.text);
  return width;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(ViewFixture, "all that goes on is seen where there is room", "[ctl]") {
  const std::string seen = text({120, 40});
  INFO(seen);
  for (const char* part : {"governor 0.1.0",
                           "up 1 h",
                           "ok",
                           "3 sessions",
                           "2 ready, 1 in progress",
                           "NEEDS YOU",
                           "! alert 3, low_disk",
                           "- deployment reviewer-1 is waiting",
                           "AGENTS 3",
                           "bob",
                           "critical",
                           "0.900",
                           "purpose of ada",
                           "DEPLOYMENTS 2",
                           "task T-1",
                           "40 %",
                           "LEASES AND WAITS 2",
                           "waited for by bob",
                           "for lease 7",
                           "ALERTS 1",
                           "q quit",
                           "sort: urgency"}) {
    CAPTURE(part);
    CHECK(has(seen, part));
  }
  CHECK(shown({120, 40}) == Ids{"bob", "eve", "ada"});
}

TEST_CASE_METHOD(ViewFixture, "whatever the size, it is filled and nothing goes beyond it", "[ctl]") {
  for (const bool ascii : {false, true}) {
    view.ascii = ascii;
    for (const std::size_t width : {1, 2, 5, 20, 39, 59, 60, 75, 76, 99, 100, 130, 300}) {
      for (const std::size_t height : {1, 2, 3, 4, 5, 8, 12, 24, 100}) {
        CAPTURE(width, height);
        const auto all = lines({width, height});
        CHECK(all.size() == height);
        for (const Line& line : all) CHECK(width_of(line) <= width);
      }
    }
  }
}

TEST_CASE_METHOD(ViewFixture, "where there is little room, what needs a person and agents come first",
                 "[ctl]") {
  const std::string seen = text({80, 9});
  INFO(seen);
  CHECK(has(seen, "NEEDS YOU"));
  CHECK(has(seen, "and 4"));
  CHECK(has(seen, "AGENTS 3"));
  CHECK(has(seen, "bob"));
  CHECK_FALSE(has(seen, "ALERTS"));
}

TEST_CASE_METHOD(ViewFixture, "agents are sorted and filtered", "[ctl]") {
  view.sort = Sort::name;
  CHECK(shown({120, 40}) == Ids{"ada", "bob", "eve"});
  view.sort = Sort::updates;
  CHECK(shown({120, 40}) == Ids{"ada", "eve", "bob"});
  view.sort = Sort::risk;
  CHECK(shown({120, 40}) == Ids{"bob", "eve", "ada"});
  model.agents[2].last_update = "2026-01-31T12:00:09Z";
  view.sort = Sort::latest;
  CHECK(shown({120, 40}) == Ids{"eve", "ada", "bob"});
  view.filter = "AD";
  CHECK(shown({120, 40}) == Ids{"ada"});
  CHECK(has(text({120, 40}), "AGENTS 1 of 3 like AD"));
  view.filter = "nobody";
  CHECK(has(text({120, 40}), "no such agent"));
}

TEST_CASE_METHOD(ViewFixture, "the chosen agent is always among those that are shown", "[ctl]") {
  json::object overview = {{"status", "ok"}};
  json::array agents;
  for (int i = 10; i < 60; ++i)
    agents.push_back(agent_json("a" + std::to_string(i), "healthy", "approve", 0.1, 3));
  overview["agents"] = std::move(agents);
  model = model_of(overview);
  view.sort = Sort::name;
  const Size size{80, 14};
  CHECK(shown(size).front() == "a10");
  view.chosen = "a40";
  CHECK(shown(size).back() == "a40");
  view.chosen = "a39";
  CHECK(shown(size).back() == "a40");  // it stays as it is as long as it can
  view.chosen = "a12";
  CHECK(shown(size).front() == "a12");
  view.chosen = "a59";
  CHECK(shown(size).back() == "a59");
  // One that does not exist any more moves nothing.
  view.chosen = "gone";
  CHECK(shown(size).back() == "a59");
}

TEST_CASE_METHOD(ViewFixture, "one agent is opened with all that is its own", "[ctl]") {
  view.opened = "ada";
  model.agents[0].risks = {0.0, 1.0};
  const std::string seen = text({100, 30});
  INFO(seen);
  for (const char* part :
       {"AGENT ada", "purpose of ada", "0.200 (safe)", "▁█", "waited for by bob", "Enter back"}) {
    CAPTURE(part);
    CHECK(has(seen, part));
  }
  CHECK_FALSE(has(seen, "low_disk"));
  CHECK_FALSE(has(seen, "reviewer-1"));
  view.opened = "gone";
  CHECK(has(text({100, 30}), "not at work any more"));
}

TEST_CASE_METHOD(ViewFixture, "trouble, help and what is typed are seen", "[ctl]") {
  view.trouble = "no daemon is running";
  CHECK(has(text({100, 30}), "no daemon is running"));
  view.shows_help = true;
  CHECK(has(text({100, 30}), "sorts by urgency"));
  view.shows_help = false;
  view.is_typing = true;
  view.filter = "ad";
  CHECK(has(text({100, 30}), "filter: ad_"));
}

TEST_CASE_METHOD(ViewFixture, "what others wrote cannot control the terminal, and ASCII stays ASCII",
                 "[ctl]") {
  model.agents[1].id = "b\x1b[31m\nob";
  model.alerts[0].message = "a\rb";
  model.agents[0].risks = {0.1, 0.9};
  view.ascii = true;
  for (const char* opened : {"", "ada"}) {
    view.opened = opened;
    for (const Line& line : lines({120, 40}))
      for (const Span& span : line)
        for (const char c : span.text) {
          CAPTURE(span.text);
          CHECK((c >= ' ' && c < 127));
        }
  }
}
