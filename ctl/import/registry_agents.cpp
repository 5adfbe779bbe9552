#include "ctl/import/registry_agents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <utility>

#include "ctl/import/json_object.hpp"
#include "text/cut_text.hpp"

namespace governor::ctl::legacy {
namespace {

namespace json = boost::json;

constexpr std::string_view kGlobalRegistry = "GLOBAL_REGISTRY.json";
constexpr std::string_view kTaskRegistry = "AGENT_REGISTRY.json";
constexpr std::size_t kLongestNote = 4096;
constexpr std::size_t kLongestData = 32 * 1024;
constexpr std::size_t kMostTold = 400;
constexpr std::int64_t kSameMomentUs = 2'000'000;
constexpr int kDeepest = 1000;

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string short_note(std::string_view text) {
  return std::string(text::cut_text(text, kLongestNote));
}

template <class Value>
void fill(Value& into, Value from) {
  if (into == Value{}) into = std::move(from);
}

/// What the orchestrator's word means here; empty for one that says it was not over.
std::string_view state_of(std::string_view status) {
  if (status == "completed") return "finished";
  if (status == "failed" || status == "error") return "failed";
  if (status == "terminated" || status == "killed" || status == "stopped" || status == "cancelled")
    return "stopped";
  return {};
}

}  // namespace

bool is_registry(std::string_view path) {
  const std::string_view name = base_name(path);
  return name == kGlobalRegistry || name == kTaskRegistry;
}

RegistryAgents::RegistryAgents(const records::FileTree& tree, std::vector<std::string> names,
                               TimeReader& times, Findings& findings)
    : tree_(tree), names_(std::move(names)), times_(times) {
  for (const bool global : {true, false}) {
    for (const std::string& name : names_) {
      if (base_name(name) != (global ? kGlobalRegistry : kTaskRegistry)) continue;
      ++files_;
      Notes notes(findings, name, "");
      const auto text = tree_.read(name);
      if (!text) {
        notes.refused("unreadable", "the file is not read: " + text.error().message);
        continue;
      }
      auto registry = read_registry(*text, name, times_, notes);
      if (!registry) continue;
      for (auto& task : registry->tasks) take_task(std::move(task));
      for (auto& [id, entry] : registry->agents) take_entry(id, std::move(entry));
    }
  }
}

void RegistryAgents::take_entry(const std::string& id, RegistryEntry entry) {
  const auto [found, is_new] = agents_.try_emplace(id);
  Known& known = found->second;
  known.files.push_back(entry.file);
  if (is_new) {
    order_.push_back(id);
    known.entry = std::move(entry);
    return;
  }
  Notes notes(known.findings, entry.file, id);
  if (known.entry.status != entry.status) {
    notes.contradiction("status_mismatch", "status",
                        fmt::format("\"{}\" here, \"{}\" in {}; the later entry counts", entry.status,
                                    known.entry.status, known.entry.file));
  }
  if (known.entry.started_us && entry.started_us &&
      std::abs(*known.entry.started_us - *entry.started_us) > kSameMomentUs) {
    notes.contradiction("time_mismatch", "started_at",
                        fmt::format("is another time than in {}, which is kept", known.entry.file));
    entry.started_us.reset();
  }
  // The first file decides when it began, so that either file alone gives the same.
  RegistryEntry& here = known.entry;
  if (entry.updated_us.value_or(0) > here.updated_us.value_or(0) + kSameMomentUs) {
    entry.started_us = here.started_us ? here.started_us : entry.started_us;
    std::swap(here, entry);
  }
  fill(here.task_id, std::move(entry.task_id));
  fill(here.type, std::move(entry.type));
  fill(here.parent, std::move(entry.parent));
  fill(here.status, std::move(entry.status));
  fill(here.prompt, std::move(entry.prompt));
  fill(here.terminal, std::move(entry.terminal));
  fill(here.validation, std::move(entry.validation));
  fill(here.depth, entry.depth);
  fill(here.progress, entry.progress);
  fill(here.started_us, entry.started_us);
  fill(here.updated_us, entry.updated_us);
  fill(here.ended_us, entry.ended_us);
}

void RegistryAgents::take_task(RegistryTask task) {
  RegistryTask& here = tasks_[task.id];
  const std::string id = task.id;
  if (here.id.empty()) here.file = task.file;
  here.id = id;
  fill(here.description, std::move(task.description));
  fill(here.status, std::move(task.status));
  fill(here.priority, std::move(task.priority));
  fill(here.workspace, std::move(task.workspace));
  fill(here.created_us, task.created_us);
}

int RegistryAgents::depth_of(const Known& known, int steps) const {
  if (known.entry.depth) return *known.entry.depth;
  const auto parent = agents_.find(known.entry.parent);
  if (parent == agents_.end() || steps >= kDeepest) return 1;
  return std::min(kDeepest, 1 + depth_of(parent->second, steps + 1));
}

std::string RegistryAgents::beside(const std::string& id, std::string_view folder,
                                   std::string_view ending) const {
  const std::string wanted = fmt::format("{}/{}{}", folder, id, ending);
  const auto found = std::find_if(names_.begin(), names_.end(), [&](const std::string& name) {
    return name == wanted || name.ends_with("/" + wanted);
  });
  return found == names_.end() ? std::string() : *found;
}

/// Lines of JSON; one that is none is reported and left out.
void RegistryAgents::read_lines(const std::string& name, bool findings, ImportedDeployment& deployment,
                                Notes& notes) {
  if (name.empty()) return;
  const auto text = tree_.read(name);
  if (!text) return notes.damaged("unreadable", "", name + " is not read: " + text.error().message);
  std::size_t broken = 0, left_out = 0;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    json::error_code failure;
    const json::value value = json::parse(line, failure);
    const json::object* object = failure ? nullptr : value.if_object();
    if (object == nullptr) {
      ++broken;
      continue;
    }
    const auto text_at = [&](std::string_view field) {
      const json::value* found = object->if_contains(field);
      return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    ImportedDeploymentEvent event;
    event.event = findings ? "finding" : "progress";
    event.timestamp_us = times_.read(text_at("timestamp"));
    event.note = short_note(text_at("message"));
    if (const json::value* progress = object->if_contains("progress");
        progress != nullptr && progress->is_int64() && progress->get_int64() >= 0 &&
        progress->get_int64() <= 100) {
      event.progress = static_cast<int>(progress->get_int64());
    }
    if (findings) {
      json::object data{{"finding_type", text_at("finding_type")}, {"severity", text_at("severity")}};
      if (const json::value* more = object->if_contains("data")) data["data"] = *more;
      event.data = json::serialize(data);
      if (event.data.size() > kLongestData) {
        data.erase("data");
        event.data = json::serialize(data);
        notes.damaged("too_long", "data", "the data of a finding is left out, since it is too long");
      }
    } else {
      deployment.note = event.note;
      if (event.progress) deployment.progress = event.progress;
    }
    if (deployment.events.size() < kMostTold) {
      deployment.events.push_back(std::move(event));
    } else {
      ++left_out;
    }
  }
  if (broken > 0) {
    notes.damaged("damaged_line", "", fmt::format("{} of the lines in {} are no JSON object", broken, name));
  }
  if (left_out > 0) {
    notes.damaged(
        "too_many", "",
        fmt::format("{} entries of {} are left out: an agent has at most {}", left_out, name, kMostTold));
  }
}

/// How it ended, by what is known. Whatever the registry took for running is not: nothing here started it,
/// and its session is not looked for, since another program may have its name by now.
void RegistryAgents::tell_end(const std::string& id, const Known& known, ImportedDeployment& deployment,
                              Notes& notes) {
  const RegistryEntry& entry = known.entry;
  const std::string_view state = state_of(entry.status);
  deployment.ended_us = entry.ended_us ? entry.ended_us : entry.updated_us;
  if (!state.empty()) {
    deployment.state = state;
    deployment.why = fmt::format("{} by the old orchestrator's word", entry.status);
    return;
  }
  deployment.state = "lost";
  if (is_said_to_run(entry.status)) {
    ++ghosts_;
    deployment.why =
        fmt::format("the old orchestrator still took it for {}; how it ended is not known", entry.status);
    notes.contradiction(
        "ghost", "status",
        fmt::format("\"{}\" is said to be {}, and runs no more: closed as lost. Nothing is "
                    "signalled{}{}",
                    id, entry.status, entry.terminal.empty() ? "" : "; its session was ", entry.terminal));
    return;
  }
  deployment.why = fmt::format("the old orchestrator says \"{}\" of it", text::cut_text(entry.status, 100));
  notes.contradiction(
      "unknown_status", "status",
      fmt::format("\"{}\" is no word for an end; closed as lost", text::cut_text(entry.status, 100)));
}

std::optional<LegacyAgents::Item> RegistryAgents::next() {
  if (next_ == order_.size()) return std::nullopt;
  const std::string& id = order_[next_++];
  Known& known = agents_.at(id);
  const RegistryEntry& entry = known.entry;
  LegacyAgents::Item item;
  item.id = id;
  item.findings = std::move(known.findings);
  Notes notes(item.findings, known.files.back(), id);
  ImportedAgent agent;
  agent.id = id;
  agent.status = "archived";
  agent.status_reason = "its deployment is over";
  agent.created_us = entry.started_us;
  agent.parent_id = entry.parent;
  agent.source = "from ";
  for (const std::string& file : known.files) agent.source += (&file == &known.files[0] ? "" : ", ") + file;
  if (!entry.terminal.empty()) agent.source += "; its terminal session was " + entry.terminal;
  agent.source = short_note(agent.source);
  ImportedDeployment deployment;
  deployment.agent_type = text::cut_text(entry.type.empty() ? "unknown" : entry.type, 64);
  if (deployment.agent_type != entry.type) {
    notes.damaged("bad_value", "type", fmt::format("becomes \"{}\"", deployment.agent_type));
  }
  deployment.task_id = entry.task_id;
  deployment.depth = depth_of(known);
  deployment.prompt_bytes = entry.prompt.size();
  deployment.progress = entry.progress;
  deployment.started_us = entry.started_us;
  agent.purpose = "deployed as " + deployment.agent_type;
  if (!entry.task_id.empty()) agent.purpose += " for task " + entry.task_id;
  agent.purpose = short_note(agent.purpose);
  deployment.events.push_back({"started", entry.started_us, {}, short_note(entry.prompt), {}});
  read_lines(beside(id, "progress", "_progress.jsonl"), false, deployment, notes);
  if (entry.progress) deployment.progress = entry.progress;
  read_lines(beside(id, "findings", "_findings.jsonl"), true, deployment, notes);
  tell_end(id, known, deployment, notes);
  std::stable_sort(deployment.events.begin() + 1, deployment.events.end(), [](const auto& a, const auto& b) {
    return a.timestamp_us.value_or(0) < b.timestamp_us.value_or(0);
  });
  ImportedDeploymentEvent ended{"ended", deployment.ended_us, deployment.progress, deployment.why, {}};
  if (entry.validation.size() <= kLongestData) ended.data = entry.validation;
  deployment.events.push_back(std::move(ended));
  agent.deployment = std::move(deployment);
  item.agent = std::move(agent);
  return item;
}

std::vector<ImportedTask> RegistryAgents::tasks() const {
  std::vector<ImportedTask> tasks;
  for (const auto& item : tasks_) {
    const auto& id = item.first;
    const auto& from = item.second;
    const auto of_task = [&](std::string_view state) {
      return std::count_if(agents_.begin(), agents_.end(), [&](const auto& agent) {
        return agent.second.entry.task_id == id &&
               (state.empty() || state_of(agent.second.entry.status) == state);
      });
    };
    ImportedTask task;
    task.id = id;
    task.title = text::cut_text(from.description.empty() ? id : from.description, 500);
    if (task.title.size() < from.description.size()) task.description = from.description;
    if (from.priority == "P0") task.priority = "CRITICAL";
    if (from.priority == "P1") task.priority = "HIGH";
    if (from.priority == "P3" || from.priority == "P4") task.priority = "LOW";
    const bool done = from.status == "COMPLETED";
    task.status = done ? "done" : "cancelled";
    task.progress = done ? 100 : 0;
    task.note = short_note(
        fmt::format("imported from the old orchestrator, which left it {}{}; {} agents, {} of them finished",
                    from.status.empty() ? "without a status" : from.status,
                    from.workspace.empty() ? "" : " in " + from.workspace, of_task(""), of_task("finished")));
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace governor::ctl::legacy
