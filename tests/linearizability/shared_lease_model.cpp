#include "tests/linearizability/shared_lease_model.hpp"

#include <fmt/format.h>

namespace governor::linearizability {

using State = SharedLeaseModel::State;
using Kind = SharedLeaseModel::Input::Kind;

std::vector<State> SharedLeaseModel::step(const State& state, const Input& input, const Output* /*output*/) {
  switch (input.kind) {
    case Kind::grant:
      if (state.open != 0 || input.fence <= state.highest) return {};
      return {{input.fence, input.fence}};
    case Kind::write: return state.open == input.fence ? std::vector<State>{state} : std::vector<State>{};
    case Kind::release:
    case Kind::end: return {state.open == input.fence ? State{0, state.highest} : state};
  }
  return {};
}

bool SharedLeaseModel::only_looks(const Input& input, const Output& /*output*/) {
  return input.kind == Kind::write;
}

std::string SharedLeaseModel::key(const State& state) {
  return fmt::format("{} of {}", state.open, state.highest);
}

std::string SharedLeaseModel::describe(const Input& input, const Output* /*output*/) {
  const char* what = input.kind == Kind::grant     ? "grant"
                     : input.kind == Kind::write   ? "write under"
                     : input.kind == Kind::release ? "release of"
                                                   : "end of";
  return fmt::format("{} {} ({})", what, input.fence, input.holder);
}

}  // namespace governor::linearizability
