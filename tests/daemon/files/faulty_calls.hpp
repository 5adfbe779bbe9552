#pragma once

#include <cerrno>
#include <functional>
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

}  // namespace governor::daemon::test
