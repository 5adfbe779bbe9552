#include <fmt/format.h>

#include <atomic>
#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "daemon/tools/argument_limits.hpp"
#include "tests/conformance/fixed_answer.hpp"
#include "tests/conformance/fixtures.hpp"

namespace governor::conformance {
namespace {

namespace json = boost::json;
using namespace daemon;

constexpr std::int64_t kLookAgainUs = 50'000;
constexpr std::int64_t kLongestUs = 30 * kSecondUs;

constexpr Parameter kMessageParameters[] = {text("message", 1024).required("what the user is asked")};

constexpr std::string_view kContact =
    R"({"type":"object","properties":{"username":{"type":"string","description":"User's response"},)"
    R"("email":{"type":"string","description":"User's email address"}},"required":["username","email"]})";

constexpr std::string_view kDefaults =
    R"({"type":"object","properties":{"name":{"type":"string","default":"John Doe"},)"
    R"("age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},)"
    R"("status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},)"
    R"("verified":{"type":"boolean","default":true}}})";

constexpr std::string_view kChoices =
    R"({"type":"object","properties":{)"
    R"("untitledSingle":{"type":"string","enum":["option1","option2","option3"]},)"
    R"("titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},)"
    R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
    R"("legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],)"
    R"("enumNames":["Option One","Option Two","Option Three"]},)"
    R"("untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},)"
    R"("titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},)"
    R"({"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}}})";

/// What clients have answered, by the id of the question, until its call takes it.
class Responses {
 public:
  void open(const std::string& id) {
    const std::lock_guard lock(mutex_);
    answers_[id];
  }
  bool put(const std::string& id, std::string answer) {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(id);
    if (found == answers_.end()) return false;
    found->second = std::move(answer);
    return true;
  }
  std::optional<std::string> take(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(id);
    if (found == answers_.end() || !found->second) return std::nullopt;
    return std::move(answers_.extract(found).mapped());
  }
  void close(const std::string& id) {
    const std::lock_guard lock(mutex_);
    answers_.erase(id);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> answers_;
};

Responses& responses() {
  static Responses all;
  return all;
}

class AskingFixture final : public ToolCall {
 public:
  AskingFixture(std::string message, std::string_view schema)
      : message_(std::move(message)), schema_(schema) {}
  ~AskingFixture() override { responses().close(id_); }

  Step run(CallContext& context) override {
    if (auto answer = responses().take(id_)) {
      const std::string text = fmt::format("User response: {}", *answer);
      return Answer(json::serialize(json::object{{"text", text}}), Depends::nothing);
    }
    if (context.begins) until_us_ = context.now_us + kLongestUs;
    if (context.now_us >= until_us_)
      return core::Error(core::ErrorCode::conflict, "The client has not answered.", "Ask again.");
    Wait wait{0, context.now_us + kLookAgainUs, kLongestUs};
    if (context.begins) wait.tell = ask();
    return wait;
  }

 private:
  std::string ask() {
    static std::atomic<int> last{0};
    id_ = fmt::format("fixture.{}", ++last);
    responses().open(id_);
    return fmt::format(
        R"({{"jsonrpc":"2.0","id":"{}","method":"elicitation/create","params":{{"message":{},"requestedSchema":{}}}}})",
        id_, json::serialize(json::string(message_)), schema_);
  }

  std::string message_;
  std::string_view schema_;
  std::string id_;
  std::int64_t until_us_ = 0;
};

ParsedCall parse_contact(Arguments& arguments, const ToolEnvironment&) {
  return std::make_unique<AskingFixture>(arguments.text("message").value_or(""), kContact);
}

ParsedCall parse_defaults(Arguments&, const ToolEnvironment&) {
  return std::make_unique<AskingFixture>("Defaults of all kinds", kDefaults);
}

ParsedCall parse_choices(Arguments&, const ToolEnvironment&) {
  return std::make_unique<AskingFixture>("Choices of all kinds", kChoices);
}

}  // namespace

bool take_response(const Response& response) {
  if (response.result == nullptr) return false;
  return responses().put(std::string(response.id), json::serialize(*response.result));
}

std::vector<Tool> asking_tools() {
  return {fixture_tool("test_elicitation", "Asks its user", kMessageParameters, parse_contact),
          fixture_tool("test_elicitation_sep1034_defaults", "Asks with defaults", {}, parse_defaults),
          fixture_tool("test_elicitation_sep1330_enums", "Asks with choices", {}, parse_choices)};
}

}  // namespace governor::conformance
