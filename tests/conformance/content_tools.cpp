#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>

#include "daemon/mcp/members.hpp"
#include "daemon/mcp/progress.hpp"
#include "daemon/tools/arguments.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

constexpr std::string_view kSchema2020 =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",)"
    R"("$defs":{"address":{"$anchor":"addressDef","type":"object",)"
    R"("properties":{"street":{"type":"string"},"city":{"type":"string"}}}},)"
    R"("properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},)"
    R"("contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},)"
    R"("allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],)"
    R"("if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},)"
    R"("then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

constexpr Parameter kGreetParameters[] = {text("name", 256).required("who is greeted")};

template <const char* kSaid>
ParsedCall parse_saying(Arguments&, const ToolEnvironment&) {
  return text_answer(kSaid);
}

constexpr char kSimple[] = "This is a simple text response for testing.";
constexpr char kNoLog[] = "Nothing was logged.";
constexpr char kNothing[] = "";

std::string picture_block() {
  return fmt::format(R"({{"type":"image","data":"{}","mimeType":"image/png"}})", kPicture);
}

std::string picture(const json::object&) {
  return "[" + picture_block() + "]";
}

std::string sound(const json::object&) {
  return fmt::format(R"([{{"type":"audio","data":"{}","mimeType":"audio/wav"}}])", kSound);
}

std::string embedded(const json::object&) {
  return R"([{"type":"resource","resource":{"uri":"test://embedded-resource","mimeType":"text/plain",)"
         R"("text":"This is an embedded resource content."}}])";
}

std::string mixed(const json::object&) {
  return R"([{"type":"text","text":"Multiple content types test:"},)" + picture_block() +
         R"(,{"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json",)"
         R"("text":"{\"test\":\"data\",\"value\":123}"}}])";
}

ParsedCall parse_greet(Arguments& arguments, const ToolEnvironment&) {
  return text_answer(fmt::format("Hello, {}!", arguments.text("name").value_or("")));
}

class Failure final : public ToolCall {
 public:
  Step run(CallContext&) override {
    return core::Error(core::ErrorCode::conflict, "This tool intentionally returns an error for testing.",
                       "Nothing is to be done.");
  }
};

ParsedCall parse_failure(Arguments&, const ToolEnvironment&) {
  return std::make_unique<Failure>();
}

/// Tells of three steps, as soon as each is done. Governor's own calls only wait, and tell how long.
class Steps final : public ToolCall {
 public:
  explicit Steps(std::string progress_token) : progress_token_(std::move(progress_token)) {}

  Step run(CallContext& context) override {
    constexpr std::int64_t kStepUs = 50'000;
    if (context.begins) done_ = 0;
    if (context.now_us < until_us_ && !context.begins) return Wait{0, until_us_, kStepUs};
    if (done_ == kPercent.size())
      return Answer(std::string(R"({"text":"All steps are done."})"), Depends::nothing);
    until_us_ = context.now_us + kStepUs;
    Wait wait{0, until_us_, kStepUs};
    const double percent = kPercent.at(done_++);
    if (!progress_token_.empty()) wait.tell = progress_line(progress_token_, percent, 100);
    return wait;
  }

 private:
  static constexpr std::array<double, 3> kPercent{0, 50, 100};

  std::string progress_token_;
  std::size_t done_ = 0;
  std::int64_t until_us_ = 0;
};

constexpr std::string_view kStepsName = "test_tool_with_progress";

ParsedCall parse_steps(Arguments&, const ToolEnvironment&) {
  return std::make_unique<Steps>(std::string());
}

Tool with_content(Tool tool, std::string (*content)(const json::object&)) {
  tool.content = content;
  return tool;
}

}  // namespace

std::vector<Tool> content_tools() {
  Tool schema = fixture_tool("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", {},
                             parse_saying<kNothing>);
  schema.input_schema = kSchema2020;
  const auto plain = parse_saying<kNothing>;
  return {
      fixture_tool("test_simple_text", "A text", {}, parse_saying<kSimple>),
      with_content(fixture_tool("test_image_content", "A picture", {}, plain), picture),
      with_content(fixture_tool("test_audio_content", "A sound", {}, plain), sound),
      with_content(fixture_tool("test_embedded_resource", "A resource", {}, plain), embedded),
      with_content(fixture_tool("test_multiple_content_types", "Several of them", {}, plain), mixed),
      fixture_tool("test_error_handling", "An error", {}, parse_failure),
      fixture_tool(kStepsName, "Tells how far it is", {}, parse_steps),
      fixture_tool("test_logging_tool", "Logs nothing", {}, parse_saying<kNoLog>),
      fixture_tool("greet", "Greets", kGreetParameters, parse_greet),
      schema,
  };
}

std::optional<Action> interpret_steps(const ExtensionRequest& given) {
  if (given.request.method != "tools/call" || member_text(given.request.params, "name") != kStepsName)
    return std::nullopt;
  const Tool* tool = find_tool(kStepsName);
  return CallTool{Envelope{given.request.id, given.revision},
                  std::make_unique<Steps>(progress_token_of(given.request)), tool, tool};
}

}  // namespace governor::conformance
