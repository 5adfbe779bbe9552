#include "proxy/confirmations.hpp"

#include <algorithm>

#include "ipc/numbered_line.hpp"

namespace governor::proxy {

void Confirmations::answered(std::uint64_t number) {
  recent_.push_back(number);
  if (recent_.size() > kRemembered) recent_.pop_front();
  ++unconfirmed_;
}

std::string Confirmations::confirm_new(std::uint64_t below) {
  return line_for(below, unconfirmed_);
}

std::string Confirmations::confirm_all(std::uint64_t below) {
  if (below == 1 && recent_.empty()) return {};
  return line_for(below, recent_.size());
}

std::string Confirmations::line_for(std::uint64_t below, std::size_t newest) {
  newest = std::min(newest, recent_.size());
  std::string line = R"({"jsonrpc":"2.0","method":"governor/answered","params":{"below":)";
  ipc::append_number(line, below);
  line += R"(,"also":[)";
  bool first = true;
  for (auto at = recent_.end() - static_cast<std::ptrdiff_t>(newest); at != recent_.end(); ++at) {
    if (*at < below) continue;
    if (!first) line += ',';
    first = false;
    ipc::append_number(line, *at);
  }
  line += "]}}\n";
  std::erase_if(recent_, [below](std::uint64_t number) { return number < below; });
  unconfirmed_ = 0;
  return line;
}

}  // namespace governor::proxy
