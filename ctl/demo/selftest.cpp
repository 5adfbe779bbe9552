#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/demo/rehearsal.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/process_list.hpp"
#include "ctl/quantity.hpp"
#include "ctl/state/state_program.hpp"
#include "ctl/stop_daemon.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kSelftestPatience{20};  // of each step after the load
constexpr int kSelftestClients = 4;
constexpr int kUpdatesOfEach = 150;
constexpr int kSelftestKills = 2;
constexpr std::size_t kShownProxyLines = 10;

/// Texts of several lengths, as agents report them.
std::vector<std::string> selftest_passages() {
  constexpr std::string_view kSentence =
      "The parser reads one line at a time, keeps what it cannot use yet, and says where it stopped. ";
  constexpr std::size_t kPassages = 12;
  std::vector<std::string> passages;
  passages.reserve(kPassages);
  std::string text;
  for (std::size_t i = 0; i < kPassages; ++i) passages.push_back(text += kSentence);
  return passages;
}

/// One thing that was tried.
struct SelftestStep {
  std::string name;
  bool ok = false;
  std::string detail;  ///< with figures
};

class Selftest {
 public:
  Selftest(const Context& context, const Sandbox& sandbox, const Interruption& interruption)
      : context_(context), sandbox_(sandbox), interruption_(interruption) {}

  /// An error where a step could not even be tried; those before it are told.
  ipc::Result<void> run(const std::string& proxy) {
    for (const auto step : {&Selftest::load, &Selftest::balance_books, &Selftest::check_chains,
                            &Selftest::stop, &Selftest::check_database}) {
      if (interruption_.requested()) return ipc::Error{ipc::Errc::interrupted, 0, "interrupted"};
      if (auto done = (this->*step)(proxy); !done) return done.error();
    }
    return {};
  }

  [[nodiscard]] bool passed() const {
    return std::all_of(steps_.begin(), steps_.end(), [](const SelftestStep& step) { return step.ok; });
  }
  [[nodiscard]] const std::vector<SelftestStep>& steps() const { return steps_; }
  [[nodiscard]] const json::object& figures() const { return figures_; }

 private:
  void tell(std::string name, bool ok, std::string detail) {
    steps_.push_back({std::move(name), ok, std::move(detail)});
    if (context_.json) return;
    const SelftestStep& step = steps_.back();
    context_.out << toned(ok ? "ok      " : "FAILED  ", ok ? Tone::good : Tone::bad, context_.colour)
                 << printable(step.detail) << std::endl;
  }

  ipc::Result<void> load(const std::string& proxy) {
    Plan plan;
    plan.proxy = proxy;
    plan.passages = selftest_passages();
    plan.clients = kSelftestClients;
    plan.updates = kUpdatesOfEach;
    plan.kills = kSelftestKills;
    auto outcome = rehearse(plan, sandbox_, interruption_, [](const std::string&) {});
    if (!outcome) return outcome.error();
    outcome_ = *std::move(outcome);
    std::size_t updates = 0;
    for (const Account& account : outcome_.accounts) updates += account.acknowledged.size();
    tell("start", true,
         std::to_string(plan.clients) +
             " clients started together, with no daemon; the first answer came after " +
             decimal(outcome_.first_answer_seconds, 2) + " s");
    tell("kill", outcome_.kills == plan.kills,
         grouped(static_cast<std::int64_t>(updates)) + " updates in " + decimal(outcome_.seconds, 1) +
             " s, while the daemon was killed " + std::to_string(outcome_.kills) +
             " times; no client saw an error");
    figures_["first_answer_seconds"] = outcome_.first_answer_seconds;
    figures_["load_seconds"] = outcome_.seconds;
    figures_["kills"] = outcome_.kills;
    return {};
  }

  ipc::Result<void> balance_books(const std::string&) {
    std::size_t acknowledged = 0;
    std::size_t stored = 0;
    std::size_t missing = 0;
    std::size_t doubled = 0;
    for (const Account& account : outcome_.accounts) {
      const Balance books = balance(account);
      acknowledged += account.acknowledged.size();
      stored += account.stored.size();
      missing += books.missing;
      doubled += books.doubled;
    }
    const auto number = [](std::size_t count) { return grouped(static_cast<std::int64_t>(count)); };
    tell("updates", missing == 0 && doubled == 0 && acknowledged > 0,
         number(acknowledged) + " acknowledged, " + number(stored) + " stored, " + number(missing) +
             " missing, " + number(doubled) + " doubled");
    figures_["acknowledged"] = acknowledged;
    figures_["stored"] = stored;
    figures_["missing"] = missing;
    figures_["doubled"] = doubled;
    return {};
  }

