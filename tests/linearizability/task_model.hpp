#pragma once

#include <optional>
#include <string>
#include <vector>

namespace governor::linearizability {

/// What one task must do, as its documentation says. Sessions are numbered from 1 by the test. Dependencies
/// and agents are left out: they concern other objects.
struct TaskModel {
  struct Input {
    enum class Kind {
      define,
      claim,
      update,
      get,
      end_session,  ///< the session is over: its claim ends, some time
      end_claim     ///< the time of this claim is up: it ends, some time
    };

    Kind kind = Kind::get;
    int session = 0;
    std::string definition{};       ///< of `define`
    std::string status{};           ///< of `update`; empty: as it is
    std::optional<int> progress{};  ///< of `update`
    int claim = 0;                  ///< of `end_claim`: which of the task's claims
  };

  /// How a task stands: what answers show of it.
  struct Standing {
    std::string status = "pending";
    int progress = 0;
    int claims = 0;
    bool claimed = false;
    bool yours = false;

    bool operator==(const Standing&) const = default;
  };

  struct Output {
    std::string code{};                  ///< of a refusal; empty: success
    bool created = false;                ///< of `define`
    std::optional<Standing> standing{};  ///< of `claim`, `update` and `get`
  };

  struct State {
    bool defined = false;
    std::string definition;
    std::string status = "pending";
    int progress = 0;
    int claims = 0;
    int owner = 0;  ///< session; 0: nobody
  };

  static State initial() { return {}; }
  static std::vector<State> step(const State& state, const Input& input, const Output* output);
  static bool only_looks(const Input& input, const Output& output);
  static std::string key(const State& state);
  static std::string describe(const Input& input, const Output* output);
};

}  // namespace governor::linearizability
