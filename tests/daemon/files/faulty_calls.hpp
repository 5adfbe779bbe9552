#pragma once

#include <cerrno>
#include <climits>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace governor::daemon::test {

/// While it lives, each call on files that this thread makes is counted, and `each(number, call)` says with
/// which error it fails; 0: it does not. What `each` does itself is not counted. One at a time.
class FaultyCalls {
 public:
  using Each = std::function<int(int number, std::string_view call)>;

  explicit FaultyCalls(Each each);
  ~FaultyCalls();
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;

  [[nodiscard]] int count() const { return count_; }
  int on_call(std::string_view call);

 private:
  Each each_;
  int count_ = 0;
  bool inside_ = false;
};

/// While it lives, calls of any thread that name a path with this text in it do not return, as on a file
/// system that does not answer. One at a time.
class HangingPaths {
 public:
  /// At most `most` of them, the first ones.
  explicit HangingPaths(std::string part, int most = INT_MAX);
  ~HangingPaths();
  HangingPaths(const HangingPaths&) = delete;
  HangingPaths& operator=(const HangingPaths&) = delete;

  /// It answers again.
  void release();
  /// How many calls hang.
  [[nodiscard]] int held() const;
};

}  // namespace governor::daemon::test
