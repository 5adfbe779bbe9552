#include "ctl/import/byte_source.hpp"

namespace governor::ctl::legacy {

ipc::Result<std::string> read_all(ByteSource& source) {
  constexpr std::size_t kPiece = 64 * 1024;
  std::string text;
  std::size_t size = 0;
  for (;;) {
    if (text.size() < size + kPiece) text.resize(std::max(2 * size, size + kPiece));
    const auto got = source.read(std::span(text).subspan(size));
    if (!got) return got.error();
    if (*got == 0) break;
    size += *got;
  }
  text.resize(size);
  return text;
}

}  // namespace governor::ctl::legacy
