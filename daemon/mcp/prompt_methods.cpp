#include "daemon/mcp/prompt_methods.hpp"

#include <fmt/format.h>

#include "daemon/mcp/agent_id_completion.hpp"
#include "daemon/mcp/members.hpp"
#include "daemon/mcp/prompt_call.hpp"
#include "daemon/mcp/prompt_catalogue.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr Operation kGetPrompt{"prompts/get"};
constexpr Operation kCompletePrompt{"completion/complete"};
constexpr std::size_t kShownName = 80;
constexpr std::string_view kUsualPeriods[] = {"8h", "24h", "2d", "7d"};

ReplyNow refuse_prompt(const Request& request, const core::Error& error) {
  return {domain_error_reply(request.id, kInvalidParams, error)};
}

core::Error no_such_prompt(std::string_view name) {
  core::Error error(core::ErrorCode::not_found,
                    fmt::format("Unknown prompt \"{}\".", text::cut_text(name, kShownName)),
                    "prompts/list names those that there are.");
  error.field = "name";
  error.given = text::cut_text(name, kShownName);
  return error;
}

/// What was given for the prompt's one argument, empty for nothing.
core::Result<std::string> read_argument(const Prompt& prompt, const json::value* given) {
  if (given == nullptr || given->is_null()) return std::string();
  const json::object* arguments = given->if_object();
  if (arguments == nullptr) return core::invalid_argument("arguments", "no object", "an object of texts");
  std::string value;
  for (const auto& argument : *arguments) {
    const std::string name(text::cut_text(argument.key(), kShownName));
    if (prompt.argument.name.empty() || argument.key() != prompt.argument.name) {
      return core::invalid_argument(name, "an argument that the prompt does not have",
                                    prompt.argument.name.empty()
                                        ? "no arguments"
                                        : fmt::format("the argument {}", prompt.argument.name));
    }
    if (!argument.value().is_string())
      return core::invalid_argument(name, "no text", std::string(prompt.argument.description));
    value = argument.value().get_string();
  }
  // Clients that show a form send what was left empty as an empty text.
  if (!value.empty()) {
    if (auto error = refuse_prompt_argument(prompt.argument, value)) return *std::move(error);
  }
  return value;
}

Action get_prompt(const Request& request, Revision revision, const ToolEnvironment& environment) {
  const json::value* name = member(request.params, "name");
  if (name == nullptr || !name->is_string())
    return ReplyNow{error_reply(request.id, kInvalidParams, "prompts/get needs name, a string.")};
  const Prompt* prompt = find_prompt(name->get_string());
  if (prompt == nullptr) return refuse_prompt(request, no_such_prompt(name->get_string()));
  auto given = read_argument(*prompt, member(request.params, "arguments"));
  if (!given) return refuse_prompt(request, given.error());
  auto call = make_prompt_call(*prompt, *std::move(given), revision, environment);
  return AskResource{Envelope{request.id, revision}, std::move(call), &kGetPrompt};
}

}  // namespace

bool is_prompt_method(std::string_view method) {
  return method == "prompts/list" || method == kGetPrompt.name;
}

std::optional<Action> interpret_prompt_request(const Request& request, Revision revision,
                                               const ToolEnvironment& environment) {
  if (request.method == kGetPrompt.name) return get_prompt(request, revision, environment);
  if (request.method != "prompts/list") return std::nullopt;
  if (const json::value* cursor = member(request.params, "cursor"); cursor != nullptr && !cursor->is_null())
    return ReplyNow{error_reply(request.id, kInvalidParams, "Unknown cursor: all prompts come in one page.")};
  return ReplyNow{result_reply(request.id, prompt_list_json(revision))};
}

Action complete_prompt_argument(const Request& request, std::string_view prompt, std::string_view argument,
                                std::string_view prefix, Revision revision) {
  const Prompt* known = find_prompt(prompt);
  if (known == nullptr) return refuse_prompt(request, no_such_prompt(prompt));
  if (known->argument.name.empty() || known->argument.name != argument) {
    return refuse_prompt(request,
                         core::invalid_argument("argument", std::string(text::cut_text(argument, kShownName)),
                                                known->argument.name.empty()
                                                    ? "nothing: the prompt has no argument"
                                                    : fmt::format("the argument {}", known->argument.name)));
  }
  const Envelope envelope{request.id, revision};
  if (known->argument.kind == PromptArgument::Kind::agent_id)
    return AskResource{envelope, make_agent_id_completion(std::string(prefix), revision), &kCompletePrompt};
  std::vector<std::string> periods;
  for (const std::string_view period : kUsualPeriods) {
    if (period.starts_with(prefix)) periods.emplace_back(period);
  }
  return ReplyNow{result_reply(request.id, completion_json(std::move(periods), revision))};
}

}  // namespace governor::daemon
