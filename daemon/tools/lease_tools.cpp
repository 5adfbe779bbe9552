#include "daemon/tools/lease_tools.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/files/file_services.hpp"
#include "daemon/support/sha256.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agent_reference.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/lease_json.hpp"
#include "daemon/tools/lease_schemas.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxLeasedPaths = 256;
constexpr std::int64_t kDefaultTtl = 600;
constexpr std::int64_t kLongestTtl = 86'400;
constexpr std::int64_t kLongestLeaseWait = 300;

/// What the calls that name paths have in common: the acting agent, and the paths resolved on a file thread.
class PathCall : public ToolCall {
 public:
  PathCall(std::optional<std::string> agent_id, std::vector<std::string> paths)
      : given_agent_(std::move(agent_id)), given_paths_(std::move(paths)) {}

  core::Result<std::vector<std::string>> prepare(const CallContext& context) override {
    auto agent = acting_agent(context, given_agent_);
    if (!agent) return std::move(agent.error());
    agent_ = *std::move(agent);
    directory_ = working_directory(context);
    return agent_.empty() ? std::vector<std::string>{} : std::vector<std::string>{agent_};
  }
  [[nodiscard]] bool depends_on_all() const override { return true; }

  void work(FileServices& files) override {
    resolved_ = true;
    for (const std::string& given : given_paths_) {
      auto path =
          is_about_writing() ? callers_path(given, directory_, files) : resolve_path(given, directory_);
      if (!path) {
        failure_ = std::move(path.error());
        return;
      }
      paths_.push_back(lease_path(*path));
    }
  }

  core::Result<std::string> run(CallContext& context) final {
    if (!resolved_ && !given_paths_.empty()) {
      context.next = CallContext::Next::work;
      return std::string();
    }
    if (failure_) return *failure_;
    return run_with_paths(context);
  }

 protected:
  virtual core::Result<std::string> run_with_paths(CallContext& context) = 0;
  /// Then governor's own files are refused.
  [[nodiscard]] virtual bool is_about_writing() const { return false; }

  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] const std::vector<core::LeasePath>& paths() const { return paths_; }

 private:
  std::optional<std::string> given_agent_;
  std::vector<std::string> given_paths_;
  std::string agent_;
  std::string directory_;
  bool resolved_ = false;
  std::optional<core::Error> failure_;
  std::vector<core::LeasePath> paths_;
};

struct Wish {
  core::LeaseMode mode = core::LeaseMode::exclusive;
  std::int64_t ttl = kDefaultTtl;
  std::int64_t wait = 0;
  bool direct = false;
  std::string reason;
  std::string token_hash;
};

class RequestCall final : public PathCall {
 public:
  RequestCall(std::optional<std::string> agent_id, std::vector<std::string> paths, Wish wish)
      : PathCall(std::move(agent_id), std::move(paths)), wish_(std::move(wish)) {}

  void stop_waiting(core::State& state) override { state.stop_waiting(waiter_); }

 protected:
  [[nodiscard]] bool is_about_writing() const override { return true; }
  core::Result<std::string> run_with_paths(CallContext& context) override {
    if (since_us_ == 0) since_us_ = context.now_us;
    core::LeaseCommand command;
    command.agent_id = agent();
    command.token_hash = wish_.token_hash;
    command.mode = wish_.mode;
    command.paths = paths();
    command.ttl_us = wish_.ttl * kSecondUs;
    command.wait_until_us = since_us_ + wish_.wait * kSecondUs;
    command.direct = wish_.direct;
    command.reason = wish_.reason;
    command.waiter = waiter_;
    const std::int64_t deadline = command.wait_until_us;
    const auto outcome =
        context.state.request_lease(context.caller, std::move(command), context.now_us, context.changes);
    if (!outcome) return core::Error(outcome.error());
    if (outcome->status == core::LeaseOutcome::Status::waiting) {
      waiter_ = outcome->waiter;
      context.next = CallContext::Next::wait;
      context.waiter = waiter_;
      context.wait_until_us = deadline;
      return std::string();
    }
    return answer(*outcome, context.now_us);
  }

 private:
  [[nodiscard]] std::string answer(const core::LeaseOutcome& outcome, std::int64_t now_us) const {
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
    } else {
      json.field("status", "held");
      write_obstacles(json, outcome.obstacles);
      json.field("ahead", static_cast<std::uint64_t>(outcome.ahead));
      json.field("guidance", wish_.wait == 0
                                 ? "Nothing was granted. Ask again with wait_seconds to stand in the queue, "
                                   "or work on something else."
                                 : "Nothing was granted within wait_seconds. Work on something else, or ask "
                                   "again.");
    }
    if (wish_.wait != 0)
      json.field("waited_seconds", static_cast<double>(now_us - since_us_) / static_cast<double>(kSecondUs));
    json.end_object();
    return text;
  }

  Wish wish_;
  std::int64_t since_us_ = 0;
  core::WaiterKey waiter_ = 0;
};

