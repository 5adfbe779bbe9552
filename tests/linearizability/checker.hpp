#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace governor::linearizability {

/// One operation on one object, as its client saw it. Without an answer its outcome is unknown: it may have
/// taken effect at any time since it was sent, or never.
template <class Input, class Output>
struct Operation {
  Input input;
  std::optional<Output> output;
  std::int64_t sent = 0;
  std::int64_t answered = INT64_MAX;  ///< of an operation with an answer
};

enum class Verdict { linearizable, not_linearizable, undecided };

struct Finding {
  Verdict verdict = Verdict::linearizable;
  std::string explanation;  ///< where the search got stuck; empty if linearizable
};

/// Looks for an order of the operations that is one after the other, keeps to their times and agrees with
/// what was answered (Wing and Gong's search, with the memory of places already seen that Lowe added). It
/// knows nothing of the program under test but the model, which gives
///   State, Input, Output
///   State initial()
///   std::vector<State> step(const State&, const Input&, const Output*)   states that may follow, none if the
///                                                        answer is impossible here; null: it is not known
///   bool only_looks(const Input&, const Output&)         whether what was answered so changes no state at
///   all std::string key(const State&)                        the same for the same state, given the
///   operations done std::string describe(const Input&, const Output*)
template <class Model>
class Checker {
 public:
  using Op = Operation<typename Model::Input, typename Model::Output>;

  explicit Checker(std::vector<Op> history, std::size_t budget = 2'000'000) : budget_(budget) {
    for (Op& op : history) (op.output ? completed_ : unknown_).push_back(std::move(op));
    std::stable_sort(completed_.begin(), completed_.end(),
                     [](const Op& a, const Op& b) { return a.sent < b.sent; });
  }

  Finding check() {
    std::vector<Place> open;
    open.push_back(Place{model_.initial(), 0, std::vector<bool>(unknown_.size()), {}});
    while (!open.empty()) {
      Place place = std::move(open.back());
      open.pop_back();
      take_what_only_looks(place);
      if (place.first == completed_.size()) return {};
      if (!seen_.insert(key_of(place)).second) continue;
      if (seen_.size() > budget_) return {Verdict::undecided, "too many orders to look at"};
      note_progress(place);
      branch(place, open);
    }
    return {Verdict::not_linearizable, explanation_};
  }

 private:
  struct Place {
    typename Model::State state;
    std::size_t first;          ///< of `completed_`: all before it are in the order
    std::vector<bool> unknown;  ///< of `unknown_`: in the order
    std::vector<bool> ahead;    ///< of `completed_` from `first` on: in the order already
  };

  [[nodiscard]] bool is_taken(const Place& place, std::size_t i) const {
    return i < place.first || (i - place.first < place.ahead.size() && place.ahead[i - place.first]);
  }

  /// Whoever is next in the order was sent before this.
  [[nodiscard]] std::int64_t horizon(const Place& place) const {
    std::int64_t earliest = INT64_MAX;
    for (std::size_t i = place.first; i < completed_.size(); ++i) {
      if (completed_[i].sent > earliest) break;
      if (!is_taken(place, i)) earliest = std::min(earliest, completed_[i].answered);
    }
    return earliest;
  }

  static void take(Place& place, std::size_t i) {
    const std::size_t at = i - place.first;
    if (place.ahead.size() <= at) place.ahead.resize(at + 1);
    place.ahead[at] = true;
    const auto gap = std::find(place.ahead.begin(), place.ahead.end(), false);
    place.first += static_cast<std::size_t>(gap - place.ahead.begin());
    place.ahead.erase(place.ahead.begin(), gap);
    while (!place.ahead.empty() && !place.ahead.back()) place.ahead.pop_back();
  }

  /// An operation that can be next and never changes anything may as well be next. (One that changes nothing
  /// here may have to come later, where it does.)
  void take_what_only_looks(Place& place) {
    for (bool again = true; again && place.first < completed_.size();) {
      again = false;
      const std::int64_t limit = horizon(place);
      for (std::size_t i = place.first; i < completed_.size() && completed_[i].sent <= limit; ++i) {
        const Op& op = completed_[i];
        if (is_taken(place, i) || !model_.only_looks(op.input, *op.output)) continue;
        if (model_.step(place.state, op.input, &*op.output).empty()) continue;
        take(place, i);
        again = true;
        break;
      }
    }
  }

  void branch(const Place& place, std::vector<Place>& open) {
    const std::int64_t limit = horizon(place);
    const std::string here = model_.key(place.state);
    // What is pushed last is looked at first: those with an answer, in the order in which they were sent.
    for (std::size_t i = 0; i < unknown_.size(); ++i) {
      if (place.unknown[i] || unknown_[i].sent > limit) continue;
      for (auto& state : model_.step(place.state, unknown_[i].input, nullptr)) {
        if (model_.key(state) == here) continue;  // as if it never happened, which it may
        Place next{std::move(state), place.first, place.unknown, place.ahead};
        next.unknown[i] = true;
        open.push_back(std::move(next));
      }
    }
    std::vector<std::size_t> candidates;
    for (std::size_t i = place.first; i < completed_.size() && completed_[i].sent <= limit; ++i) {
      if (!is_taken(place, i)) candidates.push_back(i);
    }
    for (auto i = candidates.rbegin(); i != candidates.rend(); ++i) {
      for (auto& state : model_.step(place.state, completed_[*i].input, &*completed_[*i].output)) {
        Place next{std::move(state), place.first, place.unknown, place.ahead};
        take(next, *i);
        open.push_back(std::move(next));
      }
    }
  }

  [[nodiscard]] std::string key_of(const Place& place) const {
    std::string key = std::to_string(place.first) + '|';
    for (const bool taken : place.ahead) key += taken ? '1' : '0';
    key += '|';
    for (const bool taken : place.unknown) key += taken ? '1' : '0';
    return key + '|' + model_.key(place.state);
  }

  /// For the explanation: the place that the search got furthest to.
  void note_progress(const Place& place) {
    const auto ahead = static_cast<std::size_t>(std::count(place.ahead.begin(), place.ahead.end(), true));
    if (place.first + ahead < furthest_) return;
    furthest_ = place.first + ahead + 1;
    explanation_ = "after " + std::to_string(place.first + ahead) + " of " +
                   std::to_string(completed_.size()) + " operations the state is " + model_.key(place.state) +
                   ", and none of these can be next:";
    const std::int64_t limit = horizon(place);
    for (std::size_t i = place.first; i < completed_.size() && completed_[i].sent <= limit; ++i) {
      if (is_taken(place, i)) continue;
      explanation_ += "\n  " + model_.describe(completed_[i].input, &*completed_[i].output) + " at " +
                      std::to_string(completed_[i].sent) + " to " + std::to_string(completed_[i].answered);
    }
    for (const Op& op : unknown_) {
      explanation_ += "\n  without an answer: " + model_.describe(op.input, nullptr) + " since " +
                      std::to_string(op.sent);
    }
  }

  Model model_;
  std::vector<Op> completed_;  ///< by the time at which they were sent
  std::vector<Op> unknown_;
  std::size_t budget_;
  std::unordered_set<std::string> seen_;
  std::size_t furthest_ = 0;
  std::string explanation_;
};

template <class Model>
Finding check(std::vector<typename Checker<Model>::Op> history) {
  return Checker<Model>(std::move(history)).check();
}

}  // namespace governor::linearizability
