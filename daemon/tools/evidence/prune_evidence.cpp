#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/evidence/tools.hpp"

namespace governor::daemon {
namespace {

/// So many go in one transaction, as others wait for it meanwhile.
constexpr std::size_t kEntriesAtOnce = 2'000;
/// So many times in one call; what is left then goes with the next one.
constexpr int kMostRounds = 50;

/// The store is asked for what may go, and it goes; so on until there is no more.
class PruneEvidenceCall final : public ToolCall {
 public:
  explicit PruneEvidenceCall(const EvidenceSettings& settings) : keep_days_(settings.keep_days) {
    scan_.keep_entries = settings.keep_entries;
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      rounds_ = 0;
      scan_.oldest_us = keep_days_ == 0 ? INT64_MIN : context.now_us - keep_days_ * kDayUs;
      return look();
    }
    if (scan_.last != 0) {
      context.state.prune_evidence(scan_.last, context.changes);
      total_ += scan_.count;
      last_ = scan_.last;
      hash_ = scan_.hash;
      if (scan_.more && ++rounds_ < kMostRounds) return look();
    }
    return end(context);
  }

 private:
  /// Only when what was taken away before is durable.
  Step look() {
    return Read{[this](Store& store) { return store.find_prunable_evidence(scan_, kEntriesAtOnce); }};
  }

  Step end(CallContext& context) {
    if (total_ > 0) {
      context.state.audit(context.caller, "evidence_pruned", 0,
                          fmt::format("{} entries up to {} are forgotten, as the configuration says; the "
                                      "chain goes on after {}",
                                      total_, last_, hash_),
                          context.now_us, context.changes);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("entries", total_).field("more", scan_.last != 0 && scan_.more).end_object();
    return text;
  }

  std::int64_t keep_days_;
  EvidencePruneScan scan_;
  std::uint64_t total_ = 0;
  core::EvidenceKey last_ = 0;
  std::string hash_;
  int rounds_ = 0;
};

ParsedCall parse_prune_evidence(Arguments&, const ToolEnvironment& environment) {
  return std::make_unique<PruneEvidenceCall>(environment.evidence());
}

}  // namespace

GovernorRequest prune_evidence_request() {
  return {{"governor/prune_evidence", Effect::idempotent, {}, parse_prune_evidence}, core::Role::person};
}

}  // namespace governor::daemon