core::Result<std::unique_ptr<ToolCall>> parse_request(const boost::json::object& object,
                                                      const ToolEnvironment&) {
  Arguments arguments(object);
  auto paths = arguments.texts("paths", kMaxLeasedPaths, kMaxPathBytes);
  Wish wish;
  wish.mode = arguments.choice("mode", {"exclusive", "shared"}) == "shared" ? core::LeaseMode::shared
                                                                            : core::LeaseMode::exclusive;
  wish.ttl = arguments.integer("ttl_seconds", kDefaultTtl, 1, kLongestTtl);
  wish.wait = arguments.integer("wait_seconds", 0, 0, kLongestLeaseWait);
  wish.direct = arguments.flag("direct", false);
  wish.reason = arguments.text("reason", kMaxFileReasonBytes).value_or("");
  auto agent_id = arguments.agent_id();
  if (const auto token = arguments.text("token", kMaxTokenBytes)) wish.token_hash = sha256_hex(*token);
  if (!paths) {
    arguments.require("paths", fmt::format("a list of 1 to {} paths", kMaxLeasedPaths));
  } else if (paths->empty()) {
    arguments.refuse(
        core::invalid_argument("paths", "[]", fmt::format("a list of 1 to {} paths", kMaxLeasedPaths)));
  }
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<RequestCall>(std::move(agent_id), *std::move(paths), std::move(wish)));
}

/// Who may write a path now.
class CheckCall final : public PathCall {
 public:
  using PathCall::PathCall;

 protected:
  [[nodiscard]] bool is_about_writing() const override { return true; }
  core::Result<std::string> run_with_paths(CallContext& context) override {
    const core::LeasePath& path = paths().front();
    core::LeaseHolder self{context.caller.session, 0, agent(), {}, 0};
    if (const core::Agent* known = agent().empty() ? nullptr : context.state.find_agent(agent()))
      self.agent = known->profile.key;
    const core::LeaseClaim wanted{self, core::LeaseMode::exclusive, {path}};
    std::vector<const core::Lease*> in_the_way;
    for (const auto& [key, lease] : context.state.leases().open()) {
      if (lease.claim.conflicts_with(wanted)) in_the_way.push_back(&lease);
    }
    const core::Lease* own = context.state.own_lease_covering(path, self);
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("path", path.text()).field("may_write", own != nullptr);
    if (own != nullptr) json.field("lease", own->key);
    json.key("holders").begin_array();
    for (const core::Lease* lease : in_the_way) write_lease(json, *lease);
    json.end_array();
    json.field("reason", own != nullptr       ? "You hold a lease on it."
                         : in_the_way.empty() ? "Nobody holds it: request_write grants it."
                                              : "Others hold it.");
    json.end_object();
    return text;
  }
};

core::Result<std::unique_ptr<ToolCall>> parse_check(const boost::json::object& object,
                                                    const ToolEnvironment&) {
  Arguments arguments(object);
  auto path = arguments.text("path", kMaxPathBytes);
  auto agent_id = arguments.agent_id();
  if (!path) arguments.require("path", "the path of a file");
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<CheckCall>(std::move(agent_id), std::vector<std::string>{*std::move(path)}));
}

/// A change of one lease: `Change` is called on the state strand.
template <class Change>
class LeaseCall final : public ToolCall {
 public:
  explicit LeaseCall(Change change) : change_(std::move(change)) {}
  [[nodiscard]] bool depends_on_all() const override { return true; }

  core::Result<std::string> run(CallContext& context) override {
    const core::Result<core::Lease> lease = change_(context);
    if (!lease) return core::Error(lease.error());
    std::string text;
    JsonWriter json(text);
    write_lease(json, *lease);
    return text;
  }

 private:
  Change change_;
};

template <class Change>
std::unique_ptr<ToolCall> lease_call(Change change) {
  return std::make_unique<LeaseCall<Change>>(std::move(change));
}

core::LeaseKey read_lease_number(Arguments& arguments) {
  const std::int64_t key = arguments.integer("lease", 0, 1, INT64_MAX);
  if (key == 0) arguments.require("lease", "the number that request_write gave");
  return key;
}

core::Result<std::unique_ptr<ToolCall>> parse_renew(const boost::json::object& object,
                                                    const ToolEnvironment&) {
  Arguments arguments(object);
  const core::LeaseKey key = read_lease_number(arguments);
  const std::int64_t ttl = arguments.integer("ttl_seconds", kDefaultTtl, 1, kLongestTtl);
  if (auto error = arguments.finish()) return *std::move(error);
  return lease_call([key, ttl](CallContext& context) {
    return context.state.renew_lease(context.caller, key, ttl * kSecondUs, context.now_us, context.changes);
  });
}

