#include "tests/conformance/fixed_answer.hpp"

#include <boost/json.hpp>
#include <utility>

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

class FixedAnswer final : public ToolCall {
 public:
  explicit FixedAnswer(std::string result) : result_(std::move(result)) {}
  Step run(CallContext&) override { return Answer(result_, Depends::nothing); }

 private:
  std::string result_;
};

constexpr Operation kFixture{"fixture"};

}  // namespace

std::unique_ptr<ToolCall> fixed_answer(std::string result) {
  return std::make_unique<FixedAnswer>(std::move(result));
}

std::unique_ptr<ToolCall> text_answer(std::string_view text) {
  return fixed_answer(json::serialize(json::object{{"text", text}}));
}

std::string text_of(const json::object& result) {
  return std::string(result.at("text").as_string());
}

Tool fixture_tool(std::string_view name, std::string_view description, Parameters parameters,
                  ParsedCall (*read)(Arguments&, const ToolEnvironment&)) {
  Tool tool{{name, Effect::none, parameters, read}, "server", name, description, R"({"type":"object"})"};
  tool.text = text_of;
  return tool;
}

Action result_action(const ExtensionRequest& given, json::object more) {
  std::string result = "{";
  result += result_preamble(given.revision);
  result += json::serialize(more).substr(1);
  return AskResource{Envelope{given.request.id, given.revision}, fixed_answer(std::move(result)), &kFixture};
}

}  // namespace governor::conformance
