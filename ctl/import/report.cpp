#include "ctl/import/report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"
#include "text/shown_text.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownOfEach = 8;

std::string grouped_count(std::size_t count) {
  return grouped(static_cast<std::int64_t>(count));
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text::utf8_text(text));
}

json::array findings_array(const Findings& findings) {
  json::array array;
  for (const Finding& finding : findings) {
    array.push_back(json::object{{"severity", to_string(finding.severity)},
                                 {"code", finding.code},
                                 {"file", text_or_null(finding.file)},
                                 {"agent_id", text_or_null(finding.agent)},
                                 {"field", text_or_null(finding.field)},
                                 {"message", text::utf8_text(finding.message)}});
  }
  return array;
}

/// "glass (glass_state.json): " as far as it is known.
std::string place_of(const Finding& finding) {
  std::string place = finding.agent;
  if (!finding.file.empty()) place += place.empty() ? finding.file : " (" + finding.file + ")";
  return place.empty() ? place : place + ": ";
}

/// The message, with the field in front if it does not name it.
std::string words_of(const Finding& finding) {
  const bool named = finding.field.empty() || finding.message.find(finding.field) != std::string::npos;
  return named ? finding.message : finding.field + ": " + finding.message;
}

std::string_view title_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::not_asked: return "were read";
    case Outcome::Kind::imported: return "imported";
    case Outcome::Kind::would_import: return "can be imported";
    case Outcome::Kind::unchanged: return "imported before";
    case Outcome::Kind::exists: return "exist with other data and are left alone";
    case Outcome::Kind::refused: return "refused";
    case Outcome::Kind::unknown: return "with unknown outcome; import again to find out";
  }
  return "";
}

}  // namespace

bool Report::something_lost() const {
  const auto of = [this](Outcome::Kind kind) { return by_outcome_[static_cast<std::size_t>(kind)]; };
  return by_severity_[static_cast<std::size_t>(Severity::damaged)] > 0 ||
         by_severity_[static_cast<std::size_t>(Severity::refused)] > 0 || not_importable_ > 0 ||
         of(Outcome::Kind::exists) > 0 || of(Outcome::Kind::refused) > 0 || of(Outcome::Kind::unknown) > 0;
}

void Report::count(const Findings& findings) {
  for (const Finding& finding : findings) ++by_severity_[static_cast<std::size_t>(finding.severity)];
}

void Report::count(const AgentLine& agent) {
  ++agents_;
  if (!agent.importable) {
    ++not_importable_;
    return;
  }
  ++by_outcome_[static_cast<std::size_t>(agent.outcome.kind)];
  if (agent.rows > 0) ++with_history_;
  rows_ += agent.rows;
}

// For people.

void TextReport::keep(Findings findings) {
  count(findings);
  for (Finding& finding : findings) {
    const int severity = static_cast<int>(finding.severity);
    Group& group = groups_[{severity, {std::string(finding.code), finding.field}}];
    if (group.count++ < kShownOfEach) group.shown.push_back(std::move(finding));
  }
}

void TextReport::about_files(Findings findings) {
  keep(std::move(findings));
}

void TextReport::about_agent(AgentLine agent, Findings findings) {
  count(agent);
  const Outcome& outcome = agent.outcome;
  if (outcome.kind == Outcome::Kind::exists || outcome.kind == Outcome::Kind::refused ||
      outcome.kind == Outcome::Kind::unknown) {
    const bool refused = outcome.kind == Outcome::Kind::refused;
    const std::string_view code = to_string(outcome.kind);
    Group& group = groups_[{static_cast<int>(Severity::refused), {std::string(code), ""}}];
    if (agent.importable && group.count++ < kShownOfEach) {
      group.shown.push_back({Severity::refused, code, "", agent.id, "",
                             refused ? "the daemon says: " + outcome.detail
                             : outcome.kind == Outcome::Kind::exists
                                 ? "an agent of this name exists with other data: " + outcome.detail
                                 : "the outcome is unknown; import again"});
    }
  }
  keep(std::move(findings));
}

void TextReport::write_findings(Severity severity, const char* title) {
  std::size_t total = 0;
  for (const auto& [key, group] : groups_) total += key.first == static_cast<int>(severity) ? group.count : 0;
  if (total == 0) return;
  const Tone tone = severity == Severity::note            ? Tone::faint
                    : severity == Severity::contradiction ? Tone::warning
                                                          : Tone::bad;
  context_.out << '\n'
               << toned(fmt::format("{} ({})", title, grouped_count(total)), tone, context_.colour) << '\n';
  for (const auto& [key, group] : groups_) {
    if (key.first != static_cast<int>(severity)) continue;
    for (const Finding& finding : group.shown) {
      context_.out << "  " << printable(place_of(finding) + words_of(finding)) << '\n';
    }
    if (group.count > group.shown.size()) {
      context_.out << "  ... and " << grouped_count(group.count - group.shown.size())
                   << " more of this kind (--json names them all)\n";
    }
  }
}

/// The task is not here as these registries have it.
bool is_other_task(const Summary::Task& task) {
  return task.outcome.kind == TaskOutcome::Kind::exists || task.outcome.kind == TaskOutcome::Kind::refused;
}

