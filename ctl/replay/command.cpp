#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/demo/sandbox.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/replay/measures.hpp"
#include "ctl/replay/recorded_run.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kCallPatience{30};
constexpr std::size_t kEventsAtOnce = 240;
constexpr std::size_t kLongestId = 128;

struct ReplayRequest {
  std::string file;
  bool live = false;
};

struct ReplayedRun {
  replay::RecordedRun run;
  json::object whole;  ///< as get_governance_metrics has it
  json::object half;
};

/// Ids of agents have letters, digits, dots, dashes and underscores; one run has one agent.
std::string agent_id_for(const std::string& name, std::size_t number) {
  std::string id = "replay-" + std::to_string(number) + "-" + name;
  std::replace_if(
      id.begin(), id.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '_' && c != '-'; }, '_');
  if (id.size() > kLongestId) id.resize(kLongestId);
  return id;
}

class Replay {
 public:
  explicit Replay(ipc::Client client) : client_(std::move(client)) {}

  ipc::Result<ReplayedRun> play(replay::RecordedRun run) {
    agent_ = agent_id_for(run.name, ++count_);
    ReplayedRun played;
    played.run = std::move(run);
    const std::size_t turns = played.run.turns.size();
    for (std::size_t i = 0; i < turns; ++i) {
      if (auto failure = send(std::move(played.run.turns[i]))) return *std::move(failure);
      if (i + 1 == turns / 2) {
        if (auto failure = look(played.half)) return *std::move(failure);
      }
    }
    played.run.turns.clear();
    if (auto failure = flush()) return *std::move(failure);
    if (auto failure = look(played.whole)) return *std::move(failure);
    return played;
  }

 private:
  std::optional<ipc::Error> send(json::array events) {
    for (json::value& event : events) {
      pending_.push_back(std::move(event));
      if (pending_.size() < kEventsAtOnce) continue;
      if (auto failure = flush()) return failure;
    }
    return std::nullopt;
  }

  std::optional<ipc::Error> flush() {
    if (pending_.empty()) return std::nullopt;
    json::object params{{"agent_id", agent_},
                        {"cwd", "/replay"},
                        {"unwatched", true},
                        {"events", std::exchange(pending_, {})}};
    auto answer = call_method(client_, "governor/note_evidence", std::move(params),
                              ipc::Deadline::after(kCallPatience));
    if (!answer) return answer.error();
    return std::nullopt;
  }

  std::optional<ipc::Error> look(json::object& into) {
    if (auto failure = flush()) return failure;
    auto metrics = call_tool(client_, "get_governance_metrics", {{"agent_id", agent_}, {"detail", "full"}},
                             ipc::Deadline::after(kCallPatience));
    if (!metrics) return metrics.error();
    into = *std::move(metrics);
    return std::nullopt;
  }

  ipc::Client client_;
  std::string agent_;
  std::size_t count_ = 0;
  json::array pending_;
};

json::object figures_json(const json::object& shown) {
  json::object figures{
      {"risk_score", number_field(object_field(shown, "metrics"), "risk_score")},
      {"failure_probability", number_field(object_field(shown, "evidence"), "failure_probability")}};
  if (const json::value* signals = shown.if_contains("signals")) figures["signals"] = *signals;
  return figures;
}

json::object run_json(const ReplayedRun& played) {
  json::object body{{"run", played.run.name}};
  body["failed"] = played.run.failed ? json::value(*played.run.failed) : json::value(nullptr);
  body["updates"] = count_field(object_field(played.whole, "metrics"), "updates");
  for (const auto& field : figures_json(played.whole)) body[field.key()] = field.value();
  body["decision"] = text_field(object_field(played.whole, "decision"), "action");
  body["reasons"] = array_field(object_field(played.whole, "evidence"), "reasons");
  if (const json::value* habits = played.whole.if_contains("habits")) body["habits"] = *habits;
  body["half"] = figures_json(played.half);
  return body;
}

/// The end of a list of runs, for people.
class RunTable {
 public:
  void add(const ReplayedRun& played) {
    const json::array& reasons = array_field(object_field(played.whole, "evidence"), "reasons");
    const std::string reason =
        reasons.empty() || !reasons[0].is_object() ? "-" : text_field(reasons[0].get_object(), "text");
    table_.add_row({printable(played.run.name),
                    !played.run.failed   ? "-"
                    : *played.run.failed ? "failed"
                                         : "succeeded",
                    decimal(number_field(object_field(played.whole, "metrics"), "risk_score"), 3),
                    decimal(number_field(object_field(played.whole, "evidence"), "failure_probability"), 3),
                    text_field(object_field(played.whole, "decision"), "action"), printable(reason)});
  }
  [[nodiscard]] std::string render(bool colour) const { return table_.render(colour); }

 private:
  Table table_{{{"RUN"},
                {"OUTCOME"},
                {"RISK", Align::right},
                {"FAILURE", Align::right},
                {"DECISION"},
                {"STRONGEST REASON"}}};
};

