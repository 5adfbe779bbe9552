#include "tests/linearizability/lease_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace governor::linearizability {
namespace {

using Input = LeaseModel::Input;
using Output = LeaseModel::Output;
using State = LeaseModel::State;
using Kind = Input::Kind;

std::set<std::int64_t> in_the_way(const State& state, int session, bool shared) {
  std::set<std::int64_t> leases;
  for (const auto& [lease, holding] : state.open) {
    if (holding.session != session && !(shared && holding.shared)) leases.insert(lease);
  }
  return leases;
}

State without(State state, std::int64_t lease) {
  const auto found = state.open.find(lease);
  if (found == state.open.end()) return state;
  state.ended[lease] = found->second.session;
  state.open.erase(found);
  return state;
}

std::vector<State> granted(const State& state, const Input& input, const Output& output) {
  if (!in_the_way(state, input.session, input.shared).empty()) return {};
  const auto own = state.open.find(output.lease);
  if (!output.created) {
    // What it has already, at least as much as it asked for.
    const bool fits = own != state.open.end() && own->second.session == input.session &&
                      own->second.fence == output.fence && (input.shared || !own->second.shared);
    return fits ? std::vector<State>{state} : std::vector<State>{};
  }
  if (own != state.open.end() || state.ended.contains(output.lease)) return {};
  if (output.fence <= state.highest_fence) return {};
  State next = state;
  next.open[output.lease] = {input.session, input.shared, output.fence};
  next.highest_fence = output.fence;
  return {std::move(next)};
}

std::vector<State> request(const State& state, const Input& input, const Output& output) {
  if (!output.code.empty()) return {state};
  if (output.granted) return granted(state, input, output);
  const auto holders = in_the_way(state, input.session, input.shared);
  if (holders != output.holders) return {};
  if (holders.empty() && !input.may_queue) return {};
  return {state};
}

/// Of a lease that the caller names.
std::string refusal(const State& state, const Input& input) {
  if (const auto open = state.open.find(input.lease); open != state.open.end()) {
    return open->second.session == input.session ? "" : "not_owner";
  }
  const auto ended = state.ended.find(input.lease);
  if (ended == state.ended.end()) return "not_found";
  // Who releases what was its own and is over has what it wants.
  return input.kind == Kind::release && ended->second == input.session ? "" : "conflict";
}

}  // namespace

std::vector<State> LeaseModel::step(const State& state, const Input& input, const Output* output) {
  switch (input.kind) {
    case Kind::request:
      // A grant of which nobody was told has a number that the model cannot guess: the test looks it up, and
      // gives it as an answer that came at no time.
      return output == nullptr ? std::vector<State>{state} : request(state, input, *output);
    case Kind::release:
    case Kind::renew: {
      const std::string expected = refusal(state, input);
      if (output != nullptr && output->code != expected) return {};
      const bool ends = input.kind == Kind::release && expected.empty();
      return {ends ? without(state, input.lease) : state};
    }
    case Kind::look: {
      const bool fits = output == nullptr || output->holders == in_the_way(state, input.session, false);
      return fits ? std::vector<State>{state} : std::vector<State>{};
    }
    case Kind::end_lease: return {without(state, input.lease)};
    case Kind::end_session: {
      State next = state;
      for (const auto& [lease, holding] : state.open) {
        if (holding.session == input.session) next = without(std::move(next), lease);
      }
      return {std::move(next)};
    }
  }
  return {};
}

bool LeaseModel::only_looks(const Input& input, const Output& output) {
  return input.kind == Kind::look || input.kind == Kind::renew || !output.code.empty() ||
         (input.kind == Kind::request && !output.created);
}

std::string LeaseModel::key(const State& state) {
  std::string text = fmt::format("fence {}:", state.highest_fence);
  for (const auto& [lease, holding] : state.open) {
    text += fmt::format(" {}{}@{}#{}", lease, holding.shared ? "s" : "x", holding.session, holding.fence);
  }
  // Those that have ended follow from the operations that are in the order already.
  return text;
}

std::string LeaseModel::describe(const Input& input, const Output* output) {
  std::string text;
  switch (input.kind) {
    case Kind::request: text = input.shared ? "request shared" : "request exclusive"; break;
    case Kind::release: text = fmt::format("release {}", input.lease); break;
    case Kind::renew: text = fmt::format("renew {}", input.lease); break;
    case Kind::look: text = "look"; break;
    case Kind::end_session: text = "end"; break;
    case Kind::end_lease: text = fmt::format("end of lease {}", input.lease); break;
  }
  text += fmt::format(" by session {}", input.session);
  if (output == nullptr) return text;
  if (!output->code.empty()) return text + ": " + output->code;
  if (output->granted) {
    return text + fmt::format(": {} lease {} with fence {}", output->created ? "new" : "own", output->lease,
                              output->fence);
  }
  return text + fmt::format(": in the way [{}]", fmt::join(output->holders, ", "));
}

}  // namespace governor::linearizability