core::Result<std::unique_ptr<ToolCall>> parse_release(const boost::json::object& object,
                                                      const ToolEnvironment&) {
  Arguments arguments(object);
  const core::LeaseKey key = read_lease_number(arguments);
  if (auto error = arguments.finish()) return *std::move(error);
  return lease_call([key](CallContext& context) {
    return context.state.release_lease(context.caller, key, context.now_us, context.changes);
  });
}

core::Result<std::unique_ptr<ToolCall>> parse_break(const boost::json::object& object,
                                                    const ToolEnvironment&) {
  Arguments arguments(object);
  const core::LeaseKey key = read_lease_number(arguments);
  std::string reason = arguments.text("reason", kMaxFileReasonBytes).value_or("");
  if (reason.empty()) arguments.require("reason", "why, for the audit log and for the holder");
  if (auto error = arguments.finish()) return *std::move(error);
  return lease_call([key, reason = std::move(reason)](CallContext& context) {
    return context.state.break_lease(context.caller, key, reason, context.now_us, context.changes);
  });
}

class ListLeasesCall final : public PathCall {
 public:
  ListLeasesCall(std::string agent_id, std::vector<std::string> paths, core::LeaseKey after,
                 std::size_t limit)
      : PathCall(std::nullopt, std::move(paths)),
        of_agent_(std::move(agent_id)),
        after_(after),
        limit_(limit) {}

 protected:
  core::Result<std::string> run_with_paths(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("leases").begin_array();
    std::size_t count = 0;
    core::LeaseKey last = 0;
    bool more = false;
    for (const auto& [key, lease] : context.state.leases().open()) {
      if (key <= after_ || !is_asked_for(lease.claim)) continue;
      more = count == limit_;
      if (more) break;
      write_lease(json, lease);
      last = key;
      ++count;
    }
    json.end_array().key("waiting").begin_array();
    std::size_t waiting = 0;
    for (const auto& [key, waiter] : context.state.leases().waiters()) {
      if (is_asked_for(waiter.claim) && waiting++ < limit_) write_waiter(json, waiter);
    }
    json.end_array().field("count", static_cast<std::uint64_t>(count));
    if (more) json.field("next_cursor", last);
    json.end_object();
    return text;
  }

 private:
  [[nodiscard]] bool is_asked_for(const core::LeaseClaim& claim) const {
    if (!of_agent_.empty() && claim.holder.agent_id != of_agent_) return false;
    if (paths().empty()) return true;
    return std::any_of(claim.paths.begin(), claim.paths.end(),
                       [this](const core::LeasePath& path) { return path.conflicts_with(paths().front()); });
  }

  std::string of_agent_;
  core::LeaseKey after_;
  std::size_t limit_;
};

core::Result<std::unique_ptr<ToolCall>> parse_list_leases(const boost::json::object& object,
                                                          const ToolEnvironment&) {
  Arguments arguments(object);
  std::vector<std::string> paths;
  if (auto path = arguments.text("path", kMaxPathBytes)) paths.push_back(*std::move(path));
  std::string agent_id = arguments.agent_id().value_or("");
  const auto limit = static_cast<std::size_t>(arguments.integer("limit", 100, 1, 500));
  const core::LeaseKey after = arguments.integer("cursor", 0, 1, INT64_MAX);
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(
      std::make_unique<ListLeasesCall>(std::move(agent_id), std::move(paths), after, limit));
}

}  // namespace

std::vector<Tool> lease_tools() {
  return {
      {"request_write", "coordination", "Ask for files to write",
       "Call before you write files that others may write too. Grants a lease, or says who holds it; with "
       "wait_seconds it stands in the queue.",
       kRequestWriteInput, kRequestWriteOutput, false, true, parse_request, true},
      {"renew_write", "coordination", "Keep a lease longer",
       "Sets the end of your lease to ttl_seconds from now.", kRenewInput, kLeaseOutput, false, true,
       parse_renew},
      {"release_write", "coordination", "Release a lease",
       "Lets others write. Call it as soon as you are done.", kReleaseInput, kReleaseOutput, false, true,
       parse_release, true},
      {"check_write", "coordination", "Who may write a file",
       "Says who may write a path now. Changes nothing.", kCheckInput, kCheckOutput, true, true, parse_check},
      {"list_leases", "coordination", "List leases", "Open leases, oldest first, and requests that wait.",
       kListInput, kListOutput, true, true, parse_list_leases},
  };
}

const Tool& lease_break_request() {
  static const Tool request{"governor/lease_break", "", "", "", "", "", false, true, parse_break};
  return request;
}

}  // namespace governor::daemon
