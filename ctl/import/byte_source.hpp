#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "ipc/error.hpp"

namespace governor::ctl::legacy {

/// Where the bytes of a file come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the beginning of `room`; 0 at the end.
  virtual ipc::Result<std::size_t> read(std::span<char> room) = 0;
};

/// Bytes that are in memory, as `piece` bytes at a time.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view text, std::size_t piece = static_cast<std::size_t>(-1))
      : rest_(text), piece_(piece) {}

  ipc::Result<std::size_t> read(std::span<char> room) override {
    const std::size_t count = std::min({room.size(), rest_.size(), piece_});
    if (count > 0) std::memcpy(room.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

/// All of it.
ipc::Result<std::string> read_all(ByteSource& source);

}  // namespace governor::ctl::legacy
