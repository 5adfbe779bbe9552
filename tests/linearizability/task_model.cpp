#include "tests/linearizability/task_model.hpp"

#include <fmt/format.h>

namespace governor::linearizability {
namespace {

using Input = TaskModel::Input;
using Output = TaskModel::Output;
using State = TaskModel::State;
using Kind = Input::Kind;

/// What the operation does and says in this state.
struct Effect {
  State state;
  Output output;
};

bool is_over(const std::string& status) {
  return status == "done" || status == "failed" || status == "cancelled";
}

Effect refused(const State& state, std::string code) {
  Output output;
  output.code = std::move(code);
  return {state, std::move(output)};
}

Effect shown(State state, int session) {
  Output output;
  output.standing = TaskModel::Standing{state.status, state.progress, state.claims, state.owner != 0,
                                        state.owner == session};
  return {std::move(state), std::move(output)};
}

Effect define(const State& state, const Input& input) {
  Effect effect{state, {}};
  if (!state.defined) {
    effect.state = State{};
    effect.state.defined = true;
    effect.state.definition = input.definition;
    effect.output.created = true;
  } else if (state.definition != input.definition) {
    return refused(state, "already_exists");
  }
  return effect;
}

Effect claim(const State& state, const Input& input) {
  if (state.owner == input.session) return shown(state, input.session);
  if (state.owner != 0 || state.status != "pending") return refused(state, "conflict");
  State next = state;
  next.status = "in_progress";
  next.owner = input.session;
  next.claims += 1;
  return shown(std::move(next), input.session);
}

Effect update(const State& state, const Input& input) {
  if (state.owner != 0 && state.owner != input.session) return refused(state, "not_owner");
  State next = state;
  if (!input.status.empty()) {
    if (is_over(state.status) && input.status != state.status && input.status != "pending") {
      return refused(state, "conflict");
    }
    if (input.status == "in_progress" && state.owner == 0) return refused(state, "conflict");
    next.status = input.status;
    if (is_over(state.status) && input.status == "pending") next.progress = 0;
    if (input.status == "done" && state.status != "done") next.progress = 100;
    if (input.status == "pending" || is_over(input.status)) next.owner = 0;
  }
  if (input.progress) next.progress = *input.progress;
  return shown(std::move(next), input.session);
}

State returned_to_queue(State state) {
  state.owner = 0;
  state.status = "pending";
  return state;
}

Effect effect_of(const State& state, const Input& input) {
  switch (input.kind) {
    case Kind::define: return define(state, input);
    case Kind::end_session: return {state.owner == input.session ? returned_to_queue(state) : state, {}};
    case Kind::end_claim: {
      const bool holds = state.owner != 0 && state.claims == input.claim;
      return {holds ? returned_to_queue(state) : state, {}};
    }
    default: break;
  }
  if (!state.defined) return refused(state, "not_found");
  if (input.kind == Kind::claim) return claim(state, input);
  if (input.kind == Kind::update) return update(state, input);
  return shown(state, input.session);
}

std::string words(const TaskModel::Standing& standing) {
  return fmt::format("{} {} %, {} claims{}", standing.status, standing.progress, standing.claims,
                     standing.yours     ? ", mine"
                     : standing.claimed ? ", another's"
                                        : "");
}

}  // namespace

std::vector<State> TaskModel::step(const State& state, const Input& input, const Output* output) {
  Effect effect = effect_of(state, input);
  if (output != nullptr && (output->code != effect.output.code || output->created != effect.output.created ||
                            output->standing != effect.output.standing)) {
    return {};
  }
  return {std::move(effect.state)};
}

bool TaskModel::only_looks(const Input& input, const Output& output) {
  return input.kind == Kind::get || !output.code.empty() || (input.kind == Kind::define && !output.created);
}

std::string TaskModel::key(const State& state) {
  if (!state.defined) return "undefined";
  return fmt::format("[{}] {} {} %, {} claims, owner {}", state.definition, state.status, state.progress,
                     state.claims, state.owner);
}

std::string TaskModel::describe(const Input& input, const Output* output) {
  std::string text;
  switch (input.kind) {
    case Kind::define: text = fmt::format("define [{}]", input.definition); break;
    case Kind::claim: text = "claim"; break;
    case Kind::update:
      text = fmt::format("update {} {}", input.status,
                         input.progress ? std::to_string(*input.progress) : std::string());
      break;
    case Kind::get: text = "get"; break;
    case Kind::end_session: text = "end"; break;
    case Kind::end_claim: text = fmt::format("end of claim {}", input.claim); break;
  }
  text += fmt::format(" by session {}", input.session);
  if (output == nullptr) return text;
  if (!output->code.empty()) return text + ": " + output->code;
  if (output->standing) return text + ": " + words(*output->standing);
  return text + (output->created ? ": created" : ": ok");
}

}  // namespace governor::linearizability
