#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace governor::proxy {

/// Tells the daemon which answers have arrived, so that it need not keep them.
///
/// A confirmation may be lost with the connection or with the daemon. So the newest numbers are remembered
/// beyond their first confirmation, and all of them are said again after a reconnection.
class Confirmations {
 public:
  static constexpr std::size_t kEvery = 64;
  static constexpr std::size_t kRemembered = 512;

  void answered(std::uint64_t number);
  bool due() const { return unconfirmed_ >= kEvery; }

  /// The line for what has come since the last one. `below`: all smaller numbers have been answered.
  std::string confirm_new(std::uint64_t below);
  /// The line for all that is remembered; empty if nothing was ever answered.
  std::string confirm_all(std::uint64_t below);

 private:
  std::string line_for(std::uint64_t below, std::size_t newest);
  std::deque<std::uint64_t> recent_;  // in the order of arrival
  std::size_t unconfirmed_ = 0;
};

}  // namespace governor::proxy
