#include "proxy/unanswered_lines.hpp"

#include <algorithm>

#include "ipc/numbered_line.hpp"

namespace governor::proxy {
namespace {

template <class Lines>
auto lower_bound_of(Lines& lines, std::uint64_t number) {
  return std::lower_bound(lines.begin(), lines.end(), number,
                          [](const auto& line, std::uint64_t wanted) { return line.number < wanted; });
}

}  // namespace

std::string_view UnansweredLines::Line::payload() const {
  std::string_view whole = text;
  whole.remove_prefix(whole.find(' ') + 1);
  whole.remove_suffix(1);
  return whole;
}

void UnansweredLines::add(std::string_view payload, TimePoint now) {
  Line& line = lines_.emplace_back();
  line.number = next_number_++;
  line.arrived = now;
  line.text.reserve(payload.size() + ipc::kMaxNumberPrefix + 1);
  ipc::append_number(line.text, line.number);
  line.text += ' ';
  line.text += payload;
  line.text += '\n';
  bytes_ += line.text.size();
}

const UnansweredLines::Line* UnansweredLines::find_sent(std::uint64_t number) const {
  const auto at = lower_bound_of(lines_, number);
  if (at == lines_.end() || at->number != number) return nullptr;
  if (static_cast<std::size_t>(at - lines_.begin()) >= sent_) return nullptr;
  return &*at;
}

void UnansweredLines::remove(std::uint64_t number) {
  const auto at = lower_bound_of(lines_, number);
  if (at == lines_.end() || at->number != number) return;
  if (static_cast<std::size_t>(at - lines_.begin()) < sent_) --sent_;
  bytes_ -= at->text.size();
  lines_.erase(at);
}

void UnansweredLines::rewind() {
  sent_ = offset_ = 0;
}

std::string_view UnansweredLines::partly_sent() const {
  if (offset_ == 0) return {};
  return std::string_view(lines_[sent_].text).substr(offset_);
}

std::string_view UnansweredLines::unsent(std::size_t i) const {
  const std::size_t index = sent_ + (offset_ > 0 ? 1 : 0) + i;
  return index < lines_.size() ? std::string_view(lines_[index].text) : std::string_view();
}

void UnansweredLines::mark_sent(std::size_t bytes) {
  while (bytes > 0) {
    Line& line = lines_[sent_];
    const std::size_t step = std::min(bytes, line.text.size() - offset_);
    offset_ += step;
    bytes -= step;
    if (offset_ < line.text.size()) return;
    line.ever_sent = true;
    ++sent_;
    offset_ = 0;
  }
}

}  // namespace governor::proxy
