// What agents see of requests to people: they ask, look and wait, and never answer.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/approvals/approval_json.hpp"
#include "daemon/tools/approvals/tools.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"

namespace governor::daemon {
namespace {

constexpr std::int64_t kLongestApprovalWait = 300;
constexpr std::int64_t kSilentApprovalWait = 45;  ///< clients give up on calls of which they hear nothing

constexpr std::string_view kApprovalOutput =
    R"({"type":"object","properties":{"approval":{"type":"integer"},"kind":{"type":"string"},"status":{"type":"string"},)"
    R"("asks":{"type":"string"},"why":{"type":"string"},"without_answer":{"type":"string"},"expires":{"type":"string"},)"
    R"("answer":{"type":"object"},"until":{"type":"string"}},"required":["approval","kind","status","asks"]})";

constexpr std::string_view kListApprovalsOutput =
    R"({"type":"object","properties":{"approvals":{"type":"array","items":{"type":"object"}},"count":{"type":"integer"},)"
    R"("open":{"type":"integer"},"next_cursor":{"type":"integer"}},"required":["approvals","count","open"]})";

core::Error unknown_approval(core::ApprovalKey key) {
  core::Error error(core::ErrorCode::not_found, fmt::format("There is no request {}.", key),
                    "list_approvals names those that there are; old ones are forgotten.");
  error.field = "approval";
  error.given = fmt::format("{}", key);
  return error;
}

class ListApprovalsCall final : public ToolCall {
 public:
  struct Query {
    std::string status;
    std::string kind;
    std::string agent_id;
    std::size_t limit = 50;
    core::ApprovalKey before = 0;  ///< 0: from the newest
  };

  explicit ListApprovalsCall(Query query) : query_(std::move(query)) {}

  Step run(CallContext& context) override {
    const core::ApprovalTable& approvals = context.state.approvals();
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("approvals").begin_array();
    std::size_t count = 0;
    core::ApprovalKey last = 0;
    bool more = false;
    for (auto it = approvals.all().rbegin(); it != approvals.all().rend() && !more; ++it) {
      if (!passes(it->second)) continue;
      more = count == query_.limit;
      if (more) break;
      write_approval(json, it->second);
      last = it->first;
      ++count;
    }
    json.end_array().field("count", static_cast<std::uint64_t>(count));
    json.field("open", static_cast<std::uint64_t>(approvals.open().size()));
    if (more) json.field("next_cursor", last);
    json.end_object();
    return text;
  }

 private:
  [[nodiscard]] bool passes(const core::Approval& approval) const {
    return (query_.before == 0 || approval.key < query_.before) &&
           (query_.status == "all" || query_.status == core::to_string(approval.standing.status)) &&
           (query_.kind.empty() || query_.kind == core::to_string(approval.subject.kind)) &&
           (query_.agent_id.empty() || query_.agent_id == approval.asker.agent_id);
  }

  Query query_;
};

constexpr Parameter kListApprovalsParameters[] = {
    choice("status", "open approved denied expired all").otherwise("open"),
    choice("kind", "unlock overwrite lease_break decision budget"),
    agent_id("Only what it asks for"),
    limit(50),
    integer("cursor", 1, kMostExact, "next_cursor of the previous page"),
};

ParsedCall parse_list_approvals(Arguments& arguments, const ToolEnvironment&) {
  ListApprovalsCall::Query query;
  query.status = arguments.choice("status");
  query.kind = arguments.choice("kind");
  query.agent_id = arguments.agent_id().value_or("");
  query.limit = arguments.integer<std::size_t>("limit");
  query.before = arguments.integer("cursor");
  return std::make_unique<ListApprovalsCall>(std::move(query));
}

class GetApprovalCall final : public ToolCall {
 public:
  GetApprovalCall(core::ApprovalKey key, std::int64_t wait_seconds)
      : key_(key), wait_seconds_(wait_seconds) {}

  Step run(CallContext& context) override {
    const core::Approval* approval = context.state.approvals().find(key_);
    if (approval == nullptr) return unknown_approval(key_);
    if (since_us_ == 0) {
      since_us_ = context.now_us;
      length_us_ =
          kSecondUs * (context.client_follows ? wait_seconds_ : std::min(wait_seconds_, kSilentApprovalWait));
    }
    const std::int64_t until_us = since_us_ + length_us_;
    if (approval->is_open() && context.now_us < until_us) {
      Wait wait{0, until_us, length_us_};
      wait.for_approvals = true;
      return wait;
    }
    std::string text;
    JsonWriter json(text);
    write_approval(json, *approval);
    return text;
  }

