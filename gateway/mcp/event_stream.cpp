#include "gateway/mcp/event_stream.hpp"

#include <charconv>
#include <utility>

#include "gateway/rules/sse_text.hpp"

namespace governor::gateway {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string EventId::text() const {
  return std::to_string(stream) + '-' + std::to_string(position);
}

std::optional<EventId> read_event_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto stream = number_in(text.substr(0, dash));
  const auto position = number_in(text.substr(dash + 1));
  if (!stream || !position) return std::nullopt;
  return EventId{*stream, *position};
}

void EventStream::prime() {
  append({});
}

void EventStream::add(std::string message) {
  if (!over_) append(std::move(message));
}

void EventStream::append(std::string message) {
  bytes_ += message.size();
  events_.push_back(std::move(message));
  while (events_.size() > 1 && (events_.size() > kMostEvents || bytes_ > kMostBytes)) {
    bytes_ -= events_.front().size();
    events_.pop_front();
    ++first_;
  }
  wake();
}

void EventStream::end() {
  over_ = true;
  wake();
}

std::string EventStream::text_after(std::uint64_t position, bool with_ids) const {
  std::string text;
  const std::uint64_t from = std::max(position + 1, first_);
  for (std::uint64_t at = from; at <= newest(); ++at)
    text += sse_message(with_ids ? EventId{number_, at}.text() : std::string(), events_[at - first_]);
  return text;
}

const std::string* EventStream::only_message() const {
  return over_ && first_ == 1 && events_.size() == 1 ? &events_.front() : nullptr;
}

std::uint64_t EventStream::attach(std::function<void()> wake_reader) {
  wake();
  wake_ = std::move(wake_reader);
  return ++reader_;
}

void EventStream::detach(std::uint64_t reader) {
  if (reader_ == reader) wake_ = nullptr;
}

void EventStream::wake() const {
  if (wake_) wake_();
}

}  // namespace governor::gateway
