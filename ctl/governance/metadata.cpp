// tags, notes, purpose, pin: what people write down about agents.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/tool_command.hpp"
#include "ipc/plain_json.hpp"
#include "text/lines.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kMetadataPatience{10};

struct MetadataRequest {
  std::string agent;
  std::vector<std::string> tags;
  std::string text;
};

using Texts = std::vector<std::string>;

Texts texts_in(const json::array& values) {
  Texts texts;
  for (const json::value& value : values)
    if (value.is_string()) texts.emplace_back(value.get_string());
  return texts;
}

void write_tags(const Context& context, const json::object& result) {
  std::string line;
  for (const std::string& tag : texts_in(array_field(result, "tags")))
    line += (line.empty() ? "" : ", ") + tag;
  context.out << printable(text_field(result, "agent_id")) << ": "
              << (line.empty() ? "no tags" : printable(line)) << '\n';
}

void write_notes(const Context& context, const json::object& result) {
  const json::value* notes = result.if_contains("notes");
  const bool has_notes = notes != nullptr && notes->is_string() && !notes->get_string().empty();
  context.out << printable(text_field(result, "agent_id")) << (has_notes ? ":\n" : ": no notes\n");
  if (!has_notes) return;
  for (const std::string_view line : text::lines_of(notes->get_string()))
    context.out << "  " << printable(line) << '\n';
}

using WriteMetadata = void (*)(const Context&, const json::object&);

/// Only what the command is about, the same after a change as when it is shown.
int show_metadata(const Context& context, const json::object& metadata, const char* field,
                  WriteMetadata write) {
  if (!context.json) {
    write(context, metadata);
    return static_cast<int>(ExitCode::done);
  }
  json::object body{{"agent_id", text_field(metadata, "agent_id")}};
  const json::value* value = metadata.if_contains(field);
  body[field] = value != nullptr ? *value : json::value();
  context.out << ipc::plain_json(body) << '\n';
  return static_cast<int>(ExitCode::done);
}

