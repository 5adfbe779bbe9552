#include <string>

#include "ctl/coordination/text_diff.hpp"
#include "ctl/guard/line_diff.hpp"
#include "daemon/files/unified_diff.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

/// A text, a line `====`, and a diff that is to be applied to it; both are also taken for two texts.
void diff(std::string_view input) {
  constexpr std::string_view kBetween = "====\n";
  const std::size_t at = std::min(input.find(kBetween), input.size());
  const std::string_view text = input.substr(0, at);
  const std::string_view change = input.substr(std::min(at + kBetween.size(), input.size()));
  static_cast<void>(daemon::apply_diff(text, change));
  static_cast<void>(daemon::apply_diff(text, change, daemon::DiffDirection::backward));

  static_cast<void>(ctl::line_diff(text, change));
  const std::string made = ctl::text_diff(text, change);
  expect(made.empty() == (text == change), "only what is the same differs in nothing");
  if (made.empty()) return;
  const auto back = daemon::apply_diff(change, made, daemon::DiffDirection::backward);
  expect(back && back->text == text, "the difference of two texts leads from the second to the first");
}

}  // namespace governor::fuzz
