#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/time_text.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/duration.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct ProtectRequest {
  std::string pattern;
  std::string reason;
  bool remove = false;
  bool list = false;
};

int run_list_protected(const Context& context) {
  return run_method(context, {"governor/protections"}, [&](const json::object& result) {
    Table table({{"PATTERN"}, {"SINCE"}, {"BY"}, {"REASON"}});
    for (const json::value& entry : array_field(result, "items")) {
      if (!entry.is_object()) continue;
      const json::object& item = entry.get_object();
      table.add_row({text_field(item, "pattern"), relative_text(context, text_field(item, "since")),
                     flag_field(item, "configured") ? "configuration" : text_field(item, "by"),
                     text_field(item, "reason")});
    }
    context.out << (table.empty() ? "nothing is protected\n" : table.render(context.colour));
    for (const json::value& entry : array_field(result, "unlocks")) {
      if (!entry.is_object()) continue;
      const json::object& unlock = entry.get_object();
      const std::string agent = text_field(unlock, "agent_id");
      context.out << "unlocked: " << printable(text_field(unlock, "path")) << " for "
                  << (agent == "-" ? "everybody" : printable(agent)) << " until "
                  << printable(local_text(context, text_field(unlock, "until"))) << '\n';
    }
  });
}

/// A bare name counts wherever it is, as in the configuration; a path with a slash in it is meant from here.
std::string pattern_of(const std::string& given) {
  const std::size_t slash = given.find('/');
  const bool is_name = slash == std::string::npos || slash + 1 == given.size();
  return is_name && given != "." && given != ".." ? "/**/" + given : absolute_path(given);
}

int run_protect(const Context& context, const ProtectRequest& request) {
  if (request.list || request.pattern.empty()) return run_list_protected(context);
  const std::string pattern = pattern_of(request.pattern);
  json::object params = {{"pattern", pattern}, {"remove", request.remove}};
  if (!request.reason.empty()) params["reason"] = request.reason;
  return run_method(context, {"governor/protect", std::move(params)}, [&](const json::object& result) {
    context.out << printable(text_field(result, "pattern"))
                << (request.remove ? " is no longer protected\n" : " is protected\n");
    if (!request.remove && pattern != absolute_path(request.pattern)) {
      context.out << "that is " << printable(request.pattern)
                  << " in every directory; for the one here: governorctl protect "
                  << text::shell_word("./" + printable(request.pattern)) << '\n';
    }
  });
}

struct UnlockRequest {
  std::string path;
  std::string agent;
  std::string period = "15m";
  std::string reason;
};

int run_unlock(const Context& context, const UnlockRequest& request) {
  const auto seconds = ipc::parse_duration(request.period);
  if (!seconds) {
    context.err
        << "governorctl: --for " << printable(request.period)
        << " has no unit or is no time; expected: a time such as 90s, 15m, 2h or 1d, or 0 to lock again\n";
    return static_cast<int>(ExitCode::bad_usage);
  }
  json::object params = {{"path", absolute_path(request.path)}, {"seconds", *seconds}};
  if (!request.agent.empty()) params["agent_id"] = request.agent;
  if (!request.reason.empty()) params["reason"] = request.reason;
  return run_method(context, {"governor/unlock", std::move(params)}, [&](const json::object& result) {
    context.out << printable(text_field(result, "path"));
    if (*seconds == 0) {
      context.out << " is locked again\n";
    } else {
      context.out << " may be written by " << (request.agent.empty() ? "everybody" : printable(request.agent))
                  << " until " << printable(local_text(context, text_field(result, "until"))) << '\n';
    }
  });
}

}  // namespace

void add_protection(CLI::App& app, Action& action) {
  CLI::App* protect = app.add_subcommand("protect", "Files that need a person's permission to be written");
  const auto wanted = std::make_shared<ProtectRequest>();
  protect->add_option("PATTERN", wanted->pattern,
                      "A file, a directory or a glob; a bare name such as .env counts everywhere, as in the "
                      "configuration; none: shows what is protected");
  protect->add_option("--reason", wanted->reason, "Why, for whoever is refused");
  protect->add_flag("--remove", wanted->remove, "No longer");
  protect->add_flag("--list", wanted->list, "Shows what is protected");
  protect->callback([&action, wanted] {
    action = [wanted](const Context& context) { return run_protect(context, *wanted); };
  });
  CLI::App* unlock = app.add_subcommand("unlock", "Allows writes to a protected file for a limited time");
  const auto given = std::make_shared<UnlockRequest>();
  unlock->add_option("PATH", given->path, "A file, a directory or a glob")->required();
  unlock->add_option("--agent", given->agent, "Only for this agent");
  unlock->add_option("--for", given->period, "How long, such as 90s, 15m or 2h; 0 locks it again")
      ->capture_default_str();
  unlock->add_option("--reason", given->reason, "Why, for the audit log");
  unlock->callback(
      [&action, given] { action = [given](const Context& context) { return run_unlock(context, *given); }; });
}

}  // namespace governor::ctl
