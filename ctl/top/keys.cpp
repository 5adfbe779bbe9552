#include "ctl/top/keys.hpp"

#include <algorithm>
#include <cstddef>

namespace governor::ctl::top {

namespace {

using Name = Key::Name;

constexpr std::size_t kLongestFilter = 60;
constexpr std::ptrdiff_t kPage = 10;

void type(const Key& key, View& view) {
  if (key.name == Name::enter) {
    view.is_typing = false;
  } else if (key.name == Name::escape) {
    view.is_typing = false;
    view.filter.clear();
  } else if (key.name == Name::backspace) {
    // A character goes with all its bytes.
    while (!view.filter.empty()) {
      const auto last = static_cast<unsigned char>(view.filter.back());
      view.filter.pop_back();
      if ((last & 0xC0U) != 0x80U) break;
    }
  } else if (key.name == Name::character && static_cast<unsigned char>(key.character) >= ' ' &&
             view.filter.size() < kLongestFilter) {
    view.filter += key.character;
  }
}

void choose(const Model& model, View& view, std::ptrdiff_t by) {
  const auto agents = agents_in(model, view);
  if (agents.empty()) return;
  const auto at =
      std::find_if(agents.begin(), agents.end(), [&](const AgentRow* row) { return row->id == view.chosen; });
  const auto last = static_cast<std::ptrdiff_t>(agents.size()) - 1;
  // The first step chooses the first one, wherever it goes.
  const std::ptrdiff_t place = at == agents.end() ? (by > last ? last : 0) : (at - agents.begin()) + by;
  view.chosen = agents[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(place, 0, last))]->id;
}

void open(const Model& model, View& view) {
  if (view.chosen.empty()) choose(model, view, 0);
  view.opened = view.chosen;
}

}  // namespace

bool press(const Key& key, const Model& model, View& view) {
  if (view.is_typing) {
    type(key, view);
    return false;
  }
  constexpr std::ptrdiff_t kAll = 1'000'000;
  switch (key.name) {
    case Name::up: choose(model, view, -1); return false;
    case Name::down: choose(model, view, 1); return false;
    case Name::page_up: choose(model, view, -kPage); return false;
    case Name::page_down: choose(model, view, kPage); return false;
    case Name::home: choose(model, view, -kAll); return false;
    case Name::end: choose(model, view, kAll); return false;
    case Name::enter: view.opened.empty() ? open(model, view) : view.opened.clear(); return false;
    case Name::escape:
    case Name::backspace:
      if (view.shows_help) {
        view.shows_help = false;
      } else if (!view.opened.empty()) {
        view.opened.clear();
      } else {
        view.filter.clear();
      }
      return false;
    case Name::other: return false;
    case Name::character: break;
  }
  switch (key.character) {
    case 'q': return true;
    case 'k': choose(model, view, -1); break;
    case 'j': choose(model, view, 1); break;
    case 's': view.sort = static_cast<Sort>((static_cast<std::size_t>(view.sort) + 1) % kSorts); break;
    case '/':
      view.is_typing = true;
      view.opened.clear();
      view.shows_help = false;
      break;
    case '?':
    case 'h': view.shows_help = !view.shows_help; break;
    default: break;
  }
  return false;
}

}  // namespace governor::ctl::top
