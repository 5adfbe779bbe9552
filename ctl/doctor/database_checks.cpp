#include <algorithm>
#include <chrono>
#include <filesystem>

#include "ctl/doctor/checks.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/progress.hpp"
#include "ctl/quantity.hpp"
#include "ctl/state/state_program.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::chrono::minutes kLookPatience{30};

/// Files of the state directory whose names begin so, newest last.
std::vector<std::string> files_named(const std::string& directory, const std::string& begin,
                                     const std::string& end) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(end)) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string remedy_of_damage(const Surroundings& around) {
  const auto backups = files_named(around.paths.state_dir + "/backups", "governor-", ".db");
  std::string remedy =
      "governorctl restart: at its start the daemon saves what can be read and takes the rest from the best "
      "backup";
  if (!backups.empty())
    remedy += "; or one of your choice: governorctl state restore " + text::shell_word(backups.back());
  return remedy;
}

Finding look_at_database(const Surroundings& around) {
  const std::string database = around.paths.state_dir + "/governor.db";
  if (std::error_code error; !fs::exists(database, error)) {
    if (files_named(around.paths.state_dir + "/backups", "governor-", ".db").empty())
      return {"database", FindingState::ok, "there is no database yet", ""};
    return {"database", FindingState::problem, database + " is gone, though there are backups of it",
            remedy_of_damage(around)};
  }
  const auto report = [&] {
    const Progress progress(around.context.err, around.context.err_on_terminal, "looking at the database");
    return run_on_state(around.context, "verify", "", ipc::Deadline::after(kLookPatience));
  }();
  if (!report) {
    return {"database", FindingState::problem, "the database cannot be looked at: " + report.error().message,
            "see what is said of the programs, and the permissions of " + database};
  }
  if (flag_field(*report, "ok")) {
    return {"database", FindingState::ok,
            "the database is sound: " + count_text(*report, "updates") + " updates, " +
                count_text(*report, "audit_entries") + " entries of the audit log",
            ""};
  }
  std::string what;
  for (const json::value& problem : array_field(*report, "problems")) {
    if (problem.is_string()) what += (what.empty() ? "" : "; ") + std::string(problem.get_string());
  }
  return {"database", FindingState::problem, database + " is not sound: " + what, remedy_of_damage(around)};
}

}  // namespace

void check_database(const Surroundings& around, Findings& findings) {
  findings.push_back(look_at_database(around));
  const auto backups = files_named(around.paths.state_dir + "/backups", "governor-", ".db");
  findings.push_back({"backups", FindingState::ok,
                      backups.empty() ? "no backup of the database was taken yet"
                                      : std::to_string(backups.size()) +
                                            " backups of the database, the newest " + backups.back(),
                      ""});
  for (const std::string& aside : files_named(around.paths.state_dir, "governor.db.damaged-", "")) {
    std::error_code error;
    const auto size = fs::file_size(aside, error);
    findings.push_back(
        {"leftovers", FindingState::notice,
         aside + " was set aside" + (error ? "" : ", " + grouped(static_cast<std::int64_t>(size)) + " bytes"),
         "when you miss nothing any more: rm " + text::shell_word(aside)});
  }
}

}  // namespace governor::ctl
