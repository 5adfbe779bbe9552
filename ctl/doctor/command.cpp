#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/doctor/checks.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"
#include "text/shown_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

const char* word_of(FindingState state) {
  switch (state) {
    case FindingState::ok: return "ok";
    case FindingState::notice: return "notice";
    case FindingState::problem: break;
  }
  return "problem";
}

Tone finding_tone(FindingState state) {
  switch (state) {
    case FindingState::ok: return Tone::good;
    case FindingState::notice: return Tone::warning;
    case FindingState::problem: break;
  }
  return Tone::bad;
}

Findings look_at_everything(const Context& context) {
  Findings findings;
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) {
    findings.push_back(
        {"paths", FindingState::problem, paths.error().message, "set the variable that is named"});
    return findings;
  }
  const Surroundings around{context, *paths};
  for (const auto check : {check_places, check_programs, check_daemon, check_database, check_clients})
    check(around, findings);
  return findings;
}

void put_right(Findings& findings) {
  for (Finding& finding : findings) {
    if (finding.state == FindingState::ok || !finding.fix) continue;
    const auto done = finding.fix();
    finding.fixed = done ? "done: " + finding.remedy : done.error().message;
    if (done) finding.state = FindingState::ok;
  }
}

std::size_t count_of(const Findings& findings, FindingState state) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.state == state; }));
}

void write_findings_json(const Context& context, const Findings& findings) {
  json::array list;
  for (const Finding& finding : findings) {
    json::object entry{
        {"check", finding.check}, {"state", word_of(finding.state)}, {"text", text::utf8_text(finding.text)}};
    if (!finding.remedy.empty()) entry["remedy"] = text::utf8_text(finding.remedy);
    if (finding.fix) entry["fixable"] = true;
    if (!finding.fixed.empty()) entry["fixed"] = text::utf8_text(finding.fixed);
    list.push_back(std::move(entry));
  }
  const std::size_t problems = count_of(findings, FindingState::problem);
  const json::object body{{"ok", problems == 0},
                          {"problems", problems},
                          {"notices", count_of(findings, FindingState::notice)},
                          {"findings", std::move(list)}};
  context.out << ipc::plain_json(body) << '\n';
}

void write_findings(const Context& context, const Findings& findings) {
  bool fixable = false;
  for (const Finding& finding : findings) {
    const std::string word = word_of(finding.state);
    context.out << toned(word, finding_tone(finding.state), context.colour)
                << std::string(9 - word.size(), ' ') << finding.check << ": " << printable(finding.text)
                << '\n';
    if (!finding.fixed.empty()) {
      context.out << "         " << printable(finding.fixed) << '\n';
    } else if (finding.state != FindingState::ok && !finding.remedy.empty()) {
      context.out << "         " << printable(finding.remedy) << '\n';
      fixable = fixable || finding.fix;
    }
  }
  const std::size_t problems = count_of(findings, FindingState::problem);
  context.out << '\n'
              << (problems == 0 ? "nothing is wrong" : std::to_string(problems) + " to be put right")
              << (fixable ? "; what is safe is done with --fix" : "") << '\n';
}

int run_doctor(const Context& context, bool fix) {
  Findings findings = look_at_everything(context);
  if (fix) put_right(findings);
  if (context.json) {
    write_findings_json(context, findings);
  } else {
    write_findings(context, findings);
  }
  const bool fine = count_of(findings, FindingState::problem) == 0;
  return static_cast<int>(fine ? ExitCode::done : ExitCode::failed);
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("doctor", "Looks at the whole installation; what is wrong, and what to do");
  const auto fix = std::make_shared<bool>(false);
  command->add_flag("--fix", *fix, "Puts right what can be without risk, such as permissions");
  command->footer("Starts no daemon. Exit codes: 0 nothing is wrong, 1 something is.");
  command->callback(
      [&action, fix] { action = [fix](const Context& context) { return run_doctor(context, *fix); }; });
}

}  // namespace governor::ctl
