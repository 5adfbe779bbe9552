#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace governor::ctl {

/// Which of the values that share a column is shown: a short spike must not vanish in a mean.
enum class Pick { highest, lowest };

/// The bounds of a scale; equal or reversed bounds count as a flat line.
struct Scale {
  double lowest = 0.0;
  double highest = 1.0;
};

/// Values from the oldest to the newest as one line of block characters, at most `width` columns; values
/// outside of the scale are drawn at its edge, unknown ones (NaN) as a blank.
std::string sparkline(const std::vector<double>& values, Scale scale, std::size_t width, Pick pick);

/// The smallest and the largest known value; {0, 0} when none is known.
Scale scale_of(const std::vector<double>& values);

}  // namespace governor::ctl
