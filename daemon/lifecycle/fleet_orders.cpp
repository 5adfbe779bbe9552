#include "daemon/lifecycle/fleet_orders.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/governor_requests.hpp"
#include "daemon/tools/tool.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kLookPause{4900};  ///< five seconds, by a timer that is not exact
constexpr std::chrono::seconds kTakeLimit{30};
constexpr std::chrono::minutes kAnswerLimit{5};
constexpr std::chrono::minutes kUnansweredLimit{10};  ///< no order is taken as late as that
constexpr std::string_view kNotice = "o:";
/// What may be ordered from elsewhere: what a person decides about agents, and nothing that reads a machine.
constexpr std::array<std::string_view, 4> kOrders{"pause_agent", "resume_agent", "governor/approval_answer",
                                                  "governor/lease_break"};

const Operation* find_order(std::string_view name) {
  if (std::find(kOrders.begin(), kOrders.end(), name) == kOrders.end()) return nullptr;
  if (const Tool* tool = find_tool(name)) return tool;
  return find_governor_request(name);
}

core::Error not_an_order(const std::string& name) {
  return {core::ErrorCode::not_found, fmt::format("{} cannot be ordered from another machine.", name),
          fmt::format("These can: {}.", fmt::join(kOrders, ", "))};
}

core::Session session_of(const TakenOrder& order) {
  core::Session session;
  session.id = order.id;
  std::erase(session.id, '-');
  session.resumable = true;
  session.role = core::Role::person;
  session.client_name = fmt::format("governorctl of {} on {} (login {})", order.who, order.host, order.by);
  return session;
}

std::string answer_text(const core::Result<std::string>& outcome) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  if (outcome) {
    json.key("result").raw(*outcome);
  } else {
    const core::Error& error = outcome.error();
    json.key("refusal").begin_object().field("code", core::to_string(error.code));
    json.field("message", error.message);
    if (!error.hint.empty()) json.field("hint", error.hint);
    json.end_object();
  }
  json.end_object();
  return text;
}

}  // namespace

/// The connection of an order, which has one request after its hello.
class OrderSink final : public ReplySink {
 public:
  OrderSink(std::shared_ptr<FleetOrders> orders, std::string order, const Operation& operation,
            std::unique_ptr<ToolCall> call)
      : orders_(std::move(orders)), order_(std::move(order)), operation_(operation), call_(std::move(call)) {}

  void deliver(Ticket ticket, core::Result<std::string> outcome) override {
    const bool is_open = outcome && ticket.kind == Ticket::Kind::hello;
    if (!is_open) return orders_->answer(order_, outcome, shared_from_this());
    PendingCall pending;
    pending.sink = shared_from_this();
    pending.ticket.line = 1;
    pending.ticket.started = std::chrono::steady_clock::now();
    pending.ticket.operation = operation_.name;
    pending.operation = &operation_;
    pending.call = std::move(call_);
    orders_->state_.call(std::move(pending));
  }
  void forget(Ticket, Forget) override {}
  void supersede() override {}
  void resume(std::string, std::string) override {}
  void notify(std::vector<Notice>) override {}
  void tell(std::string) override {}

 private:
  const std::shared_ptr<FleetOrders> orders_;
  const std::string order_;
  const Operation& operation_;
  std::unique_ptr<ToolCall> call_;
};

void FleetOrders::look() {
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kLookPause;
  forget_unanswered(now);
  if (shared_.lasts()) take();
}

void FleetOrders::hear(std::string_view notice) {
  if (!notice.starts_with(kNotice)) return;
  notice.remove_prefix(kNotice.size());
  if (notice == daemon_) take();
}

void FleetOrders::take() {
  is_news_ = true;
  if (is_taking_.exchange(true)) return;
  SharedJob job;
  job.run = [self = shared_from_this()](Database& database,
                                        const SharedMember& member) -> std::optional<core::Error> {
    self->is_news_ = false;
    auto orders = OrderDatabase(database).take(member.daemon, member.epoch);
    if (!orders) return std::move(orders.error());
    if (!*orders) return no_member();
    self->daemon_ = member.daemon;
    for (const TakenOrder& order : **orders) self->begin(order);
    self->is_taking_ = false;
    if (self->is_news_) self->take();
    return std::nullopt;
  };
  job.fail = [self = shared_from_this()](const core::Error& error) {
    spdlog::debug("no orders could be taken: {} {}", error.message, error.hint);
    self->is_taking_ = false;
  };
  job.until = Clock::now() + kTakeLimit;
  shared_.post(std::move(job));
}

void FleetOrders::begin(const TakenOrder& order) {
  {
    const std::lock_guard lock(mutex_);
    if (!under_way_.insert(order.id).second) return;
  }
  spdlog::info("order {} of {} on {} (login {}): {} {}", order.id, order.who, order.host, order.by,
               order.operation, order.arguments);
  const Operation* operation = find_order(order.operation);
  if (operation == nullptr) return refuse(order, not_an_order(order.operation));
  boost::system::error_code wrong;
  const json::value arguments = json::parse(order.arguments, wrong);
  if (wrong || !arguments.is_object())
    return refuse(order, {core::ErrorCode::invalid_argument, "The arguments are no JSON object."});
  ParsedCall call = operation->parse(arguments.get_object(), environment_);
  if (!call) return refuse(order, call.error());
  Ticket hello;
  hello.kind = Ticket::Kind::hello;
  hello.started = std::chrono::steady_clock::now();
  state_.open_session(std::make_shared<OrderSink>(shared_from_this(), order.id, *operation, std::move(*call)),
                      session_of(order), std::move(hello));
}

void FleetOrders::refuse(const TakenOrder& order, const core::Error& error) {
  state_.audit("order_refused", fmt::format("{} of {} on {} (login {}): {}", order.operation, order.who,
                                            order.host, order.by, error.message));
  answer(order.id, error, nullptr);
}

void FleetOrders::answer(const std::string& order, const core::Result<std::string>& outcome,
                         const std::shared_ptr<ReplySink>& sink) {
  SharedJob job;
  job.run = [self = shared_from_this(), order, sink, text = answer_text(outcome)](
                Database& database, const SharedMember& member) -> std::optional<core::Error> {
    auto answered = OrderDatabase(database).answer(member.daemon, order, text);
    if (!answered) return std::move(answered.error());
    self->is_answered(order, sink);
    return std::nullopt;
  };
  job.fail = [self = shared_from_this(), order, sink](const core::Error& error) {
    spdlog::warn("the answer to order {} could not be given: {}", order, error.message);
    self->is_not_answered(order, sink);
  };
  job.until = Clock::now() + kAnswerLimit;
  shared_.post(std::move(job));
}

void FleetOrders::is_answered(const std::string& order, const std::shared_ptr<ReplySink>& sink) {
  if (sink) state_.detach(sink, true);
  const std::lock_guard lock(mutex_);
  under_way_.erase(order);
  unanswered_.erase(order);
}

void FleetOrders::is_not_answered(const std::string& order, const std::shared_ptr<ReplySink>& sink) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(order);
  if (sink) unanswered_.insert_or_assign(order, Unanswered{sink, Clock::now() + kUnansweredLimit});
}

void FleetOrders::forget_unanswered(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(unanswered_, [&](const auto& entry) {
    const Unanswered& session = entry.second;
    const bool is_over = session.until < now;
    if (is_over) state_.detach(session.sink, true);
    return is_over;
  });
}

}  // namespace governor::daemon