  ipc::Result<void> check_chains(const std::string&) {
    const auto deadline = ipc::Deadline::after(kSelftestPatience);
    auto client = connect_to_daemon(sandbox_.context(), deadline);
    if (!client) return client.error();
    const auto report = call_method(*client, "governor/audit_verify", {}, deadline);
    if (!report) return report.error();
    tell("audit", flag_field(*report, "ok"),
         count_text(*report, "entries") + " entries of the audit log and " + count_text(*report, "updates") +
             " updates are chained, with " + count_text(*report, "problem_count") + " faults");
    return {};
  }

  ipc::Result<void> stop(const std::string&) {
    const auto began = std::chrono::steady_clock::now();
    const auto stopped =
        stop_daemon(sandbox_.context(), "governorctl selftest", ipc::Deadline::after(kSelftestPatience));
    if (!stopped) return stopped.error();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    tell("stop", true, "the daemon stopped in order, in " + decimal(seconds, 2) + " s");
    figures_["stop_seconds"] = seconds;
    return {};
  }

  ipc::Result<void> check_database(const std::string&) {
    const auto report =
        run_on_state(sandbox_.context(), "verify", "", ipc::Deadline::after(kSelftestPatience));
    if (!report) return report.error();
    tell("database", flag_field(*report, "ok"),
         "the database has " + count_text(*report, "bytes") + " bytes and " +
             std::to_string(array_field(*report, "problems").size()) + " faults");
    return {};
  }

  const Context& context_;
  const Sandbox& sandbox_;
  const Interruption& interruption_;
  Outcome outcome_;
  std::vector<SelftestStep> steps_;
  json::object figures_;
};

void show_proxy_log(const Context& context, const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const std::size_t first = lines.size() > kShownProxyLines ? lines.size() - kShownProxyLines : 0;
  for (std::size_t i = first; i < lines.size(); ++i)
    context.err << "  governor-proxy: " << printable(lines[i]) << '\n';
}

int report_selftest(const Context& context, const Selftest& selftest, const ipc::Result<void>& run,
                    const Sandbox& sandbox, double seconds) {
  const bool passed = run && selftest.passed();
  if (context.json) {
    json::array steps;
    for (const SelftestStep& step : selftest.steps())
      steps.push_back(json::object{{"step", step.name}, {"ok", step.ok}, {"detail", printable(step.detail)}});
    json::object body{{"ok", passed},
                      {"seconds", seconds},
                      {"figures", selftest.figures()},
                      {"steps", std::move(steps)},
                      {"kept", passed ? json::value(nullptr) : json::value(sandbox.root())}};
    if (!run)
      body["error"] = {{"code", ipc::code_name(run.error().code)},
                       {"message", printable(run.error().message)}};
    context.out << ipc::plain_json(body) << '\n';
    return static_cast<int>(passed ? ExitCode::done : ExitCode::failed);
  }
  if (!run) {
    show_proxy_log(context, sandbox.proxy_log());
    (void)report_failure(context, run.error());
  }
  if (passed) {
    context.out << "\nEverything works on this machine; it took " << decimal(seconds, 1) << " s.\n";
  } else {
    context.out << "\nSomething is wrong. What there is of it, the daemon's log among it, stays in "
                << printable(sandbox.root()) << "\nSee also: governorctl doctor\n";
  }
  return static_cast<int>(passed ? ExitCode::done : ExitCode::failed);
}

int run_selftest(const Context& context) {
  const auto proxy = find_proxy(context.environment, own_executable());
  if (!proxy) return report_failure(context, proxy.error());
  const Interruption interruption;
  auto sandbox = Sandbox::create(context, "selftest");
  if (!sandbox) return report_failure(context, sandbox.error());
  const auto began = std::chrono::steady_clock::now();
  Selftest selftest(context, *sandbox, interruption);
  const auto run = selftest.run(*proxy);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const bool is_interrupted = !run && run.error().code == ipc::Errc::interrupted;
  if ((!run || !selftest.passed()) && !is_interrupted) sandbox->keep();
  if (is_interrupted) return report_failure(context, run.error());
  return report_selftest(context, selftest, run, *sandbox, seconds);
}

}  // namespace

void add_selftest(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "selftest",
      "Tries governor out on this machine: clients, load, kill -9, and whether all of it is there");
  command->footer(
      "Takes less than a minute, in a directory of its own that is removed; your daemon and data are not "
      "touched.");
  command->callback([&action] { action = run_selftest; });
}

}  // namespace governor::ctl
