#include "ctl/demo/rehearsal.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "ctl/demo/demo_client.hpp"
#include "ctl/demo/passages.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kRehearsalPatience{45};  // for everything
constexpr std::chrono::seconds kReplyPatience{20};      // for one reply, a crash and a start included
constexpr std::chrono::seconds kClientEndPatience{5};
constexpr const char* kSharedAgent = "demo-shared";
constexpr int kAuditPage = 500;

std::string own_agent(int client) {
  return "demo-client-" + std::to_string(client + 1);
}

// What the clients' threads share. The first failure ends all of them.
class RehearsalProgress {
 public:
  explicit RehearsalProgress(std::vector<Account> accounts) : accounts_(std::move(accounts)) {}

  void acknowledge(std::size_t account, std::int64_t update, const std::string& action) {
    const std::lock_guard lock(mutex_);
    accounts_[account].acknowledge(update, action);
    if (count_++ == 0) first_ = std::chrono::steady_clock::now();
    changed_.notify_all();
  }

  void fail(ipc::Error error) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(error);
    changed_.notify_all();
  }

  bool failed() {
    const std::lock_guard lock(mutex_);
    return failure_.has_value();
  }

  // On a fast machine all updates would be acknowledged before the daemon was killed often enough: clients go
  // on until then.
  void end_of_kills() {
    const std::lock_guard lock(mutex_);
    kills_are_over_ = true;
  }
  bool kills_are_over() {
    const std::lock_guard lock(mutex_);
    return kills_are_over_;
  }

  // Whether that many updates were acknowledged before the deadline or a failure.
  bool wait_for(int count, ipc::Deadline deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline.time(), [&] { return failure_ || count_ >= count; });
    return !failure_ && count_ >= count;
  }

  // Only after the threads have ended.
  const std::optional<ipc::Error>& failure() const { return failure_; }
  std::vector<Account> take_accounts() { return std::move(accounts_); }
  std::chrono::steady_clock::time_point first() const { return first_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Account> accounts_;
  std::optional<ipc::Error> failure_;
  int count_ = 0;
  bool kills_are_over_ = false;
  std::chrono::steady_clock::time_point first_;
};

json::object update_arguments(const std::string& agent, const std::string& passage) {
  const Observation seen = observe(passage);
  return {{"agent_id", agent},
          {"parameters", json::array(seen.parameters.begin(), seen.parameters.end())},
          {"response_text", passage},
          {"complexity", seen.complexity},
          {"confidence", 0.9}};
}

ipc::Result<void> report_passages(DemoClient& client, int index, const Plan& plan,
                                  RehearsalProgress& progress, ipc::Deadline deadline) {
  if (auto begun = client.begin(deadline); !begun) return begun.error();
  for (int i = 0; (i < plan.updates || !progress.kills_are_over()) && !progress.failed(); ++i) {
    const bool shared = i % 2 == 0;
    const auto passage = static_cast<std::size_t>(i * plan.clients + index) % plan.passages.size();
    const auto reply =
        client.call_tool("process_agent_update",
                         update_arguments(shared ? kSharedAgent : own_agent(index), plan.passages[passage]),
                         deadline.capped(kReplyPatience));
    if (!reply) return reply.error();
    progress.acknowledge(shared ? 0 : static_cast<std::size_t>(index) + 1, count_field(*reply, "update"),
                         text_field(object_field(*reply, "decision"), "action"));
  }
  return {};
}

ipc::Result<std::vector<DemoClient>> start_clients(const Plan& plan, const Sandbox& sandbox,
                                                   const Interruption& interruption) {
  std::vector<DemoClient> clients;
  for (int i = 0; i < plan.clients; ++i) {
    auto proxy = ProxyProcess::start(plan.proxy, sandbox.context().environment, sandbox.proxy_log());
    if (!proxy) return proxy.error();
    clients.emplace_back(std::move(*proxy), own_agent(i), interruption.interrupts());
  }
  return clients;
}

