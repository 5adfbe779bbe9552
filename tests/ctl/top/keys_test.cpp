#include "ctl/top/keys.hpp"

#include "tests/ctl/top/top_models.hpp"
#include "tests/support/catch.hpp"

using namespace governor::ctl::top;
using namespace governor::ctl::top::test;
using Name = Key::Name;

namespace {

struct KeysFixture {
  bool press(Name name) { return governor::ctl::top::press({name, '\0'}, model, view); }
  bool press(const char* text) {
    bool ends = false;
    for (; *text != '\0'; ++text) ends = governor::ctl::top::press({Name::character, *text}, model, view);
    return ends;
  }
  Model model = ModelReader().read(busy_overview(), ModelReader::Clock::now());
  View view;
};

}  // namespace

TEST_CASE_METHOD(KeysFixture, "q ends it, unless it is typed into the filter", "[ctl]") {
  CHECK(press("q"));
  CHECK_FALSE(press("/q"));
  CHECK(view.filter == "q");
  CHECK_FALSE(press(Name::enter));
  CHECK(press("q"));
}

TEST_CASE_METHOD(KeysFixture, "agents are chosen, from the first to the last and no further", "[ctl]") {
  press(Name::down);
  CHECK(view.chosen == "bob");
  press("j");
  CHECK(view.chosen == "eve");
  press(Name::down);
  press(Name::down);
  CHECK(view.chosen == "ada");
  press("k");
  CHECK(view.chosen == "eve");
  press(Name::home);
  CHECK(view.chosen == "bob");
  press(Name::end);
  CHECK(view.chosen == "ada");
  press(Name::page_up);
  CHECK(view.chosen == "bob");
  model.agents.clear();
  press(Name::down);
  CHECK(view.chosen == "bob");
}

TEST_CASE_METHOD(KeysFixture, "Enter opens and closes an agent, Esc goes back", "[ctl]") {
  press(Name::enter);
  CHECK(view.opened == "bob");
  press(Name::down);
  press(Name::enter);
  CHECK(view.opened.empty());
  press(Name::enter);
  CHECK(view.opened == "eve");
  press(Name::escape);
  CHECK(view.opened.empty());
  press("?");
  CHECK(view.shows_help);
  press(Name::escape);
  CHECK_FALSE(view.shows_help);
}

TEST_CASE_METHOD(KeysFixture, "the filter is typed, mended, kept or dropped", "[ctl]") {
  press("/a\xc3\xa9");
  CHECK(view.filter == "a\xc3\xa9");
  press(Name::backspace);
  CHECK(view.filter == "a");
  press("\x07");
  press(Name::up);
  CHECK(view.filter == "a");
  press(Name::enter);
  CHECK_FALSE(view.is_typing);
  CHECK(view.filter == "a");
  press("/b");
  press(Name::escape);
  CHECK(view.filter.empty());
  press("/");
  for (int i = 0; i < 1000; ++i) press("x");
  CHECK(view.filter.size() == 60);
}

TEST_CASE_METHOD(KeysFixture, "s goes through all orders and begins again", "[ctl]") {
  std::vector<Sort> seen;
  for (std::size_t i = 0; i < kSorts; ++i) {
    seen.push_back(view.sort);
    press("s");
  }
  CHECK(view.sort == Sort::urgency);
  CHECK(seen == std::vector<Sort>{Sort::urgency, Sort::risk, Sort::updates, Sort::latest, Sort::name});
}
