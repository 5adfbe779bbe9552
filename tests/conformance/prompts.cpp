#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "daemon/mcp/agent_id_completion.hpp"
#include "daemon/mcp/members.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

constexpr std::string_view kWithArguments = "test_prompt_with_arguments";

json::value message(json::object content) {
  return json::object{{"role", "user"}, {"content", std::move(content)}};
}

json::value text_message(std::string_view text) {
  return message({{"type", "text"}, {"text", text}});
}

/// Empty: there is no such prompt.
json::array messages_of(std::string_view name, const json::object* arguments) {
  if (name == "test_simple_prompt") return {text_message("This is a simple prompt for testing.")};
  if (name == kWithArguments) {
    return {text_message(fmt::format("Prompt with arguments: arg1='{}', arg2='{}'",
                                     member_text(arguments, "arg1"), member_text(arguments, "arg2")))};
  }
  if (name == "test_prompt_with_embedded_resource") {
    json::object resource{{"uri", member_text(arguments, "resourceUri")},
                          {"mimeType", "text/plain"},
                          {"text", "Embedded resource content for testing."}};
    return {message({{"type", "resource"}, {"resource", std::move(resource)}}),
            text_message("Please process the embedded resource above.")};
  }
  if (name == "test_prompt_with_image") {
    return {message({{"type", "image"}, {"data", kPicture}, {"mimeType", "image/png"}}),
            text_message("Please analyze the image above.")};
  }
  return {};
}

}  // namespace

std::vector<std::string_view> prompt_entries() {
  return {
      R"({"name":"test_simple_prompt","description":"A text"})",
      R"({"name":"test_prompt_with_arguments","description":"A text with arguments","arguments":[)"
      R"({"name":"arg1","description":"First test argument","required":true},)"
      R"({"name":"arg2","description":"Second test argument","required":true}]})",
      R"({"name":"test_prompt_with_embedded_resource","description":"A resource","arguments":[)"
      R"({"name":"resourceUri","description":"URI of the resource to embed","required":true}]})",
      R"({"name":"test_prompt_with_image","description":"A picture"})",
      R"({"name":"test_input_required_result_prompt","description":"Ends with a question"})",
  };
}

std::optional<Action> interpret_prompt(const ExtensionRequest& given) {
  const json::object* params = given.request.params;
  if (given.request.method == "completion/complete") {
    const bool is_ours = member_text(member_object(params, "ref"), "name") == kWithArguments;
    if (!is_ours) return std::nullopt;
    return ReplyNow{result_reply(given.request.id, completion_json({"testing"}, given.revision))};
  }
  if (given.request.method != "prompts/get") return std::nullopt;
  json::array messages = messages_of(member_text(params, "name"), member_object(params, "arguments"));
  if (messages.empty()) return std::nullopt;
  return result_action(given, {{"messages", std::move(messages)}});
}

}  // namespace governor::conformance
