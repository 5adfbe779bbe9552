#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/files/file_services.hpp"
#include "daemon/files/leftovers.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/coordination/changed_files_call.hpp"
#include "daemon/tools/guards/findings_text.hpp"
#include "daemon/tools/guards/project_call.hpp"
#include "daemon/tools/guards/tools.hpp"
#include "daemon/watch/project_root.hpp"
#include "daemon/watch/touched_files.hpp"

namespace governor::daemon {
namespace {

/// What a hook says when a command is over.
struct CommandEnd {
  std::string tool;
  std::string cwd;
  std::string project;
  std::vector<std::string> named;
  std::int64_t took_us = -1;  ///< -1: it did not say
};

/// The tool waits, and its model with it: what takes longer is left to the watcher.
constexpr std::int64_t kPatienceUs = 1'200'000;
/// For which the watcher's looks at it may last.
constexpr std::int64_t kRestUs = 60'000'000;
/// From the end of a command until its hook asks.
constexpr std::int64_t kHookDelayUs = 1'000'000;

/// Looks at what was touched while the command ran. The watcher tells of most of it at the same time; here it
/// is certain that nothing is missing when the tool is answered.
class CommandDoneCall final : public ToolCall {
 public:
  CommandDoneCall(GuardActor actor, CommandEnd end) : actor_(std::move(actor)), end_(std::move(end)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      look_.reset();
      found_.reset();
      unseen_ = {};
      since_us_ = context.now_us;
      actor_.note_sessions(context.state);
      return Work{[this](FileServices&) { actor_.look_around(); }};
    }
    if (auto load = actor_.next_load(context.state)) return *std::move(load);
    core::CommandTable& commands = context.state.commands();
    const core::RunningCommand* command = commands.find(actor_.tool_session(), actor_.worker(), actor_.use());
    if (command == nullptr && end_.took_us >= 0) {
      if (auto step = begin_late(context)) return *std::move(step);
      command = commands.find(actor_.tool_session(), actor_.worker(), actor_.use());
    }
    if (command == nullptr) return answer(std::nullopt);
    if (!look_) return find_touched(context.state, *command);
    Step step = look_->run(context);
    const bool is_over = std::holds_alternative<Answer>(step);
    if (!is_over && context.now_us - since_us_ < kPatienceUs) return step;
    if (is_over) return answer(commands.end(actor_.tool_session(), actor_.worker(), actor_.use()));
    // The watcher looks at the rest, and it is this command's doing still.
    auto cut = commands.leave(actor_.tool_session(), actor_.worker(), actor_.use(), context.now_us + kRestUs);
    unseen_.rest = look_->remaining();
    return answer(cut);
  }

 private:
  /// The daemon was ended, or not reached, after the command had begun: its tool knows how long it took.
  /// Empty: it is in the table now, or cannot be.
  std::optional<Step> begin_late(CallContext& context) {
    const auto acting = actor_.take_up(context);
    if (!acting) return std::nullopt;
    core::State& state = context.state;
    if (!found_) {
      return Work{[this](FileServices& services) {
                    found_.emplace();
                    found_->project = find_project(end_.project, services.own());
                    for (const std::string& name : end_.named)
                      if (auto resolved = resolve_file(name, end_.cwd))
                        found_->named.push_back(resolved->path);
                  },
                  end_.project};
    }
    if (state.commands().project_of(acting->caller.session) == nullptr)
      state.set_project(acting->caller, found_->project, context.now_us, context.changes);
    core::RunningCommand command;
    command.session = acting->caller.session;
    command.tool_session = actor_.tool_session();
    command.worker = acting->caller.worker;
    command.agent_id = acting->agent_id;
    command.use = actor_.use();
    command.tool = end_.tool;
    command.named = found_->named;
    command.root = *state.commands().project_of(acting->caller.session);
    command.began_us = since_us_ - end_.took_us - kHookDelayUs;
    state.commands().begin(std::move(command));
    return std::nullopt;
  }

