#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/import/import_session.hpp"
#include "ctl/import/legacy_agents.hpp"
#include "ctl/import/registry_agents.hpp"
#include "ctl/import/report.hpp"
#include "ctl/progress.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/tasks/task_import.hpp"

namespace governor::ctl {

namespace {

constexpr std::chrono::seconds kConnectPatience{10};

struct ImportCommandRequest {
  std::string path;
  bool apply = false;
  bool skip_damaged = false;
  std::string timezone = "utc";
  std::string shorter = "newest";
  std::string agent;
};

bool is_damage(const legacy::Finding& finding) {
  return finding.severity == legacy::Severity::damaged || finding.severity == legacy::Severity::refused;
}

/// Takes one agent after the other from the files to the daemon and into the report.
class Import {
 public:
  Import(const Context& context, const ImportCommandRequest& request, std::optional<ipc::Client> client)
      : context_(context), request_(request) {
    if (client) session_.emplace(*std::move(client), !request.apply);
    if (context.json) {
      report_ = std::make_unique<legacy::JsonReport>(context);
    } else {
      report_ = std::make_unique<legacy::TextReport>(context);
    }
  }

  int run(const records::FileTree& tree) {
    legacy::TimeReader times(*legacy::Zone::parse(request_.timezone));
    legacy::Findings findings;
    std::vector<records::PassedOver> passed_over;
    auto names = tree.files(passed_over);
    if (std::any_of(names.begin(), names.end(), legacy::is_registry)) {
      return run_registries(tree, std::move(names), times);
    }
    auto inventory = [&] {
      const Progress progress(context_.err, context_.err_on_terminal, "looking at the files");
      return legacy::take_inventory(tree, request_.agent, findings);
    }();
    summary_.files = inventory.files;
    report_->begin();
    report_->about_files(std::move(findings));
    const auto shorter = request_.shorter == "oldest" ? legacy::ShortList::oldest : legacy::ShortList::newest;
    legacy::LegacyAgents agents(tree, std::move(inventory), shorter, times);
    if (const auto failure = hand_over(agents)) summary_.stopped = failure->message;
    return finish(times);
  }

 private:
  /// The old orchestrator's, whose agents were deployments.
  int run_registries(const records::FileTree& tree, std::vector<std::string> names,
                     legacy::TimeReader& times) {
    legacy::Findings findings;
    legacy::RegistryAgents agents(tree, std::move(names), times, findings);
    summary_.files = agents.files();
    summary_.deployments = agents.count();
    report_->begin();
    report_->about_files(std::move(findings));
    auto failure = hand_over_tasks(agents.tasks());
    if (!failure) failure = hand_over(agents);
    if (failure) summary_.stopped = failure->message;
    summary_.ghosts = agents.ghosts();
    return finish(times);
  }

  std::optional<ipc::Error> hand_over_tasks(const std::vector<ImportedTask>& tasks) {
    if (!session_) {
      for (const ImportedTask& task : tasks) summary_.tasks.push_back({task.id, {}});
      return std::nullopt;
    }
    // The first connection has requests ahead of their answers; these are asked one by one.
    auto client = connect_if_running(context_, ipc::Deadline::after(kConnectPatience));
    if (!client) return client.error();
    TaskImport import(*client, !request_.apply);
    for (const ImportedTask& task : tasks) {
      auto outcome = import.hand_over(task);
      if (!outcome) return outcome.error();
      // One of the same id is that task, told by a registry that says less or more of it.
      tasks_lost_ = tasks_lost_ || outcome->kind == TaskOutcome::Kind::refused;
      summary_.tasks.push_back({task.id, *std::move(outcome)});
    }
    return std::nullopt;
  }

  int finish(const legacy::TimeReader& times) {
    if (session_) session_->abandon();
    summary_.path = request_.path;
    summary_.zone = request_.timezone == "utc" ? "UTC" : request_.timezone;
    summary_.applied = request_.apply;
    summary_.daemon_asked = session_.has_value();
    summary_.times_without_zone = times.without_zone();
    report_->end(summary_);
    const bool complete = summary_.stopped.empty() && !report_->something_lost() && !tasks_lost_;
    return static_cast<int>(complete ? ExitCode::done : ExitCode::failed);
  }

