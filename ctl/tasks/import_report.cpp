#include "ctl/tasks/import_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;
using Kind = TaskOutcome::Kind;
using Severity = Remark::Severity;

constexpr std::size_t kShownTasks = 20;
constexpr std::array kKinds{Kind::imported, Kind::would_import, Kind::unchanged,
                            Kind::moved_on, Kind::exists,       Kind::refused};

bool is_loss(Kind kind) {
  return kind == Kind::exists || kind == Kind::refused;
}

std::string_view in_words(Kind kind) {
  switch (kind) {
    case Kind::not_asked: return "not handed over";
    case Kind::imported: return "imported";
    case Kind::would_import: return "would be imported";
    case Kind::unchanged: return "imported before";
    case Kind::moved_on: return "imported before and changed since; left alone";
    case Kind::exists: return "exist with another definition; left alone";
    case Kind::refused: return "refused";
  }
  return "";
}

json::array remarks_array(const Remarks& remarks) {
  json::array array;
  for (const Remark& remark : remarks) {
    json::object entry{{"severity", to_string(remark.severity)}, {"message", remark.message}};
    if (!remark.field.empty()) entry["field"] = remark.field;
    array.push_back(std::move(entry));
  }
  return array;
}

void write_import_json(const Context& context, const TaskImportReport& report) {
  json::array tasks;
  for (std::size_t i = 0; i < report.file.tasks.size(); ++i) {
    const ImportedTask& task = report.file.tasks[i];
    json::object entry{{"task_id", task.id}, {"importable", task.importable()}};
    if (i < report.outcomes.size()) {
      entry["outcome"] = to_string(report.outcomes[i].kind);
      if (!report.outcomes[i].detail.empty()) entry["detail"] = report.outcomes[i].detail;
    }
    entry["remarks"] = remarks_array(task.remarks);
    tasks.push_back(std::move(entry));
  }
  json::object body{{"file", report.path},
                    {"dry_run", report.dry_run},
                    {"daemon_asked", report.daemon_asked},
                    {"remarks", remarks_array(report.file.remarks)},
                    {"tasks", std::move(tasks)},
                    {"complete", !report.something_lost()}};
  if (!report.stopped.empty()) body["stopped"] = report.stopped;
  context.out << ipc::plain_json(body) << '\n';
}

/// All remarks of one severity as lines, those about the file first.
std::vector<std::string> report_lines(const TaskImportReport& report, Severity severity) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& about, const Remarks& remarks) {
    for (const Remark& remark : remarks) {
      if (remark.severity != severity) continue;
      std::string line = about.empty() ? "(no id)" : about;
      lines.push_back(line + ": " + remark.field + (remark.field.empty() ? "" : " ") + remark.message);
    }
  };
  add("the file", report.file.remarks);
  for (const ImportedTask& task : report.file.tasks) add(task.id, task.remarks);
  if (severity != Severity::refused) return lines;
  for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
    if (is_loss(report.outcomes[i].kind)) {
      lines.push_back(report.file.tasks[i].id + ": " + report.outcomes[i].detail);
    }
  }
  return lines;
}

void write_report_lines(const Context& context, const std::vector<std::string>& lines, const char* title,
                        Tone tone) {
  if (lines.empty()) return;
  const auto count = grouped(static_cast<std::int64_t>(lines.size()));
  context.out << '\n' << toned(fmt::format("{} ({})", title, count), tone, context.colour) << '\n';
  for (std::size_t i = 0; i < std::min(lines.size(), kShownTasks); ++i) {
    context.out << "  " << printable(lines[i]) << '\n';
  }
  if (lines.size() > kShownTasks) {
    context.out << "  ... and " << grouped(static_cast<std::int64_t>(lines.size() - kShownTasks))
                << " more (--json names them all)\n";
  }
}

void write_text(const Context& context, const TaskImportReport& report) {
  const auto& tasks = report.file.tasks;
  const auto importable =
      std::count_if(tasks.begin(), tasks.end(), [](const ImportedTask& t) { return t.importable(); });
  context.out << printable(report.path) << ": " << grouped(static_cast<std::int64_t>(tasks.size()))
              << (tasks.size() == 1 ? " task, " : " tasks, ") << grouped(importable) << " can be imported\n";
  for (const Kind kind : kKinds) {
    const auto count = std::count_if(report.outcomes.begin(), report.outcomes.end(),
                                     [&](const TaskOutcome& outcome) { return outcome.kind == kind; });
    if (count > 0) context.out << "  " << grouped(count) << ' ' << in_words(kind) << '\n';
  }
  write_report_lines(context, report_lines(report, Severity::refused), "Not imported", Tone::bad);
  write_report_lines(context, report_lines(report, Severity::changed), "Other than in the file",
                     Tone::warning);
  write_report_lines(context, report_lines(report, Severity::note), "Notes", Tone::faint);
  if (!report.stopped.empty()) {
    context.out << '\n'
                << toned("Stopped: ", Tone::bad, context.colour) << printable(report.stopped)
                << "\nThe same import again goes on where this one ended.\n";
  } else if (report.dry_run) {
    context.out << "\nNothing was changed (--dry-run)"
                << (report.daemon_asked ? ".\n" : "; no daemon runs that could be asked.\n");
  }
}

}  // namespace

bool TaskImportReport::something_lost() const {
  const auto has_loss = [](const Remarks& remarks) {
    return std::any_of(remarks.begin(), remarks.end(),
                       [](const Remark& remark) { return remark.severity == Severity::refused; });
  };
  return !stopped.empty() || has_loss(file.remarks) ||
         std::any_of(file.tasks.begin(), file.tasks.end(),
                     [&](const ImportedTask& task) { return has_loss(task.remarks); }) ||
         std::any_of(outcomes.begin(), outcomes.end(),
                     [](const TaskOutcome& outcome) { return is_loss(outcome.kind); });
}

void write_report(const Context& context, const TaskImportReport& report) {
  context.json ? write_import_json(context, report) : write_text(context, report);
}

}  // namespace governor::ctl
