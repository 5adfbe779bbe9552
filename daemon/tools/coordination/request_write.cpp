#include "daemon/tools/coordination/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/files/file_services.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/elsewhere.hpp"
#include "daemon/tools/coordination/found_files.hpp"
#include "daemon/tools/coordination/lease_json.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/lease_request.hpp"
#include "daemon/tools/coordination/lease_schemas.hpp"
#include "daemon/tools/coordination/path_call.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxLeasedPaths = 256;
/// Of a client that is not told how far its call is: most give up after a minute.
constexpr std::int64_t kLongestSilentWait = 50;
/// Files are read again when they seem to have changed before the grant; not for ever, if others go on
/// writing.
constexpr int kMostReads = 3;

struct LeaseWish {
  core::LeaseMode mode = core::LeaseMode::exclusive;
  std::int64_t ttl = kDefaultLeaseTtl;
  std::int64_t wait = 0;
  bool direct = false;
  std::string reason;
  std::string token_hash;
};

class RequestWriteCall final : public PathCall {
 public:
  RequestWriteCall(std::optional<std::string> agent_id, std::vector<std::string> paths, LeaseWish wish)
      : PathCall(std::move(agent_id), std::move(paths)), wish_(std::move(wish)) {}

  /// The files were not read yet when the line was sent first: it runs again for that.
  core::Result<std::optional<std::string>> replay(Store& store, const core::Answer& answer) override {
    if (answer.kind != core::Answer::Kind::grant) return ToolCall::replay(store, answer);
    granted_before_ = answer.target;
    return std::optional<std::string>();
  }

  void finish_unseen(CallContext& context) override {
    if (granted_.created && is_still_granted(context.state))
      (void)context.state.release_lease(context.caller, granted_.lease.key, context.now_us, context.changes);
  }

 protected:
  void work(FileServices& files) override {
    if (!is_resolved()) PathCall::work(files);
    found_.read(files);
    ++reads_;
  }
  [[nodiscard]] bool is_about_writing() const override { return true; }
  std::optional<core::Error> on_path(const ResolvedPath& path, const FileServices& files) override {
    found_.add(path);
    return wish_.direct && !path.pattern ? files.own().direct_refusal(path.path) : std::nullopt;
  }

  Step run_with_paths(CallContext& context) override {
    if (since_us_ == 0) since_us_ = context.now_us;
    if (granted_before_ != 0) return answer_again(context);
    if (is_still_granted(context.state)) {
      // What was stored with the grant does not say yet what the files hold.
      std::string text = answer(granted_, context);
      context.state.save_answer(context.caller, text, context.changes);
      return text;
    }
    if (!lease_request_.has_waited() && reads_ < kMostReads && found_.differ_from(context.state))
      return work_on_paths();
    return request(context);
  }

 private:
  Step request(CallContext& context) {
    wait_ = context.client_follows ? wish_.wait : std::min(wish_.wait, kLongestSilentWait);
    core::LeaseCommand command;
    command.agent_id = agent();
    command.token_hash = wish_.token_hash;
    command.mode = wish_.mode;
    command.paths = paths();
    command.ttl_us = wish_.ttl * kSecondUs;
    command.wait_until_us = since_us_ + wait_ * kSecondUs;
    command.direct = wish_.direct;
    command.reason = wish_.reason;
    auto asked = lease_request_.ask(context, context.caller, std::move(command), wait_ * kSecondUs);
    // A line that has come again after a crash has waited before.
    if (lease_request_.since_us() != 0) since_us_ = lease_request_.since_us();
    if (auto* step = std::get_if<Step>(&asked)) return std::move(*step);
    auto& outcome = std::get<core::Result<core::LeaseOutcome>>(asked);
    if (!outcome) return std::move(outcome.error());
    const bool is_granted = outcome->status == core::LeaseOutcome::Status::granted;
    if (is_granted && lease_request_.has_waited() && granted_.lease.key != outcome->lease.key) {
      // Those that had it may have written.
      granted_ = *std::move(outcome);
      context.state.save_grant(context.caller, granted_.lease.key, context.changes);
      return work_on_paths();
    }
    std::string text = answer(*outcome, context);
    if (granted_.lease.key != 0) context.state.save_answer(context.caller, text, context.changes);
    return text;
  }

  /// Not if the state was read back meanwhile without the grant, nor if the lease is over already.
  [[nodiscard]] bool is_still_granted(const core::State& state) const {
    const auto open = state.leases().open().find(granted_.lease.key);
    return granted_.lease.key != 0 && open != state.leases().open().end() &&
           open->second.fence == granted_.lease.fence;
  }

  /// As it was granted, also if that is over by now.
  Step answer_again(CallContext& context) {
    const core::LeaseTable& leases = context.state.leases();
    const auto open = leases.open().find(granted_before_);
    const core::Lease* lease =
        open != leases.open().end() ? &open->second : leases.find_ended(granted_before_);
    granted_before_ = 0;
    if (lease == nullptr) return request(context);
    core::LeaseOutcome outcome;
    outcome.status = core::LeaseOutcome::Status::granted;
    outcome.created = true;
    outcome.lease = *lease;
    std::string text = answer(outcome, context);
    context.state.save_answer(context.caller, text, context.changes);
    return text;
  }

