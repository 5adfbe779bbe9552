#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace governor::linearizability {

/// What exclusive leases on one path of a workspace must do that several machines share. A lease is known by
/// its fence.
struct SharedLeaseModel {
  struct Input {
    enum class Kind {
      grant,    ///< it was granted
      write,    ///< a file was changed under it
      release,  ///< it was given back, if it had not been lost
      end       ///< its daemon's time may have been over: it ends, some time
    };

    Kind kind = Kind::grant;
    std::uint64_t fence = 0;
    std::string holder{};  ///< for people
  };
  struct Output {};
  struct State {
    std::uint64_t open = 0;  ///< the fence of the lease that there is; 0: none
    std::uint64_t highest = 0;
  };

  static State initial() { return {}; }
  static std::vector<State> step(const State& state, const Input& input, const Output* output);
  static bool only_looks(const Input& input, const Output& output);
  static std::string key(const State& state);
  static std::string describe(const Input& input, const Output* output);
};

}  // namespace governor::linearizability