int run_show_metadata(const Context& context, const MetadataRequest& request, const char* field,
                      WriteMetadata write) {
  const auto deadline = ipc::Deadline::after(kMetadataPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto metadata = call_tool(*client, "get_agent_metadata", {{"agent_id", request.agent}}, deadline);
  if (!metadata) return report_failure(context, metadata.error());
  return show_metadata(context, *metadata, field, write);
}

/// What the tags are to be, given those there are.
using ChangeTags = Texts (*)(Texts there, const Texts& given);

Texts with_tags(Texts there, const Texts& given) {
  for (const std::string& tag : given)
    if (std::find(there.begin(), there.end(), tag) == there.end()) there.push_back(tag);
  return there;
}

Texts without_tags(Texts there, const Texts& given) {
  std::erase_if(there, [&](const std::string& tag) {
    return std::find(given.begin(), given.end(), tag) != given.end();
  });
  return there;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a ChangeTags like the others
Texts only_tags(Texts, const Texts& given) {
  return with_tags({}, given);
}

int run_change_tags(const Context& context, const MetadataRequest& request, ChangeTags change) {
  const auto deadline = ipc::Deadline::after(kMetadataPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto there = call_tool(*client, "get_agent_metadata", {{"agent_id", request.agent}}, deadline);
  if (!there) return report_failure(context, there.error());
  const Texts tags = change(texts_in(array_field(*there, "tags")), request.tags);
  const auto changed =
      call_tool(*client, "update_agent_metadata",
                {{"agent_id", request.agent}, {"tags", json::array(tags.begin(), tags.end())}}, deadline);
  if (!changed) return report_failure(context, changed.error());
  return show_metadata(context, *changed, "tags", write_tags);
}

int run_change_notes(const Context& context, const MetadataRequest& request, bool append) {
  const auto deadline = ipc::Deadline::after(kMetadataPatience);
  auto client = connect_to_daemon(context, deadline);
  if (!client) return report_failure(context, client.error());
  const auto changed =
      call_tool(*client, "update_agent_metadata",
                {{"agent_id", request.agent}, {"notes", request.text}, {"append_notes", append}}, deadline);
  if (!changed) return report_failure(context, changed.error());
  return show_metadata(context, *changed, "notes", write_notes);
}

CLI::App* about_agent(CLI::App* to, const char* name, const char* what,
                      const std::shared_ptr<MetadataRequest>& request) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  return command;
}

}  // namespace

void add_tags(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("tags", "The tags of an agent")->require_subcommand(1);
  const auto request = std::make_shared<MetadataRequest>();
  about_agent(command, "show", "Shows them", request)->callback([&action, request] {
    action = [request](const Context& context) {
      return run_show_metadata(context, *request, "tags", write_tags);
    };
  });
  const auto add_change = [&](const char* name, const char* what, ChangeTags change, int least) {
    CLI::App* sub = about_agent(command, name, what, request);
    CLI::Option* tags = sub->add_option("TAG", request->tags, "The tags")->expected(least, 32);
    if (least > 0) tags->required();
    sub->callback([&action, request, change] {
      action = [request, change](const Context& context) {
        return run_change_tags(context, *request, change);
      };
    });
  };
  add_change("add", "Adds tags to those it has", with_tags, 1);
  add_change("remove", "Takes tags away", without_tags, 1);
  add_change("set", "Gives it these tags and no others; without any, none", only_tags, 0);
}

void add_notes(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("notes", "The notes on an agent")->require_subcommand(1);
  const auto request = std::make_shared<MetadataRequest>();
  about_agent(command, "show", "Shows them", request)->callback([&action, request] {
    action = [request](const Context& context) {
      return run_show_metadata(context, *request, "notes", write_notes);
    };
  });
  const auto add_change = [&](const char* name, const char* what, bool append) {
    CLI::App* sub = about_agent(command, name, what, request);
    sub->add_option("TEXT", request->text, "The note")->required();
    sub->callback([&action, request, append] {
      action = [request, append](const Context& context) {
        return run_change_notes(context, *request, append);
      };
    });
  };
  add_change("add", "Adds a note after those there are, with the time", true);
  add_change("set", "Replaces all notes", false);
}

void add_purpose(CLI::App& app, Action& action) {
  const auto request = std::make_shared<MetadataRequest>();
  CLI::App* command = app.add_subcommand("purpose", "Says what an agent is for");
  command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
  command->add_option("TEXT", request->text, "What it is for")->required();
  command->callback([&action, request] {
    action = [request](const Context& context) {
      ToolCommand call{"update_agent_metadata", {{"agent_id", request->agent}, {"purpose", request->text}}};
      return run_tool(context, std::move(call), [&](const json::object& result) {
        context.out << printable(text_field(result, "agent_id")) << ": "
                    << printable(text_field(result, "purpose")) << '\n';
      });
    };
  });
}

void add_pin(CLI::App& app, Action& action) {
  const auto add = [&](const char* name, const char* what, bool pinned) {
    const auto request = std::make_shared<MetadataRequest>();
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("ID", request->agent, "The agent, as `governorctl agents` names it")->required();
    command->callback([&action, request, pinned] {
      action = [request, pinned](const Context& context) {
        ToolCommand call{"update_agent_metadata", {{"agent_id", request->agent}, {"pinned", pinned}}};
        return run_tool(context, std::move(call), [&](const json::object& result) {
          context.out << printable(text_field(result, "agent_id"))
                      << (flag_field(result, "pinned")
                              ? " is pinned: it is neither deleted nor archived for being idle\n"
                              : " is not pinned\n");
        });
      };
    });
  };
  add("pin", "Keeps an agent from being deleted, and from being archived for being idle", true);
  add("unpin", "Takes that back", false);
}

}  // namespace governor::ctl
