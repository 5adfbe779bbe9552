#include "ctl/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace governor::ctl {

namespace {

constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double picked(const std::vector<double>& values, std::size_t begin, std::size_t end, Pick pick) {
  double chosen = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = begin; i < end; ++i) {
    if (std::isnan(values[i])) continue;
    if (std::isnan(chosen)) chosen = values[i];
    chosen = pick == Pick::highest ? std::max(chosen, values[i]) : std::min(chosen, values[i]);
  }
  return chosen;
}

const char* block(double value, Scale scale) {
  if (std::isnan(value)) return " ";
  const double span = scale.highest - scale.lowest;
  if (!(span > 0)) return kBlocks.front();
  const double share = std::clamp((value - scale.lowest) / span, 0.0, 1.0);
  return kBlocks[std::min(static_cast<std::size_t>(share * kBlocks.size()), kBlocks.size() - 1)];
}

}  // namespace

std::string sparkline(const std::vector<double>& values, Scale scale, std::size_t width, Pick pick) {
  const std::size_t columns = std::min(values.size(), width);
  std::string line;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t begin = column * values.size() / columns;
    const std::size_t end = (column + 1) * values.size() / columns;
    line += block(picked(values, begin, end, pick), scale);
  }
  return line;
}

Scale scale_of(const std::vector<double>& values) {
  const double lowest = picked(values, 0, values.size(), Pick::lowest);
  if (std::isnan(lowest)) return {0.0, 0.0};
  return {lowest, picked(values, 0, values.size(), Pick::highest)};
}

}  // namespace governor::ctl
