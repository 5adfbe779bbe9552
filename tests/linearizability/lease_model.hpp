#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace governor::linearizability {

/// What the leases on one path must do. Sessions are numbered from 1 by the test.
struct LeaseModel {
  struct Input {
    enum class Kind {
      request,
      release,
      renew,
      look,         ///< who is in this session's way
      end_session,  ///< the session is over: its leases end, some time
      end_lease     ///< the time of this lease is up: it ends, some time
    };

    Kind kind = Kind::look;
    int session = 0;
    bool shared = false;     ///< of `request`
    bool may_queue = false;  ///< of `request`: others may stand in a queue, so that `held` may mean them
    std::int64_t lease = 0;  ///< of `release`, `renew` and `end_lease`
  };

  struct Output {
    std::string code{};       ///< of a refusal; empty: success
    bool granted = false;     ///< of `request`
    bool created = false;     ///< of a grant: it is a new lease
    std::int64_t lease = 0;   ///< of a grant
    std::uint64_t fence = 0;  ///< of a grant
    std::set<std::int64_t>
        holders{};  ///< leases said to be in the way, of `look` and of what was not granted
  };

  struct Holding {
    int session = 0;
    bool shared = false;
    std::uint64_t fence = 0;
  };

  struct State {
    std::map<std::int64_t, Holding> open;  ///< by lease
    std::map<std::int64_t, int> ended;     ///< and whose it was
    std::uint64_t highest_fence = 0;
  };

  static State initial() { return {}; }
  static std::vector<State> step(const State& state, const Input& input, const Output* output);
  static bool only_looks(const Input& input, const Output& output);
  static std::string key(const State& state);
  static std::string describe(const Input& input, const Output* output);
};

}  // namespace governor::linearizability