  Step find_touched(const core::State& state, const core::RunningCommand& command) {
    std::vector<std::string> known;
    if (!command.root.empty()) known = state.known_files_below(command.root);
    return Work{[this, root = command.root, since = command.began_us - core::CommandTable::kSlackUs,
                 known = std::move(known), touched = command.named,
                 elsewhere = state.known_protected_files(command.root)](FileServices& services) mutable {
                  const auto is_own = [&own = services.own()](std::string_view path) {
                    return is_temporary_name(path.substr(path.rfind('/') + 1)) || own.contains(path);
                  };
                  WatchFilter filter(is_own);
                  if (!root.empty()) {
                    auto below = touched_files(root, since, known, filter);
                    std::erase_if(touched,
                                  [&](const std::string& path) { return path.starts_with(root + '/'); });
                    touched.insert(touched.end(), std::make_move_iterator(below.begin()),
                                   std::make_move_iterator(below.end()));
                  }
                  for (std::string& path : elsewhere) {
                    const std::int64_t changed_us = last_touched_us(path);
                    if (changed_us == 0 || changed_us >= since) touched.push_back(std::move(path));
                  }
                  unseen_.touched = touched.size();
                  unseen_.gone = static_cast<std::size_t>(
                      std::count_if(touched.begin(), touched.end(),
                                    [](const std::string& path) { return last_touched_us(path) == 0; }));
                  // It is taken from the end, where what is gone is.
                  std::reverse(touched.begin(), touched.end());
                  // What somebody writes at this moment, the watcher will look at when that is over.
                  ChangedFiles what;
                  what.files = std::move(touched);
                  what.is_own = is_own;
                  what.decides_at_once = true;
                  look_.emplace(std::move(what), [](const std::vector<std::string>&) {});
                },
                command.root};
  }

  [[nodiscard]] Answer answer(const std::optional<core::RunningCommand>& command) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field(
        "findings",
        static_cast<std::uint64_t>(
            command ? command->findings.size() + command->more_findings + (unseen_.rest > 0 ? 1 : 0) : 0));
    json.field("reason", command ? findings_text(*command, unseen_) : std::string());
    json.key("changed").begin_array();
    if (command) {
      for (const core::ChangedByCommand& file : command->changed) write_changed(json, file);
    }
    json.end_array().end_object();
    return text;
  }

  /// As an event of governor/record_evidence has it.
  static void write_changed(JsonWriter& json, const core::ChangedByCommand& file) {
    json.begin_object().field("path", file.change.path);
    json.field("lines_added", std::uint64_t{file.change.lines_added});
    json.field("lines_removed", std::uint64_t{file.change.lines_removed});
    json.field("created", file.change.created).field("deleted", file.change.deleted);
    json.field("content_sha256", file.sha256).end_object();
  }

  struct Found {
    std::string project;
    std::vector<std::string> named;
  };

  GuardActor actor_;
  CommandEnd end_;
  std::optional<Found> found_;
  std::optional<ChangedFilesCall> look_;
  Unseen unseen_;
  std::int64_t since_us_ = 0;
};

constexpr auto kCommandDoneParameters = joined(
    kHookParameters, {path("project"), texts("named", kMaxNamedFiles, kMaxPathBytes),
                      integer("duration_ms", 0, core::CommandTable::kLongestUs / 1000, "How long it took")});

ParsedCall parse_command_done(Arguments& arguments, const ToolEnvironment&) {
  HookOrigin origin = read_origin(arguments);
  CommandEnd end;
  end.tool = arguments.text("tool").value_or("");
  end.cwd = origin.cwd;
  end.project = arguments.text("project").value_or(origin.cwd);
  if (auto named = arguments.texts("named")) end.named = *std::move(named);
  if (arguments.has("duration_ms")) end.took_us = arguments.integer("duration_ms") * 1000;
  return std::make_unique<CommandDoneCall>(GuardActor(std::move(origin)), std::move(end));
}

}  // namespace

GovernorRequest command_done_request() {
  return {{"governor/command_done", Effect::idempotent, kCommandDoneParameters, parse_command_done},
          core::Role::guard};
}

}  // namespace governor::daemon
