#include "ctl/guard/guard_record.hpp"

#include <boost/json.hpp>
#include <utility>

#include "ctl/guard/shell_word.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

std::string record_directory(const GitPlaces& places) {
  return places.common + "/governor";
}

std::string record_path(const GitPlaces& places) {
  return record_directory(places) + "/guards.json";
}

// A governorctl that was removed must not make the repository useless.
std::string script_text(const std::string& governorctl, const std::string& fallback) {
  std::string text =
      "#!/bin/sh\n# Written by `governorctl install guards`: what the hooks of this repository run.\n";
  text += "guard=" + shell_word(governorctl) + "\n";
  text += "if [ -x \"$guard\" ]; then\n  exec \"$guard\" guard git --fallback " + fallback +
          " --hook \"$1\"\nfi\n";
  text += "case \"$1\" in post-*) exit 0 ;; esac\n";
  text += "echo \"governor: $guard is gone, nobody has checked this commit\" >&2\n";
  return text + (fallback == "deny" ? "exit 1\n" : "exit 0\n");
}

ipc::Result<GuardPlan> plan_text(const std::string& path, const std::string& after) {
  const auto present = read_if_there(path);
  if (!present) return present.error();
  GuardPlan plan{path, *present ? "change" : "create", present->value_or(""), after, "", {}};
  if (plan.before == plan.after) {
    plan.action = "none";
    return plan;
  }
  plan.steps.push_back({FileStep::Kind::write, path, "", after, 0644});
  return plan;
}

ipc::Result<GuardPlan> plan_text_removal(const std::string& path, const std::string& directory) {
  const auto present = read_if_there(path);
  if (!present) return present.error();
  GuardPlan plan{path, "none", present->value_or(""), "", "", {}};
  if (!*present) return plan;
  plan.action = "remove";
  plan.steps.push_back({FileStep::Kind::remove, path});
  plan.steps.push_back({FileStep::Kind::remove_if_empty, directory});
  return plan;
}

}  // namespace

std::string guard_script(const GitPlaces& places) {
  return record_directory(places) + "/guard";
}

ipc::Result<GuardPlan> plan_guard_script(const GitPlaces& places, const std::string& governorctl,
                                         const std::string& fallback) {
  return plan_text(guard_script(places), script_text(governorctl, fallback));
}

ipc::Result<GuardPlan> plan_guard_script_removal(const GitPlaces& places) {
  return plan_text_removal(guard_script(places), record_directory(places));
}

ipc::Result<GuardRecord> read_record(const GitPlaces& places) {
  const auto text = read_if_there(record_path(places));
  if (!text) return text.error();
  GuardRecord record;
  boost::system::error_code failure;
  const json::value parsed = json::parse(text->value_or("{}"), failure);
  if (failure || !parsed.is_object()) return record;
  const json::value* options = parsed.get_object().if_contains("options");
  if (options && options->is_string()) record.options = options->get_string();
  for (const json::value& entry : array_field(parsed.get_object(), "claude_code"))
    if (entry.is_string()) record.settings.emplace_back(entry.get_string());
  return record;
}

ipc::Result<GuardPlan> plan_record(const GitPlaces& places, const GuardRecord& record) {
  if (record.settings.empty() && record.options.empty())
    return plan_text_removal(record_path(places), record_directory(places));
  json::object object;
  object["written_by"] = "governorctl install guards";  // nobody's to write through the daemon
  object["options"] = record.options;
  object["claude_code"] = json::array(record.settings.begin(), record.settings.end());
  return plan_text(record_path(places), json::serialize(object) + '\n');
}

}  // namespace governor::ctl