  /// All agents; what stopped it, if anything did.
  template <class Agents>
  std::optional<ipc::Error> hand_over(Agents& agents) {
    Progress progress(context_.err, context_.err_on_terminal, request_.apply ? "importing" : "reading");
    const std::size_t total = agents.count();
    std::size_t done = 0;
    while (auto item = agents.next()) {
      if (item->id.empty()) {
        report_->about_files(std::move(item->findings));
        continue;
      }
      progress.advance_to(++done, total);
      if (auto failure = hand_over(*std::move(item))) return failure;
    }
    if (session_) {
      if (auto finished = session_->finish(); !finished) return finished.error();
    }
    return std::nullopt;
  }

  std::optional<ipc::Error> hand_over(legacy::LegacyAgents::Item item) {
    legacy::AgentLine line{item.id, item.agent.has_value(), {}, 0, 0};
    const bool damaged = std::any_of(item.findings.begin(), item.findings.end(), is_damage);
    if (item.agent && damaged && request_.skip_damaged) {
      item.findings.push_back({legacy::Severity::refused, "skipped", "", item.id, "",
                               "something of the agent is damaged (--skip-damaged)"});
      line.importable = false;
    }
    if (!item.agent && !damaged) {  // its file is none of the monitor, or the entry is a repetition
      report_->about_files(std::move(item.findings));
      return std::nullopt;
    }
    if (item.agent) {
      line.updates = item.agent->updates;
      line.rows = item.agent->rows.rows();
    }
    if (!line.importable || !session_) {
      report_->about_agent(std::move(line), std::move(item.findings));
      return std::nullopt;
    }
    // std::function copies what it holds, and findings are not worth two.
    auto kept = std::make_shared<legacy::Findings>(std::move(item.findings));
    const auto sent = session_->submit(*item.agent, [this, line, kept](legacy::Outcome outcome) mutable {
      line.outcome = std::move(outcome);
      report_->about_agent(std::move(line), std::move(*kept));
    });
    return sent ? std::nullopt : std::optional(sent.error());
  }

  const Context& context_;
  const ImportCommandRequest& request_;
  std::optional<legacy::ImportSession> session_;
  std::unique_ptr<legacy::Report> report_;
  legacy::Summary summary_;
  bool tasks_lost_ = false;
};

int run_agent_import(const Context& context, const ImportCommandRequest& request) {
  const auto tree = records::FileTree::open(request.path);
  if (!tree) return report_failure(context, tree.error());
  if (!request.agent.empty() && !tree->is_single_file()) {
    return report_failure(context,
                          {ipc::Errc::invalid_path, 0,
                           "--agent says whom a single file is about; " + request.path + " is a directory"});
  }
  const auto deadline = ipc::Deadline::after(kConnectPatience);
  auto client = request.apply ? connect_to_daemon(context, deadline) : connect_if_running(context, deadline);
  if (client) return Import(context, request, std::move(*client)).run(*tree);
  // Reading the files needs no daemon.
  const bool without = client.error().code == ipc::Errc::no_daemon && !request.apply;
  if (!without) return report_failure(context, client.error());
  return Import(context, request, std::nullopt).run(*tree);
}

std::string check_timezone(const std::string& text) {
  return legacy::Zone::parse(text) ? "" : "--timezone: utc, local, or an offset such as +02:00";
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "import",
      "Imports the agents of an old monitor or orchestrator; without --apply, only reports what it would do");
  const auto request = std::make_shared<ImportCommandRequest>();
  command->add_option("PATH", request->path, "Its data directory, or a single state file or export")
      ->required();
  command->add_flag("--apply", request->apply, "Make the import");
  command->add_flag("--skip-damaged", request->skip_damaged,
                    "Leave out agents of which something is damaged");
  command->add_option("--timezone", request->timezone, "Of times that name none: utc, local, or e.g. +02:00")
      ->check(check_timezone)
      ->capture_default_str();
  command
      ->add_option("--short-lists", request->shorter,
                   "Which updates a list refers to that is shorter than the others: newest or oldest")
      ->check(CLI::IsMember({"newest", "oldest"}))
      ->capture_default_str();
  command->add_option("--agent", request->agent,
                      "The agent a single file belongs to, if neither its content nor its name says so");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_agent_import(context, *request); };
  });
}

}  // namespace governor::ctl
