#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace governor::core {

/// The last 100 values of |V|, oldest first: all of the history that the arithmetic looks at.
class VoidWindow {
 public:
  static constexpr std::size_t kCapacity = 100;

  void push(double magnitude) {
    values_[(first_ + size_) % kCapacity] = magnitude;
    if (size_ < kCapacity) {
      ++size_;
    } else {
      first_ = (first_ + 1) % kCapacity;
    }
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double operator[](std::size_t index) const { return values_[(first_ + index) % kCapacity]; }

 private:
  std::array<double, kCapacity> values_{};
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

/// State of one agent in the governance model; ranges as given, kept by clipping.
struct GovernanceState {
  double E = 0.7;         ///< energy, [0, 1]
  double I = 0.8;         ///< information integrity, [0, 1]
  double S = 0.2;         ///< entropy, [0, 2]
  double V = 0.0;         ///< void integral, [-2, 2]
  double lambda1 = 0.09;  ///< ethical coupling
  double integral = 0.0;  ///< of the controller, [-5, 5]
  double time = 0.0;      ///< model time, 0.1 an update
  std::uint64_t updates = 0;
  /// The last parameter vector; none when the last update had an empty one.
  std::optional<std::vector<double>> previous_parameters;
  VoidWindow void_window;
};

}  // namespace governor::core
