#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/printable.hpp"
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/sparkline.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// A long history comes in many pages; a single one never takes this long.
constexpr std::chrono::minutes kHistoryPatience{10};
constexpr std::int64_t kPage = 1000;

struct HistoryRequest {
  std::string agent;
  std::string format = "table";
  std::int64_t rows = 50;
  bool all = false;
  std::int64_t epoch = 0;
  std::size_t width = 60;
};

// The title line comes once, whatever the number of pages.
void write_csv_page(std::ostream& out, const std::string& csv, bool first) {
  const std::size_t titles_end = csv.find('\n');
  if (first) {
    out << csv;
  } else if (titles_end != std::string::npos) {
    out << std::string_view(csv).substr(titles_end + 1);
  }
}

void write_history_table(const Context& context, const json::array& rows) {
  Table table({{"UPDATE", Align::right},
               {"EPOCH", Align::right},
               {"TIME"},
               {"DECISION"},
               {"HEALTH"},
               {"RISK", Align::right},
               {"COHERENCE", Align::right},
               {"E", Align::right},
               {"I", Align::right},
               {"S", Align::right},
               {"V", Align::right},
               {"LAMBDA1", Align::right},
               {"CONFIDENCE", Align::right},
               {"HUMAN"}});
  for (const json::value& entry : rows) {
    if (!entry.is_object()) continue;
    const json::object& row = entry.get_object();
    const std::string action = text_field(row, "action");
    const std::string health = text_field(row, "health");
    const auto figure = [&row](const char* name, int decimals) {
      return decimal(number_field(row, name), decimals);
    };
    table.add_row({count_text(row, "update"), count_text(row, "epoch"),
                   local_text(context, text_field(row, "timestamp")), Cell(action, health_tone(action)),
                   Cell(health, health_tone(health)), figure("risk_score", 3), figure("coherence", 3),
                   figure("E", 3), figure("I", 3), figure("S", 3), figure("V", 3), figure("lambda1", 4),
                   figure("confidence", 2), human_cell(row)});
  }
  if (table.empty()) {
    context.out << "no updates\n";
  } else {
    context.out << table.render(context.colour);
  }
}

std::string decisions_text(const json::array& rows) {
  std::map<std::string, std::int64_t> counts;
  for (const json::value& row : rows) {
    if (row.is_object()) ++counts[text_field(row.get_object(), "action")];
  }
  std::string text;
  for (const auto& [action, count] : counts) {
    if (!text.empty()) text += ", ";
    text += grouped(count) + ' ' + printable(action);
  }
  return text;
}

/// One line a figure, from the oldest update on the left to the newest on the right.
void write_sparklines(const Context& context, const HistoryRequest& request, const json::array& rows,
                      std::int64_t total) {
  if (rows.empty()) {
    context.out << "no updates\n";
    return;
  }
  const auto time_of = [&](const json::value& row) {
    return row.is_object() ? printable(local_text(context, text_field(row.get_object(), "timestamp")))
                           : std::string("-");
  };
  context.out << printable(request.agent) << ": " << grouped(static_cast<std::int64_t>(rows.size())) << " of "
              << grouped(total) << " updates, " << time_of(rows.back()) << " to " << time_of(rows.front())
              << "\n\n";
  constexpr std::pair<const char*, Pick> kFigures[] = {
      {"risk_score", Pick::highest}, {"coherence", Pick::lowest}, {"E", Pick::highest},
      {"I", Pick::lowest},           {"S", Pick::highest},        {"V", Pick::highest},
      {"lambda1", Pick::highest}};
  for (const auto& [name, pick] : kFigures) {
    std::vector<double> values;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (row->is_object()) values.push_back(number_field(row->get_object(), name));
    }
    const Scale scale = scale_of(values);
    context.out << "  " << name << std::string(12 - std::string_view(name).size(), ' ')
                << sparkline(values, scale, request.width, pick) << "  " << decimal(scale.lowest, 3) << " to "
                << decimal(scale.highest, 3) << ", last " << decimal(values.back(), 3) << '\n';
  }
  context.out << "\n  decisions   " << decisions_text(rows) << '\n';
}

int run_history(const Context& context, const HistoryRequest& request) {
  const std::string format = context.json ? "json" : request.format;
  const bool csv = format == "csv";
  const auto deadline = ipc::Deadline::after(kHistoryPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  json::object arguments = {{"agent_id", request.agent}, {"format", csv ? "csv" : "json"}};
  if (request.epoch > 0) arguments["epoch"] = request.epoch;
  json::array rows;
  std::int64_t total = 0;
  std::int64_t fetched = 0;
  ipc::Result<bool> done = false;
  {
    // Rows that run over the screen show by themselves that work goes on.
    const bool rows_shown_at_once = csv && context.out_on_terminal;
    Progress progress(context.err, context.err_on_terminal && !rows_shown_at_once,
                      "reading the history of " + request.agent);
    const std::int64_t limit = request.all ? 0 : request.rows;
    done = fetch_pages(*client, {"get_system_history", "rows", "next_before", "before_update", kPage},
                       std::move(arguments), limit, deadline,
                       [&](const json::object& page, const json::array& found) {
                         total = count_field(page, "total");
                         if (csv) write_csv_page(context.out, text_field(page, "csv"), fetched == 0);
                         rows.insert(rows.end(), found.begin(), found.end());
                         fetched += count_field(page, "count");
                         const std::int64_t wanted = request.all ? total : std::min(total, request.rows);
                         progress.advance_to(static_cast<std::uint64_t>(std::max<std::int64_t>(fetched, 0)),
                                             static_cast<std::uint64_t>(std::max<std::int64_t>(wanted, 0)));
                       });
  }
  if (!done) return report_failure(context, done.error());
  if (format == "json") {
    const auto count = static_cast<std::int64_t>(rows.size());
    const json::object body = {
        {"agent_id", request.agent}, {"count", count}, {"total", total}, {"rows", std::move(rows)}};
    context.out << ipc::plain_json(body) << '\n';
  } else if (format == "sparkline") {
    write_sparklines(context, request, rows, total);
  } else if (!csv) {
    write_history_table(context, rows);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_history(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("history", "An agent's updates as a table, CSV, JSON or sparklines");
  const auto request = std::make_shared<HistoryRequest>();
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("--format", request->format, "table, csv, json or sparkline")
      ->check(CLI::IsMember({"table", "csv", "json", "sparkline"}))
      ->capture_default_str();
  command->add_option("--rows", request->rows, "How many of its latest updates")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 53))
      ->capture_default_str();
  command->add_flag("--all", request->all, "All of its updates")->excludes("--rows");
  command->add_option("--epoch", request->epoch, "Only updates of this epoch")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31));
  command->add_option("--width", request->width, "Columns of a sparkline")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
      ->capture_default_str();
  command->footer("Newest first, except that sparklines go from the oldest on the left to the newest.");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_history(context, *request); };
  });
}

}  // namespace governor::ctl
