#include "ipc/random_id.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>

#ifndef __APPLE__
#include <sys/random.h>
#endif

namespace governor::ipc {
namespace {

#ifdef __APPLE__
void fill_random(unsigned char* out, std::size_t size) {
  ::arc4random_buf(out, size);
}
#else
void fill_random(unsigned char* out, std::size_t size) {
  for (std::size_t filled = 0; filled < size;) {
    const auto got = ::getrandom(out + filled, size - filled, 0);
    // Fails only on kernels older than the call; an id that can be guessed would be worse than no process.
    if (got < 0 && errno != EINTR) std::abort();
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
}
#endif

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  fill_random(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
  return bytes;
}

std::string random_hex(std::size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string raw = random_bytes(bytes);
  std::string hex;
  hex.reserve(2 * bytes);
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::string random_uuid() {
  std::string digits = random_hex(16);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) digits.insert(at, "-");
  return digits;
}

}  // namespace governor::ipc
