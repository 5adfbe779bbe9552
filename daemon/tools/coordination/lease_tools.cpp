#include "daemon/tools/coordination/tools.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/elsewhere.hpp"
#include "daemon/tools/coordination/lease_json.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/lease_request.hpp"
#include "daemon/tools/coordination/lease_schemas.hpp"
#include "daemon/tools/coordination/path_call.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {
namespace {

/// Who may write a path now.
class CheckCall final : public PathCall {
 public:
  using PathCall::PathCall;

 protected:
  [[nodiscard]] bool is_about_writing() const override { return true; }
  Step run_with_paths(CallContext& context) override {
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
    const auto out_of_reach = own != nullptr ? out_of_touch(context, *own) : std::nullopt;
    const bool may_write = own != nullptr && !out_of_reach;
    json.begin_object().field("path", path.text()).field("may_write", may_write);
    if (own != nullptr) json.field("lease", own->key);
    json.key("holders").begin_array();
    for (const core::Lease* lease : in_the_way) write_lease(json, *lease);
    json.end_array();
    write_elsewhere(
        json, context.state.elsewhere({path, self, worktrees().worktrees(path.in_repository.repository)},
                                      context.now_us));
    json.field("reason", out_of_reach          ? std::string_view(out_of_reach->message)
                         : own != nullptr      ? "You hold a lease on it."
                         : !in_the_way.empty() ? "Others hold it."
                         : path.shared.is_known()
                             ? "No lease of this machine is in the way: request_write asks "
                               "the others as well."
                             : "No lease is in the way: request_write will grant one.");
    json.end_object();
    return text;
  }
};

constexpr Parameter kCheckWriteParameters[] = {
    path_of_file(),
    agent_id(),
};

ParsedCall parse_check(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  auto agent_id = arguments.agent_id();
  return std::make_unique<CheckCall>(std::move(agent_id), std::vector{std::move(path)});
}

/// A change of one lease: `Change` is called on the state strand.
template <class Change>
class LeaseCall final : public ToolCall {
 public:
  explicit LeaseCall(Change change) : change_(std::move(change)) {}

  Step run(CallContext& context) override {
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

constexpr Parameter kRenewWriteParameters[] = {
    lease_number(),
    lease_time("From now on"),
};

ParsedCall parse_renew(Arguments& arguments, const ToolEnvironment&) {
  const core::LeaseKey key = arguments.integer("lease");
  const std::int64_t ttl = arguments.integer("ttl_seconds");
  return lease_call([key, ttl](CallContext& context) -> core::Result<core::Lease> {
    const auto open = context.state.leases().open().find(key);
    if (open != context.state.leases().open().end()) {
      if (auto error = out_of_touch(context, open->second)) return *std::move(error);
    }
    return context.state.renew_lease(context.caller, key, ttl * kSecondUs, context.now_us, context.changes);
  });
}

constexpr Parameter kReleaseWriteParameters[] = {lease_number()};

ParsedCall parse_release(Arguments& arguments, const ToolEnvironment&) {
  const core::LeaseKey key = arguments.integer("lease");
  return lease_call([key](CallContext& context) {
    return context.state.release_lease(context.caller, key, context.now_us, context.changes);
  });
}

constexpr Parameter kBreakLeaseParameters[] = {
    lease_number(),
    file_reason().required("why, for the audit log and for the holder"),
};

ParsedCall parse_break(Arguments& arguments, const ToolEnvironment&) {
  const core::LeaseKey key = arguments.integer("lease");
  std::string reason = arguments.text("reason").value_or("");
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
  Step run_with_paths(CallContext& context) override {
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
      write_lease(json, lease, context.state.leases_elsewhere(lease));
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

constexpr Parameter kListLeasesParameters[] = {
    path("path", "Those in the way of this path only"),
    agent_id(),
    limit(100),
    numbered_cursor(),
};

ParsedCall parse_list_leases(Arguments& arguments, const ToolEnvironment&) {
  std::vector<std::string> paths;
  if (auto path = arguments.text("path")) paths.push_back(*std::move(path));
  std::string agent_id = arguments.agent_id().value_or("");
  const auto limit = arguments.integer<std::size_t>("limit");
  const core::LeaseKey after = arguments.integer("cursor");
  return std::make_unique<ListLeasesCall>(std::move(agent_id), std::move(paths), after, limit);
}

}  // namespace

std::vector<Tool> lease_tools() {
  return {
      request_write_tool(),
      {{"renew_write", Effect::idempotent, kRenewWriteParameters, parse_renew},
       "coordination",
       "Keep a lease longer",
       "Sets the end of your lease to ttl_seconds from now.",
       kLeaseOutput},
      {{"release_write", Effect::idempotent, kReleaseWriteParameters, parse_release},
       "coordination",
       "Release a lease",
       "Lets others write. Call it once you have written.",
       kReleaseOutput,
       true},
      {{"check_write", Effect::none, kCheckWriteParameters, parse_check},
       "coordination",
       "Who may write a file",
       "Says who may write a path now. Changes nothing.",
       kCheckOutput},
      {{"list_leases", Effect::none, kListLeasesParameters, parse_list_leases},
       "coordination",
       "List leases",
       "Open leases, oldest first, and requests that wait.",
       kListOutput},
  };
}

GovernorRequest lease_break_request() {
  return {{"governor/lease_break", Effect::idempotent, kBreakLeaseParameters, parse_break},
          core::Role::person};
}

}  // namespace governor::daemon
