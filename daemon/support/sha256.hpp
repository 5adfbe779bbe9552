#pragma once

#include <memory>
#include <string>
#include <string_view>

struct sha256_ctx;

namespace governor::daemon {

/// SHA-256 of something that comes in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// Of all that came since the last digest, as 64 lower-case hex digits.
  std::string hex_digest();

 private:
  std::unique_ptr<sha256_ctx> context_;
};

/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view text);

}  // namespace governor::daemon