ipc::Result<std::string> read_file(const std::string& path, std::string& name) {
  auto tree = records::FileTree::open(path);
  if (!tree) return tree.error();
  if (!tree->is_single_file())
    return ipc::Error{ipc::Errc::not_found, 0,
                      path + " is a directory; a file of runs or a transcript was expected"};
  std::vector<records::PassedOver> passed_over;
  const auto files = tree->files(passed_over);
  if (files.empty()) return ipc::Error{ipc::Errc::not_found, 0, path + " cannot be read"};
  name = files.front();
  return tree->read(name);
}

struct Summary {
  std::vector<replay::Forecast> whole;
  std::vector<replay::Forecast> half;
  std::vector<replay::Forecast> risk;

  void add(const ReplayedRun& played) {
    if (!played.run.failed) return;
    const auto note = [&](std::vector<replay::Forecast>& list, const json::object& shown,
                          std::string_view part, std::string_view name) {
      const double figure = number_field(object_field(shown, part), name);
      if (std::isfinite(figure)) list.push_back({figure, *played.run.failed});
    };
    note(whole, played.whole, "evidence", "failure_probability");
    note(half, played.half, "evidence", "failure_probability");
    note(risk, played.whole, "metrics", "risk_score");
  }

  [[nodiscard]] json::object as_json() const {
    const auto value = [](std::optional<double> figure) {
      return figure ? json::value(*figure) : json::value(nullptr);
    };
    return {{"runs", whole.size()},
            {"failed", std::count_if(whole.begin(), whole.end(), [](const auto& one) { return one.failed; })},
            {"risk_score_auroc", value(replay::area_under_roc(risk))},
            {"failure_probability_auroc", value(replay::area_under_roc(whole))},
            {"first_half_auroc", value(replay::area_under_roc(half))},
            {"ece", value(replay::calibration_error(whole))},
            {"brier", value(replay::brier_score(whole))}};
  }
};

void write_summary(const Context& context, const json::object& summary) {
  if (count_field(summary, "runs") < 1) return;
  const auto figure = [&](std::string_view name) { return decimal(number_field(summary, name), 3); };
  context.out << '\n'
              << count_text(summary, "failed") << " of " << count_text(summary, "runs")
              << " runs failed. AUROC of the risk score " << figure("risk_score_auroc")
              << ", of the failure probability " << figure("failure_probability_auroc")
              << " (after half of each run " << figure("first_half_auroc")
              << "); its expected calibration error " << figure("ece") << ", its Brier score "
              << figure("brier") << '\n';
}

/// The file, and which of its runs if it is one of runs.
ipc::Error what_is_wrong(const std::string& name, std::size_t number, ipc::Error error) {
  error.message = number == 0 ? name + ": " + error.message
                              : name + ", run " + std::to_string(number) + ": " + error.message;
  return error;
}

int play_all(const Context& context, const std::string& text, const std::string& name, Replay& replay) {
  std::optional<RunTable> table;
  if (!context.json) table.emplace();
  Summary summary;
  const auto show = [&](const ReplayedRun& played) {
    summary.add(played);
    if (table) {
      table->add(played);
    } else {
      context.out << ipc::plain_json(run_json(played)) << '\n';
    }
  };
  {
    Progress progress(context.err, context.err_on_terminal, "replaying");
    std::string_view rest = text;
    const bool runs = replay::holds_runs(text);
    std::size_t number = 0;
    while (const auto line = runs ? replay::next_line(rest) : std::optional(std::exchange(rest, {}))) {
      auto run = runs ? replay::read_run(*line) : replay::read_transcript(*line, name);
      if (!run) return report_failure(context, what_is_wrong(name, runs ? ++number : 0, run.error()));
      ++number;
      const auto played = replay.play(*std::move(run));
      if (!played) return report_failure(context, played.error());
      show(*played);
      progress.advance_to(text.size() - rest.size(), text.size());
      if (rest.empty()) break;
    }
  }
  if (table) context.out << table->render(context.colour);
  if (table) {
    write_summary(context, summary.as_json());
  } else {
    context.out << ipc::plain_json(summary.as_json()) << '\n';
  }
  return static_cast<int>(ExitCode::done);
}

int run_replay(const Context& context, const ReplayRequest& request) {
  std::string name;
  const auto text = read_file(request.file, name);
  if (!text) return report_failure(context, text.error());
  std::optional<Sandbox> sandbox;
  if (!request.live) {
    auto made = Sandbox::create(context, "replay");
    if (!made) return report_failure(context, made.error());
    sandbox.emplace(*std::move(made));
  }
  auto client =
      connect_to_daemon(sandbox ? sandbox->context() : context, ipc::Deadline::after(kCallPatience));
  if (!client) return report_failure(context, client.error());
  Replay replay(*std::move(client));
  return play_all(context, *text, name, replay);
}

}  // namespace

void add_replay(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("replay", "Shows recorded runs to governor and what it makes of them");
  const auto request = std::make_shared<ReplayRequest>();
  command
      ->add_option("FILE", request->file,
                   "Runs, one a line, or a session's transcript of Claude Code (JSONL)")
      ->required();
  command->add_flag("--live", request->live, "Into your own daemon and its data, as agents replay-...");
  command->footer(
      "Without --live a daemon of its own looks at them, in a directory that is removed; nothing of yours "
      "is touched.");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_replay(context, *request); };
  });
}

}  // namespace governor::ctl
