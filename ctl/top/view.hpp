#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/top/model.hpp"

namespace governor::ctl::top {

// The model as lines of styled text: no terminal is needed to know what would be seen.

enum class Style { plain, title, heading, good, warning, bad, faint, chosen };

struct Span {
  std::string text;
  Style style = Style::plain;
};
using Line = std::vector<Span>;

enum class Sort { urgency, risk, updates, latest, name };
inline constexpr std::size_t kSorts = 5;
const char* name_of(Sort sort);

/// What the person who watches has chosen.
struct View {
  Sort sort = Sort::urgency;
  std::string filter;      ///< only agents with this in id, owner or purpose
  bool is_typing = false;  ///< the filter is being typed
  bool shows_help = false;
  std::string chosen;        ///< agent; empty: none
  std::string opened;        ///< agent that is shown alone; empty: none
  std::size_t scrolled = 0;  ///< agents above the first one that is shown
  std::string trouble;       ///< why the model is not of now; empty: it is
  bool ascii = false;        ///< the terminal shows nothing else
};

struct Size {
  std::size_t width = 80;
  std::size_t height = 24;
};

/// Agents that pass the filter, in the order of the view.
std::vector<const AgentRow*> agents_in(const Model& model, const View& view);

/// Exactly `size.height` lines of at most `size.width` columns. Also settles `view.scrolled`, so that the
/// chosen agent is among those that are shown.
std::vector<Line> lines_of(const Context& context, const Model& model, View& view, Size size);

/// The same without styles, and without what is empty at its end.
std::string plain_text(const std::vector<Line>& lines);

}  // namespace governor::ctl::top
