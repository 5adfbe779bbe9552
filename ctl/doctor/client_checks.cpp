#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "ctl/doctor/checks.hpp"
#include "ctl/doctor/ide_entries.hpp"
#include "ctl/guard/file_steps.hpp"
#include "ctl/guard/git_repository.hpp"
#include "ctl/guard/guards_check.hpp"
#include "ctl/service/unit_text.hpp"
#include "ipc/service_manager.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kGitPatience{10};

void look_at_service(const Surroundings& around, Findings& findings) {
  const auto start = ipc::installed_service(around.context.environment);
  if (!start) {
    findings.push_back({"service", FindingState::ok, "no service is used; clients start the daemon", ""});
    return;
  }
  for (const std::string& file : ipc::service_files(around.context.environment)) {
    const auto unit = read_if_there(file);
    const std::string program = unit && *unit ? program_of_unit(**unit).value_or("") : "";
    if (!program.starts_with('/') || ::access(program.c_str(), X_OK) == 0) continue;
    findings.push_back({"service", FindingState::problem,
                        file + " starts " + program + ", which is not there",
                        "governorctl service install puts it right, or take the unit away"});
    return;
  }
  findings.push_back({"service", FindingState::ok, "a service starts the daemon", ""});
}

void look_at_entries(const Surroundings& around, Findings& findings) {
  std::error_code ignored;
  const auto entries = ide_entries(around.context.environment, fs::current_path(ignored).string());
  if (entries.empty()) {
    findings.push_back(
        {"clients", FindingState::notice, "no IDE or agent is told of governor",
         "governorctl install lists the clients that are here and puts it into their configuration"});
  }
  for (const IdeEntry& entry : entries) {
    const bool named = entry.program.starts_with('/');
    const std::string project = entry.project.empty() ? "" : " --project " + text::shell_word(entry.project);
    if (named && ::access(entry.program.c_str(), X_OK) != 0) {
      findings.push_back(
          {"clients", FindingState::problem,
           entry.client + " is told to start " + entry.program + ", which is not there (" + entry.file + ')',
           "governorctl install " + entry.name + project + " puts the right one in its place"});
      continue;
    }
    findings.push_back({"clients", FindingState::ok,
                        entry.client + " starts " + entry.program + " (" + entry.file + ')', ""});
  }
}

void add_guards(const GuardsCheck& check, const std::string& where, Findings& findings) {
  if (!check.installed && check.missing.empty()) return;
  if (check.missing.empty()) {
    findings.push_back({"hooks", FindingState::ok, "the guards of " + where + " are in place", ""});
    return;
  }
  for (const std::string& missing : check.missing)
    findings.push_back({"hooks", FindingState::problem, missing, check.remedy});
}

void look_at_hooks(const Surroundings& around, Findings& findings) {
  const std::size_t before = findings.size();
  add_guards(check_user_guards(around.context.environment), "your Claude Code", findings);
  std::error_code error;
  const std::string here = fs::current_path(error).string();
  const GitRepository repository(around.context.environment, here);
  if (const auto places = repository.places(ipc::Deadline::after(kGitPatience)); !error && places)
    add_guards(check_guards(around.context.environment, *places), places->top, findings);
  if (findings.size() == before)
    findings.push_back({"hooks", FindingState::ok, "no guards are installed for you or here", ""});
}

/// What an older monitor wrote where one works with it.
void look_for_old_monitor(Findings& findings) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  for (const char* file : {"agent_metadata.json", "data/agent_metadata.json"}) {
    if (error || !fs::is_regular_file(here / file, error)) continue;
    const std::string directory = (here / file).parent_path().string();
    findings.push_back({"old monitor", FindingState::notice, directory + " has agents of an old monitor",
                        "governorctl import " + text::shell_word(directory) +
                            " tells what would become of them; it changes nothing there"});
  }
}

}  // namespace

void check_clients(const Surroundings& around, Findings& findings) {
  look_at_service(around, findings);
  look_at_entries(around, findings);
  look_at_hooks(around, findings);
  look_for_old_monitor(findings);
}

}  // namespace governor::ctl
