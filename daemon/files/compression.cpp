#include "daemon/files/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace governor::daemon {
namespace {

constexpr std::size_t kStep = 65536;

/// zlib counts in 32 bits.
uInt inflate_some(std::size_t bytes) {
  return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
}

/// Older versions want to be able to write to the input and do not.
Bytef* input_of(std::string_view text) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

/// Calls `step` until it says that the stream has ended; false if it says anything else.
template <class Step>
bool run(z_stream& stream, std::string_view text, std::string& result, Step step) {
  std::size_t have = 0;
  for (;;) {
    stream.next_in = input_of(text);
    stream.avail_in = inflate_some(text.size());
    if (result.size() < have + kStep) result.resize(std::max(have + kStep, 2 * have));
    stream.next_out = reinterpret_cast<Bytef*>(result.data() + have);
    const uInt room = inflate_some(result.size() - have);
    stream.avail_out = room;
    const uInt given = stream.avail_in;
    const int outcome = step(given == text.size());
    text.remove_prefix(given - stream.avail_in);
    have += room - stream.avail_out;
    if (outcome == Z_STREAM_END) {
      result.resize(have);
      return text.empty();
    }
    const bool stuck = given == stream.avail_in && room == stream.avail_out;
    if (outcome != Z_OK || stuck) return false;
  }
}

}  // namespace

std::string compress(std::string_view text) {
  z_stream stream{};
  if (::deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK) throw std::bad_alloc();
  std::string result;
  run(stream, text, result, [&](bool last) { return ::deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH); });
  ::deflateEnd(&stream);
  return result;
}

std::optional<std::string> decompress(std::string_view bytes) {
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  std::string result;
  const bool whole = run(stream, bytes, result, [&](bool) { return ::inflate(&stream, Z_NO_FLUSH); });
  ::inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return result;
}

}  // namespace governor::daemon
