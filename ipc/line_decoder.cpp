#include "ipc/line_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace governor::ipc {
namespace {
/// A buffer grown by one large line is given back once it is empty.
constexpr std::size_t kKeptCapacity = 256 * 1024;
}  // namespace

std::span<char> LineDecoder::prepare(std::size_t size) {
  if (begin_ == end_) {
    begin_ = scanned_ = end_ = 0;
    if (capacity_ > kKeptCapacity && size <= kKeptCapacity) {
      buffer_.reset();
      capacity_ = 0;
    }
  }
  if (capacity_ - end_ >= size) return {buffer_.get() + end_, capacity_ - end_};

  const std::size_t unread = end_ - begin_;
  // Moving is worth it only if it frees half of the buffer: else many small reads would move the same bytes
  // again and again.
  if (unread + size <= capacity_ && begin_ >= capacity_ / 2) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, unread);
  } else {
    const std::size_t capacity = std::max(unread + size, std::min(capacity_ * 2, unread + size + max_bytes_));
    auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
    if (unread > 0) std::memcpy(bigger.get(), buffer_.get() + begin_, unread);
    buffer_ = std::move(bigger);
    capacity_ = capacity;
  }
  scanned_ -= begin_;
  begin_ = 0;
  end_ = unread;
  return {buffer_.get() + end_, capacity_ - end_};
}

void LineDecoder::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
  commit(bytes.size());
}

LineDecoder::Event LineDecoder::next() {
  if (scanned_ < end_) {
    const void* found = std::memchr(buffer_.get() + scanned_, '\n', end_ - scanned_);
    if (found) return finish_line(static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get()));
    scanned_ = end_;
  }
  // One byte more is allowed for now: it may turn out to be the carriage return before the newline.
  if (dropping_ || end_ - begin_ > max_bytes_ + 1) start_dropping();
  return {};
}

LineDecoder::Event LineDecoder::finish_line(std::size_t newline) {
  std::string_view line(buffer_.get() + begin_, newline - begin_);
  begin_ = scanned_ = newline + 1;
  if (!dropping_) {
    const std::string_view with_return = line;  // as it is fed where the line is dropped while it arrives
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() <= max_bytes_) return Event{Kind::line, line, 0, nullptr};
    outline_ = MessageOutline(with_return);
    return Event{Kind::too_long, line.substr(0, kHeadBytes), line.size(), &outline_};
  }
  outline_.feed(line);
  const bool returned = line.empty() ? dropped_return_ : line.ends_with('\r');
  const std::size_t length = dropped_ + line.size() - (returned ? 1 : 0);
  dropping_ = false;
  dropped_ = 0;
  return Event{Kind::too_long, {head_.data(), head_size_}, length, &outline_};
}

void LineDecoder::start_dropping() {
  const std::string_view bytes(buffer_.get() + begin_, end_ - begin_);
  if (!dropping_) {
    remember_head(bytes);
    outline_ = MessageOutline();
  }
  outline_.feed(bytes);
  dropping_ = true;
  if (!bytes.empty()) dropped_return_ = bytes.ends_with('\r');
  dropped_ += bytes.size();
  begin_ = scanned_ = end_ = 0;
}

void LineDecoder::remember_head(std::string_view bytes) {
  head_size_ = std::min(bytes.size(), head_.size());
  std::memcpy(head_.data(), bytes.data(), head_size_);
}

}  // namespace governor::ipc