 private:
  core::ApprovalKey key_;
  std::int64_t wait_seconds_;
  std::int64_t since_us_ = 0;
  std::int64_t length_us_ = 0;
};

constexpr Parameter kGetApprovalParameters[] = {
    integer("approval", 1, kMostExact).required("the number that a refusal or request_approval gave"),
    integer("wait_seconds", 0, kLongestApprovalWait, "For an answer").otherwise(0),
};

ParsedCall parse_get_approval(Arguments& arguments, const ToolEnvironment&) {
  const core::ApprovalKey key = arguments.integer("approval");
  const std::int64_t wait = arguments.integer("wait_seconds");
  return std::make_unique<GetApprovalCall>(key, wait);
}

class RequestApprovalCall final : public ToolCall {
 public:
  struct Request {
    std::optional<std::string> agent_id;
    std::string token_hash;
    std::string path;
    core::LeaseKey lease = 0;
    std::string reason;
  };

  explicit RequestApprovalCall(Request request) : request_(std::move(request)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      auto agent = acting_agent(context, request_.agent_id);
      if (!agent) return std::move(agent.error());
      agent_ = *std::move(agent);
      if (!agent_.empty()) return Load{{agent_}};
    }
    if (request_.lease == 0 && !resolved_) {
      return Work{[this, directory = working_directory(context)](FileServices& files) {
                    resolved_ = callers_path(request_.path, directory, files);
                  },
                  place_of(request_.path, working_directory(context))};
    }
    if (resolved_ && !*resolved_) return core::Error(resolved_->error());
    core::State& state = context.state;
    if (const auto holder = state.lease_holder(context.caller, agent_, request_.token_hash); !holder)
      return core::Error(holder.error());
    const auto asked = request_.lease != 0
                           ? state.request_lease_break(context.caller, agent_, request_.lease,
                                                       request_.reason, context.now_us, context.changes)
                           : state.request_unlock(context.caller, agent_, lease_path(**resolved_),
                                                  request_.reason, context.now_us, context.changes);
    if (!asked) return core::Error(asked.error());
    std::string text;
    JsonWriter json(text);
    write_approval(json, **asked);
    return text;
  }

 private:
  Request request_;
  std::string agent_;
  std::optional<core::Result<ResolvedPath>> resolved_;
};

constexpr Parameter kRequestApprovalParameters[] = {
    path("path", "A protected file to write; or else:"),
    integer("lease", 1, INT64_MAX, "Of somebody who does not let go"),
    text("reason", kMaxReasonBytes).not_empty().required("why a person should agree"),
    own_agent_id(),
    token_of_other(),
};

ParsedCall parse_request_approval(Arguments& arguments, const ToolEnvironment&) {
  RequestApprovalCall::Request request;
  request.path = arguments.text("path").value_or("");
  request.lease = arguments.integer("lease");
  request.reason = arguments.text("reason").value_or("");
  request.agent_id = arguments.agent_id();
  request.token_hash = arguments.token_hash();
  if (arguments.has("reason") && request.reason.empty())
    arguments.refuse(core::invalid_argument("reason", "empty", "why a person should agree"));
  if (request.path.empty() && request.lease == 0) arguments.require("path", "a protected file, or a lease");
  if (!request.path.empty() && request.lease != 0)
    arguments.refuse(core::invalid_argument("lease", "given together with path", "one of the two"));
  return std::make_unique<RequestApprovalCall>(std::move(request));
}

}  // namespace

std::vector<Tool> approval_tools() {
  return {
      {{"list_approvals", Effect::none, kListApprovalsParameters, parse_list_approvals},
       "coordination",
       "List requests to people",
       "What waits for a person's word, newest first, or was answered.",
       kListApprovalsOutput},
      {{"get_approval", Effect::none, kGetApprovalParameters, parse_get_approval},
       "coordination",
       "Wait for a person's word",
       "How a request stands; waits for the answer if asked to.",
       kApprovalOutput},
      {{"request_approval", Effect::idempotent, kRequestApprovalParameters, parse_request_approval},
       "coordination",
       "Ask a person",
       "Asks a person to unlock a protected file for you, or to end a lease that is in your way. The person "
       "answers elsewhere.",
       kApprovalOutput},
  };
}

}  // namespace governor::daemon