// The daemon that was killed before may not have a successor yet; the clients are about to start one.
ipc::Result<pid_t> kill_next_daemon(const Sandbox& sandbox, RehearsalProgress& progress,
                                    ipc::Deadline deadline) {
  constexpr std::chrono::milliseconds kLook{10};
  for (;;) {
    auto pid = sandbox.kill_daemon(deadline.capped(kClientEndPatience));
    const bool is_none = !pid && pid.error().code == ipc::Errc::no_daemon;
    if (!is_none || deadline.expired() || progress.failed()) return pid;
    (void)ipc::pause_until(deadline.capped(kLook));
  }
}

// Kills the daemon at equal distances while the clients work; returns how often.
int kill_repeatedly(const Plan& plan, const Sandbox& sandbox, RehearsalProgress& progress,
                    ipc::Deadline deadline, const std::function<void(const std::string&)>& tell) {
  int kills = 0;
  while (kills < plan.kills) {
    const int mark = plan.clients * plan.updates * (kills + 1) / (plan.kills + 1);
    if (!progress.wait_for(mark, deadline)) break;
    const auto pid = kill_next_daemon(sandbox, progress, deadline);
    if (!pid) {
      progress.fail(pid.error());
      break;
    }
    ++kills;
    tell(grouped(mark) + " updates acknowledged: daemon " + std::to_string(*pid) + " killed with SIGKILL");
  }
  return kills;
}

ipc::Result<void> read_stored(DemoClient& client, Account& account, ipc::Deadline deadline) {
  std::optional<std::int64_t> before;
  for (;;) {
    json::object arguments = {{"agent_id", account.agent}, {"format", "json"}, {"limit", kAuditPage}};
    if (before) arguments["before_update"] = *before;
    const auto page = client.call_tool("get_system_history", std::move(arguments), deadline);
    if (!page) return page.error();
    const json::array& rows = array_field(*page, "rows");
    for (const json::value& row : rows) {
      if (row.is_object()) account.stored.push_back(count_field(row.get_object(), "update"));
    }
    const std::int64_t next = count_field(*page, "next_before");
    if (next <= 0 || rows.empty()) break;
    before = next;
  }
  const auto metrics = client.call_tool("get_governance_metrics", {{"agent_id", account.agent}}, deadline);
  if (!metrics) return metrics.error();
  account.health = text_field(object_field(*metrics, "health"), "status");
  return {};
}

}  // namespace

ipc::Result<Outcome> rehearse(const Plan& plan, const Sandbox& sandbox, const Interruption& interruption,
                              const std::function<void(const std::string&)>& tell) {
  const auto began = std::chrono::steady_clock::now();
  const auto deadline = ipc::Deadline::after(kRehearsalPatience);
  auto clients = start_clients(plan, sandbox, interruption);
  if (!clients) return clients.error();
  tell(std::to_string(plan.clients) + " clients started at the same time; no daemon was running");

  std::vector<Account> accounts(static_cast<std::size_t>(plan.clients) + 1);
  accounts[0].agent = kSharedAgent;
  for (int i = 0; i < plan.clients; ++i) accounts[static_cast<std::size_t>(i) + 1].agent = own_agent(i);
  RehearsalProgress progress(std::move(accounts));
  std::vector<std::thread> threads;
  threads.reserve(clients->size());
  for (int i = 0; i < plan.clients; ++i) {
    threads.emplace_back([&, i] {
      auto reported = report_passages((*clients)[static_cast<std::size_t>(i)], i, plan, progress, deadline);
      if (!reported) progress.fail(reported.error());
    });
  }
  Outcome outcome;
  outcome.kills = kill_repeatedly(plan, sandbox, progress, deadline, tell);
  progress.end_of_kills();
  for (std::thread& thread : threads) thread.join();
  if (progress.failure()) return *progress.failure();

  outcome.accounts = progress.take_accounts();
  outcome.first_answer_seconds = std::chrono::duration<double>(progress.first() - began).count();
  for (Account& account : outcome.accounts) {
    if (auto read = read_stored(clients->front(), account, deadline.capped(kReplyPatience)); !read)
      return read.error();
  }
  for (DemoClient& client : *clients) {
    if (auto finished = client.finish(ipc::Deadline::after(kClientEndPatience)); !finished)
      return finished.error();
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return outcome;
}

}  // namespace governor::ctl
