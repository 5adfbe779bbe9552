#pragma once

#include "ctl/top/model.hpp"
#include "ctl/top/view.hpp"

namespace governor::ctl::top {

/// A key as it matters here: a character (bytes of UTF-8 one by one) or one of those that have names.
struct Key {
  enum class Name { character, up, down, page_up, page_down, home, end, enter, escape, backspace, other };
  Name name = Name::character;
  char character = '\0';
};

/// What a key does to the view. True: it ends here.
bool press(const Key& key, const Model& model, View& view);

}  // namespace governor::ctl::top