void TextReport::write_agents(const Summary& summary) {
  context_.out << grouped_count(agents_) << " agents in " << grouped_count(summary.files) << " files, "
               << grouped_count(with_history_) << " with a history, of "
               << grouped(static_cast<std::int64_t>(rows_)) << " updates in all\n";
  const auto line = [&](std::size_t count, std::string_view title) {
    if (count > 0) context_.out << fmt::format("{:>9} {}\n", grouped_count(count), title);
  };
  for (std::size_t kind = 0; kind < by_outcome_.size(); ++kind) {
    line(by_outcome_[kind], title_of(static_cast<Outcome::Kind>(kind)));
  }
  line(not_importable_, "cannot be imported");
  if (summary.deployments == 0) return;
  context_.out << grouped_count(summary.deployments)
               << " of the agents are deployments that are over; nothing of them is signalled. "
               << grouped_count(summary.ghosts) << " were still said to run and are closed as lost\n";
  if (summary.tasks.empty()) return;
  context_.out << grouped_count(summary.tasks.size()) << " tasks, kept as done or cancelled\n";
  for (const Summary::Task& task : summary.tasks) {
    if (!is_other_task(task)) continue;
    context_.out << "  " << printable(task.id) << ": " << to_string(task.outcome.kind) << ", "
                 << printable(task.outcome.detail) << '\n';
  }
}

void TextReport::end(const Summary& summary) {
  if (!summary.applied) {
    context_.out << "Dry run: nothing has been changed. With --apply the import is made.\n";
    if (!summary.daemon_asked) {
      context_.out
          << "No daemon is running, so it was not checked whether governor already has these agents.\n";
    }
    context_.out << '\n';
  }
  write_agents(summary);
  if (!summary.stopped.empty()) {
    context_.out << toned("The import stopped before its end: ", Tone::bad, context_.colour)
                 << printable(summary.stopped) << ". What has been imported stays; import again to go on\n";
  }
  if (summary.times_without_zone > 0) {
    context_.out << grouped(static_cast<std::int64_t>(summary.times_without_zone))
                 << " times have no zone and are taken for " << summary.zone << " (see --timezone)\n";
  }
  write_findings(Severity::refused, "Not imported");
  write_findings(Severity::damaged, "Damaged");
  write_findings(Severity::contradiction, "Contradictions");
  write_findings(Severity::note, "Notes");
}

// For programs.

void JsonReport::begin() {
  context_.out << "{\"agents\":[";
}

void JsonReport::about_files(Findings findings) {
  count(findings);
  file_findings_.insert(file_findings_.end(), std::make_move_iterator(findings.begin()),
                        std::make_move_iterator(findings.end()));
}

void JsonReport::about_agent(AgentLine agent, Findings findings) {
  count(agent);
  count(findings);
  json::object object;
  object["agent_id"] = text::utf8_text(agent.id);
  object["outcome"] = agent.importable ? to_string(agent.outcome.kind) : "not_importable";
  if (!agent.outcome.detail.empty()) object["detail"] = text::utf8_text(agent.outcome.detail);
  object["updates"] = agent.updates;
  object["rows"] = agent.rows;
  object["findings"] = findings_array(findings);
  if (!first_) context_.out << ',';
  first_ = false;
  context_.out << ipc::plain_json(object);
}

void JsonReport::end(const Summary& summary) {
  json::object outcomes;
  for (std::size_t kind = 0; kind < by_outcome_.size(); ++kind) {
    outcomes[to_string(static_cast<Outcome::Kind>(kind))] = by_outcome_[kind];
  }
  outcomes["not_importable"] = not_importable_;
  json::object severities;
  for (std::size_t severity = 0; severity < by_severity_.size(); ++severity) {
    severities[to_string(static_cast<Severity>(severity))] = by_severity_[severity];
  }
  context_.out << "],\"findings\":" << ipc::plain_json(findings_array(file_findings_));
  json::object rest;
  rest["path"] = text::utf8_text(summary.path);
  rest["applied"] = summary.applied;
  rest["daemon_asked"] = summary.daemon_asked;
  rest["files"] = summary.files;
  rest["count"] = agents_;
  rest["with_history"] = with_history_;
  rest["rows"] = rows_;
  rest["timezone"] = summary.zone;
  rest["times_without_zone"] = summary.times_without_zone;
  if (summary.deployments > 0) {
    rest["deployments"] = summary.deployments;
    rest["ghosts"] = summary.ghosts;
    json::array tasks;
    for (const Summary::Task& task : summary.tasks) {
      json::object object{{"task_id", text::utf8_text(task.id)}, {"outcome", to_string(task.outcome.kind)}};
      if (!task.outcome.detail.empty()) object["detail"] = text::utf8_text(task.outcome.detail);
      tasks.push_back(std::move(object));
    }
    rest["tasks"] = std::move(tasks);
  }
  rest["outcomes"] = std::move(outcomes);
  rest["severities"] = std::move(severities);
  rest["stopped"] = text_or_null(summary.stopped);
  rest["complete"] = summary.stopped.empty() && !something_lost();
  const std::string text = ipc::plain_json(rest);
  context_.out << ',' << std::string_view(text).substr(1) << '\n';
}

}  // namespace governor::ctl::legacy
