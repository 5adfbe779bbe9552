#include "daemon/tools/evidence/event_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/command_class.hpp"
#include "core/test_output.hpp"
#include "daemon/files/given_path.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/sha256.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

/// The first 64 bits of a hash, never 0.
std::uint64_t fingerprint_of(std::string_view kind, std::string_view text) {
  if (text.empty()) return 0;
  const std::string hex = sha256_hex(fmt::format("{}\n{}", kind, text)).substr(0, 16);
  std::uint64_t number = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  return number == 0 ? 1 : number;
}

using Directory = std::optional<std::string>;

/// Links are not followed: the file may be gone.
core::Result<std::string> absolute_path(const std::string& given, const std::string& directory) {
  auto path = plain_path(given, directory);
  if (!path) return path;
  const std::filesystem::path whole = std::filesystem::path(directory) / *path;
  std::string normal = whole.lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

core::Result<std::string> path_of(const std::string& given, const Directory& directory) {
  if (!directory && !given.starts_with('/')) return given;
  return absolute_path(given, directory.value_or(""));
}

struct ClassOfTool {
  std::string_view tool;
  core::ToolClass tool_class;
};

/// The tools of Claude Code, and of others that are called alike, that take no command.
constexpr std::array<ClassOfTool, 11> kTools{{
    {"Read", core::ToolClass::read},
    {"Grep", core::ToolClass::read},
    {"Glob", core::ToolClass::read},
    {"LS", core::ToolClass::read},
    {"NotebookRead", core::ToolClass::read},
    {"Edit", core::ToolClass::edit},
    {"MultiEdit", core::ToolClass::edit},
    {"Write", core::ToolClass::edit},
    {"NotebookEdit", core::ToolClass::edit},
    {"WebFetch", core::ToolClass::network},
    {"WebSearch", core::ToolClass::network},
}};

core::ToolClass class_of_tool(std::string_view tool) {
  const auto known =
      std::find_if(kTools.begin(), kTools.end(), [&](const ClassOfTool& one) { return one.tool == tool; });
  return known != kTools.end() ? known->tool_class : core::ToolClass::other;
}

template <class Enumeration>
Enumeration read_word(Arguments& arguments, std::string_view name, Enumeration last) {
  const std::string_view word = arguments.choice(name);
  for (int number = 0; number <= static_cast<int>(last); ++number) {
    const auto value = static_cast<Enumeration>(number);
    if (to_string(value) == word) return value;
  }
  return last;
}

template <class Integer>
std::optional<Integer> optional_integer(Arguments& arguments, std::string_view name) {
  const bool there = arguments.has(name);
  const auto value = arguments.integer<Integer>(name);
  return there ? std::optional(value) : std::nullopt;
}

/// All that an event may say; what does not concern its kind is read and left.
struct EventFacts {
  std::string_view event;
  core::ToolUsed tool;
  core::FileChanged file;
  core::TestsRun tests;
  core::Refused::By by = core::Refused::By::person;
  core::RiskyAction risk;
  std::uint32_t prose_bytes = 0;
  core::CommandFacts command;
};

constexpr std::size_t kMostReverted = 16;
constexpr std::size_t kMostRisks = 16;
constexpr std::size_t kMostWritten = 16;
/// Of a command that is kept.
constexpr std::size_t kKeptCommand = 2000;

/// The paths of a command that can be read as such, not too many.
std::vector<std::string> paths_of(const std::vector<std::string>& given, const Directory& directory,
                                  std::size_t most) {
  std::vector<std::string> paths;
  for (const std::string& one : given) {
    auto path = path_of(one, directory);
    if (path && paths.size() < most) paths.push_back(*std::move(path));
  }
  return paths;
}

/// Whether tests ran: `pytest --version` succeeds as well, and so does `pytest > /dev/null; true`. Of a
/// framework that always tells how many passed, success without their number says nothing.
bool ran_tests(const core::TestsRun& tests) {
  static constexpr std::array<std::string_view, 9> kTellsCounts{
      "pytest", "unittest", "ctest", "cargo", "jest", "vitest", "mocha", "node", "rspec"};
  if (!tests.success || tests.passed || tests.failed) return true;
  return std::find(kTellsCounts.begin(), kTellsCounts.end(), tests.framework) == kTellsCounts.end();
}

/// Of a command: the tests that it ran, what it took back, and what was risky in it.
void add_command(const EventFacts& facts, bool success, const Directory& directory,
                 std::vector<core::EvidenceItem>& items) {
  if (!facts.tests.framework.empty() && ran_tests(facts.tests)) items.emplace_back(facts.tests);
  const core::CommandFacts& command = facts.command;
  if (command.reverts && success) {
    std::vector<std::string> paths = paths_of(command.reverted, directory, kMostReverted);
    if (paths.empty()) paths.emplace_back();
    for (std::string& path : paths)
      items.emplace_back(core::Reverted{core::Reverted::How::command, std::move(path)});
  }
  for (std::size_t i = 0; i < std::min(command.risks.size(), kMostRisks); ++i)
    items.emplace_back(
        core::RiskyAction{command.risks[i]->name, command.risks[i]->severity, command.program});
}

void add_tool(EventFacts& facts, const EventSource& source, std::vector<core::EvidenceItem>& items) {
  const bool success = facts.tool.success;
  const bool edits = facts.tool.tool_class == core::ToolClass::edit && facts.command.bytes == 0;
  items.emplace_back(std::move(facts.tool));
  if (edits && success && !facts.file.path.empty()) items.emplace_back(std::move(facts.file));
  if (source.unwatched) {
    for (std::string& path : paths_of(facts.command.written, source.directory, kMostWritten))
      items.emplace_back(core::FileChanged{.path = std::move(path)});
  }
  add_command(facts, success, source.directory, items);
}

std::vector<core::EvidenceItem> items_of(EventFacts facts, const EventSource& source) {
  std::vector<core::EvidenceItem> items;
  // What it said comes before what follows from it.
  if (facts.prose_bytes > 0) items.emplace_back(core::ProseSaid{facts.prose_bytes});
  if (facts.event == "tool_used") {
    add_tool(facts, source, items);
  } else if (facts.event == "file_changed") {
    items.emplace_back(std::move(facts.file));
  } else if (facts.event == "tests_run") {
    items.emplace_back(facts.tests);
  } else if (facts.event == "reverted") {
    items.emplace_back(core::Reverted{core::Reverted::How::command, std::move(facts.file.path)});
  } else if (facts.event == "refused") {
    items.emplace_back(core::Refused{facts.by, std::move(facts.file.path)});
  } else if (facts.event == "risky_action") {
    items.emplace_back(std::move(facts.risk));
  } else if (facts.event == "turn_began") {
    items.emplace_back(core::TurnBegan{});
  } else if (facts.event == "turn_ended") {
    items.emplace_back(core::TurnEnded{});
  }
  return items;
}

void read_file(Arguments& arguments, const Directory& directory, core::FileChanged& file) {
  const std::string given = arguments.text("path").value_or("");
  if (!given.empty()) {
    auto path = path_of(given, directory);
    if (path) {
      file.path = *std::move(path);
    } else {
      arguments.refuse(path.error());
    }
  }
  file.lines_added = arguments.integer<std::uint32_t>("lines_added");
  file.lines_removed = arguments.integer<std::uint32_t>("lines_removed");
  file.created = arguments.flag("created");
  file.deleted = arguments.flag("deleted");
  file.content = core::content_fingerprint(arguments.text("content_sha256").value_or(""));
}

/// 1 is the answer of a search or a comparison, and no failure.
bool has_only_found_nothing(const core::CommandFacts& command, Arguments& arguments) {
  static constexpr std::array<std::string_view, 10> kAnswer{"grep", "egrep", "fgrep", "rg",    "ag",
                                                            "diff", "cmp",   "test",  "pgrep", "which"};
  return arguments.has("exit_code") && arguments.integer<std::int32_t>("exit_code") == 1 &&
         std::find(kAnswer.begin(), kAnswer.end(), command.program) != kAnswer.end();
}

void read_tool(Arguments& arguments, const EvidenceSettings& settings, EventFacts& facts) {
  core::ToolUsed& tool = facts.tool;
  const std::string command = arguments.text("command").value_or("");
  facts.command = core::examine_command(command, settings.rules);
  tool.tool = arguments.text("tool").value_or("");
  tool.tool_class = command.empty() ? class_of_tool(tool.tool) : facts.command.tool_class;
  tool.program = text::cut_text(facts.command.program, core::ToolUsed::kMaxNameBytes);
  tool.success = arguments.flag("success") || has_only_found_nothing(facts.command, arguments);
  tool.exit_code = optional_integer<std::int32_t>(arguments, "exit_code");
  tool.duration_ms = optional_integer<std::int64_t>(arguments, "duration_ms");
  tool.command_bytes = static_cast<std::uint32_t>(command.size());
  tool.output_bytes = arguments.integer<std::uint32_t>("output_bytes");
  const std::string edit = arguments.text("edit").value_or("");
  tool.fingerprint = facts.command.fingerprint;
  if (command.empty() && !edit.empty())
    tool.fingerprint = fingerprint_of("edit", facts.file.path + '\n' + edit);
  if (settings.keep_commands) tool.command = text::cut_text(command, kKeptCommand);
}

void read_tests(Arguments& arguments, EventFacts& facts) {
  const std::string output = arguments.text("output").value_or("");
  facts.tool.output_bytes = std::max(facts.tool.output_bytes, static_cast<std::uint32_t>(output.size()));
  core::TestsRun& tests = facts.tests;
  tests.framework = arguments.text("framework").value_or(facts.command.framework);
  tests.passed = optional_integer<std::uint32_t>(arguments, "passed");
  tests.failed = optional_integer<std::uint32_t>(arguments, "failed");
  if (const auto counts = tests.framework.empty() ? std::nullopt : core::read_test_output(output)) {
    if (!tests.passed) tests.passed = counts->passed;
    if (!tests.failed) tests.failed = counts->failed;
  }
  tests.success = facts.tool.success && tests.failed.value_or(0) == 0;
}

/// What an event of this kind cannot be without.
std::string_view needed_by(std::string_view event) {
  if (event == "tool_used") return "tool";
  if (event == "file_changed") return "path";
  if (event == "tests_run") return "framework";
  if (event == "risky_action") return "rule";
  if (event == "prose_said") return "prose_bytes";
  return {};
}

}  // namespace

