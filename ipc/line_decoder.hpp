#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "ipc/message_outline.hpp"

namespace governor::ipc {

/// Cuts a byte stream into lines, incrementally and without I/O. A line that is too long is dropped as it
/// arrives, in bounded memory, reported once it has ended, and the next line is read as usual.
class LineDecoder {
 public:
  enum class Kind {
    none,     ///< no complete line yet
    line,     ///< text is the line without its end ("\n" or "\r\n")
    too_long  ///< text is the beginning of the dropped line, up to kHeadBytes
  };
  struct Event {
    Kind kind = Kind::none;
    std::string_view text;                    ///< valid until the next prepare(), feed() or next()
    std::size_t dropped_bytes = 0;            ///< length of the dropped line without its newline
    const MessageOutline* outline = nullptr;  ///< of the whole dropped line; valid as long as text
  };
  static constexpr std::size_t kHeadBytes = 64;

  /// Lines of up to max_bytes, without their end, are let through.
  explicit LineDecoder(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Room to read into; commit() says how much of it was filled.
  std::span<char> prepare(std::size_t size);
  void commit(std::size_t size) { end_ += size; }

  /// Copies the bytes in.
  void feed(std::string_view bytes);

  Event next();

  /// Bytes that no event has covered yet. After next() has said none: those of an unfinished line.
  std::size_t pending_bytes() const { return (end_ - begin_) + dropped_; }

 private:
  Event finish_line(std::size_t newline);
  void start_dropping();
  void remember_head(std::string_view bytes);

  std::size_t max_bytes_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;    // first byte of the current line
  std::size_t scanned_ = 0;  // no newline in [begin_, scanned_)
  std::size_t end_ = 0;
  bool dropping_ = false;
  std::size_t dropped_ = 0;
  bool dropped_return_ = false;  // whether the last dropped byte was a carriage return
  std::array<char, kHeadBytes> head_{};
  std::size_t head_size_ = 0;
  MessageOutline outline_;  // of the line that is being dropped, or was last
};

}  // namespace governor::ipc