  [[nodiscard]] std::string answer(const core::LeaseOutcome& outcome, const CallContext& context) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    if (outcome.status == core::LeaseOutcome::Status::granted) {
      const core::Lease& lease = outcome.lease;
      json.field("status", "granted").field("lease", lease.key).field("fence", lease.fence);
      json.field("created", outcome.created).field("mode", core::to_string(lease.claim.mode));
      json.key("paths").begin_array();
      for (const core::LeasePath& path : lease.claim.paths) json.value(path.text());
      json.end_array().field("until", iso_timestamp(lease.expires_us));
      found_.write(json);
      write_elsewhere(json, elsewhere(context, lease.claim));
    } else {
      json.field("status", "held");
      write_obstacles(json, outcome.obstacles);
      json.field("ahead", static_cast<std::uint64_t>(outcome.ahead)).field("guidance", guidance());
    }
    if (wish_.wait != 0)
      json.field("waited_seconds",
                 static_cast<double>(context.now_us - since_us_) / static_cast<double>(kSecondUs));
    json.end_object();
    return text;
  }

  /// Who works on the same files in other working trees, for whoever is going to write.
  [[nodiscard]] std::vector<core::Elsewhere> elsewhere(const CallContext& context,
                                                       const core::LeaseClaim& claim) const {
    std::vector<core::Elsewhere> all;
    if (claim.mode != core::LeaseMode::exclusive) return all;
    for (const core::LeasePath& path : paths()) {
      const core::ElsewhereQuestion question{path, claim.holder,
                                             worktrees().worktrees(path.in_repository.repository),
                                             found_.content_of(path.text())};
      for (core::Elsewhere& one : context.state.elsewhere(question, context.now_us)) {
        if (all.size() < core::kMostElsewhere) all.push_back(std::move(one));
      }
    }
    return all;
  }

  /// What to do when others have it.
  [[nodiscard]] std::string guidance() const {
    if (wish_.wait == 0) {
      return "Nothing was granted. Ask again with wait_seconds to stand in the queue, or work on something "
             "else.";
    }
    if (wait_ < wish_.wait) {
      return fmt::format(
          "Nothing was granted within {} s, the longest wait of a client that gives no progress token. Ask "
          "again to go on waiting, or work on something else.",
          wait_);
    }
    return "Nothing was granted within wait_seconds. Work on something else, or ask again.";
  }

  LeaseWish wish_;
  std::int64_t since_us_ = 0;
  std::int64_t wait_ = 0;  ///< seconds, as long as it may wait
  LeaseRequest lease_request_;
  FoundFiles found_;
  int reads_ = 0;
  core::LeaseKey granted_before_ = 0;  ///< by the line that comes again
  core::LeaseOutcome granted_;         ///< after a wait, while the files are read once more
};

constexpr Parameter kRequestWriteParameters[] = {
    texts("paths", kMaxLeasedPaths, kMaxPathBytes, "Files, directories or globs (* ? **), all or nothing")
        .not_empty()
        .quiet()
        .required_by_the_tool(),
    choice("mode", "exclusive shared").otherwise("exclusive"),
    lease_time(),
    integer("wait_seconds", 0, 300).otherwise(0),
    flag("direct", "You write with your own tools"),
    file_reason(),
    agent_id(),
    token(),
};

ParsedCall parse_request_write(Arguments& arguments, const ToolEnvironment&) {
  auto paths = arguments.texts("paths");
  LeaseWish wish;
  if (arguments.choice("mode") == "shared") wish.mode = core::LeaseMode::shared;
  wish.ttl = arguments.integer("ttl_seconds");
  wish.wait = arguments.integer("wait_seconds");
  wish.direct = arguments.flag("direct");
  wish.reason = arguments.text("reason").value_or("");
  auto agent_id = arguments.agent_id();
  wish.token_hash = arguments.token_hash();
  if (!paths) {
    arguments.require("paths", fmt::format("a list of 1 to {} paths", kMaxLeasedPaths));
  } else if (paths->empty()) {
    arguments.refuse(
        core::invalid_argument("paths", "[]", fmt::format("a list of 1 to {} paths", kMaxLeasedPaths)));
  }
  return std::make_unique<RequestWriteCall>(
      std::move(agent_id), std::move(paths).value_or(std::vector<std::string>()), std::move(wish));
}

}  // namespace

Tool request_write_tool() {
  return {{"request_write", Effect::idempotent, kRequestWriteParameters, parse_request_write},
          "coordination",
          "Ask to write",
          "Call before you write files. Grants a lease and says what the files hold (sha256), or who has "
          "them. In a leased directory ask again for the file.",
          kRequestWriteOutput,
          true};
}

}  // namespace governor::daemon