core::EvidenceCommand read_event(Arguments& arguments, const EventSource& source) {
  EventFacts facts;
  facts.event = arguments.choice("event");
  if (const auto needed = needed_by(facts.event); !needed.empty() && !arguments.has(needed))
    arguments.require(needed, fmt::format("what {} needs", facts.event));
  read_file(arguments, source.directory, facts.file);
  read_tool(arguments, source.settings, facts);
  read_tests(arguments, facts);
  facts.by = read_word(arguments, "by", core::Refused::By::gate);
  facts.risk.rule = arguments.text("rule").value_or("");
  facts.risk.severity = read_word(arguments, "severity", core::Severity::high);
  facts.prose_bytes = arguments.integer<std::uint32_t>("prose_bytes");
  core::EvidenceCommand command;
  if (source.dated) command.at_us = arguments.moment("at").value_or(0);
  // What an agent reports cannot take the place of what a hook will send under the same name.
  command.source = fingerprint_of(fmt::format("{} {}", core::to_string(source.provenance), facts.event),
                                  arguments.text("source").value_or(""));
  for (core::EvidenceItem& item : items_of(std::move(facts), source))
    command.items.push_back({std::move(item), source.provenance});
  return command;
}

std::optional<core::Error> resolve_paths(core::EvidenceCommand& command, const std::string& directory) {
  for (core::EvidenceGiven& given : command.items) {
    auto* changed = std::get_if<core::FileChanged>(&given.item);
    auto* reverted = std::get_if<core::Reverted>(&given.item);
    auto* refused = std::get_if<core::Refused>(&given.item);
    std::string* path = changed != nullptr    ? &changed->path
                        : reverted != nullptr ? &reverted->path
                        : refused != nullptr  ? &refused->path
                                              : nullptr;
    if (path == nullptr || path->empty() || path->starts_with('/')) continue;
    auto absolute = absolute_path(*path, directory);
    if (!absolute) return absolute.error();
    *path = *std::move(absolute);
  }
  return std::nullopt;
}

