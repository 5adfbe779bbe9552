#include "daemon/tools/coordination/tools.hpp"

#include <fmt/format.h>

#include "daemon/files/file_services.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/argument_limits.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kPruneSlice = 500;
constexpr std::size_t kEnough = 256;  ///< versions in one call

/// The size is measured, the store is read, the contents are removed, and last the versions that named them:
/// after a crash in between the store names contents that are gone, which the next call finds again.
class PruneCall final : public ToolCall {
 public:
  Step run(CallContext& context) override { return (this->*next_)(context); }

 private:
  Step measure(CallContext&) {
    next_ = &PruneCall::find;
    return Work{[this](FileServices& files) {
      since_ = files.backups().moment();
      const std::uint64_t bytes = files.backups().total_bytes();
      scan_.doubtful = files.backups().some_contents();
      scan_.keep_count = files.settings().keep_count;
      scan_.excess_bytes = bytes > files.settings().max_bytes ? bytes - files.settings().max_bytes : 0;
      keep_days_ = static_cast<std::int64_t>(files.settings().keep_days);
    }};
  }

  Step find(CallContext& context) {
    scan_.oldest_us = context.now_us - keep_days_ * kDayUs;
    next_ = &PruneCall::remove;
    return Read{[this](Store& store) { return store.find_prunable(scan_, kPruneSlice); },
                [this] { return !scan_.done && scan_.versions.size() < kEnough; }};
  }

  Step remove(CallContext&) {
    next_ = &PruneCall::end;
    return Work{[this](FileServices& files) {
      for (const std::string& sha256 : scan_.contents) files.backups().remove(sha256, since_);
      files.backups().forget_before(since_);
    }};
  }

  Step end(CallContext& context) {
    const std::size_t count = scan_.versions.size();
    if (count > 0) {
      context.state.prune_versions(std::move(scan_.versions), context.changes);
      context.state.audit(context.caller, "backups_pruned", 0,
                          fmt::format("{} versions of files are forgotten, as the configuration says", count),
                          context.now_us, context.changes);
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("versions", static_cast<std::uint64_t>(count));
    json.field("contents", static_cast<std::uint64_t>(scan_.contents.size())).field("more", !scan_.done);
    json.end_object();
    return text;
  }

  Step (PruneCall::*next_)(CallContext&) = &PruneCall::measure;
  PruneScan scan_;
  std::int64_t keep_days_ = 0;
  std::uint64_t since_ = 0;
};

ParsedCall parse_prune(Arguments&, const ToolEnvironment&) {
  return std::make_unique<PruneCall>();
}

}  // namespace

GovernorRequest prune_request() {
  return {{"governor/prune_backups", Effect::idempotent, {}, parse_prune}, core::Role::person};
}

}  // namespace governor::daemon