core::Result<std::vector<core::EvidenceCommand>> read_events(const boost::json::value* list,
                                                             const EventSource& source) {
  const boost::json::array* events = list != nullptr ? list->if_array() : nullptr;
  if (events == nullptr || events->empty() || events->size() > kMaxEvents) {
    return core::invalid_argument("events", "no such list",
                                  fmt::format("a list of 1 to {} events", kMaxEvents));
  }
  std::vector<core::EvidenceCommand> commands;
  for (const boost::json::value& event : *events) {
    const auto* object = event.if_object();
    if (object == nullptr)
      return core::invalid_argument("events", "something that is no object", "objects with event");
    Arguments arguments(*object,
                        source.dated ? Parameters(kDatedEventParameters) : Parameters(kEventParameters));
    auto command = read_event(arguments, source);
    if (auto error = arguments.finish()) {
      error->field = fmt::format("events[{}].{}", commands.size(), error->field);
      return *std::move(error);
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string recorded_json(const std::string& agent_id, const std::vector<core::EvidenceOutcome>& outcomes,
                          const std::string& hold, const std::string& notice) {
  std::uint64_t recorded = 0;
  std::uint64_t known = 0;
  std::string loop;
  for (const core::EvidenceOutcome& outcome : outcomes) {
    if (loop.empty()) loop = outcome.loop;
    recorded += outcome.recorded;
    known += outcome.known ? 1 : 0;
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("agent_id", agent_id).field("recorded", recorded).field("known", known);
  json.field("turn", outcomes.empty() ? std::uint32_t{0} : outcomes.back().turn);
  if (!hold.empty()) json.field("hold", hold);
  if (!loop.empty()) json.field("loop", loop);
  if (!notice.empty()) json.field("notice", notice);
  json.end_object();
  return text;
}

}  // namespace governor::daemon
