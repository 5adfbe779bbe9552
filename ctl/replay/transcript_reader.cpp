#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "ctl/json_fields.hpp"
#include "ctl/replay/recorded_run.hpp"

namespace governor::ctl::replay {
namespace {

namespace json = boost::json;

constexpr std::size_t kOutputTail = 8 * 1024;  // where test runs have their summary

std::int64_t lines_in(const json::object& input, std::string_view name) {
  const json::value* text = input.if_contains(name);
  if (text == nullptr || !text->is_string() || text->get_string().empty()) return 0;
  const json::string& value = text->get_string();
  return std::count(value.begin(), value.end(), '\n') + (value.back() == '\n' ? 0 : 1);
}

/// Of a result: a text, or a list of parts of which some are texts.
std::string result_text(const json::object& result) {
  const json::value* content = result.if_contains("content");
  if (content == nullptr) return {};
  if (content->is_string()) return std::string(content->get_string());
  std::string text;
  if (content->is_array()) {
    for (const json::value& part : content->get_array())
      if (part.is_object() && text_field(part.get_object(), "type") == "text")
        text += text_field(part.get_object(), "text");
  }
  return text;
}

/// The end of a text from where a character begins.
std::string_view tail_of(std::string_view text) {
  if (text.size() <= kOutputTail) return text;
  text.remove_prefix(text.size() - kOutputTail);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80U) text.remove_prefix(1);
  return text;
}

class Transcript {
 public:
  explicit Transcript(std::string name) { run_.name = std::move(name); }

  void read(const json::object& line) {
    if (flag_field(line, "isSidechain") || flag_field(line, "isMeta")) return;
    const std::string type = text_field(line, "type");
    const json::object& message = object_field(line, "message");
    const json::value* content = message.if_contains("content");
    if (content == nullptr || (type != "user" && type != "assistant")) return;
    understood_ = true;
    if (content->is_string()) {
      type == "user" ? begin_turn() : say(content->get_string().size());
      return;
    }
    if (!content->is_array()) return;
    for (const json::value& part : content->get_array())
      if (part.is_object()) read_part(type == "user", part.get_object());
  }

  ipc::Result<RecordedRun> finish() && {
    if (!understood_) {
      return ipc::Error{ipc::Errc::protocol_error, 0,
                        "there is neither a run in it (a line with `run` and `steps`) nor a message of a "
                        "transcript of Claude "
                        "Code (JSON lines with `type` and `message`)"};
    }
    end_turn();
    return std::move(run_);
  }

 private:
  void read_part(bool of_user, const json::object& part) {
    const std::string type = text_field(part, "type");
    if (type == "tool_result") {
      end_use(part);
    } else if (of_user && type == "text") {
      begin_turn();
    } else if (type == "text") {
      say(text_field(part, "text").size());
    } else if (type == "tool_use") {
      uses_[text_field(part, "id")] = part;
    }
  }

  void end_use(const json::object& result) {
    const auto used = uses_.find(text_field(result, "tool_use_id"));
    if (used == uses_.end()) return;
    const json::object use = std::move(used->second);
    uses_.erase(used);
    const json::object& input = object_field(use, "input");
    json::object event{{"event", "tool_used"}, {"tool", text_field(use, "name").substr(0, 64)}};
    event["success"] = !flag_field(result, "is_error");
    const std::string output = result_text(result);
    event["output_bytes"] = output.size();
    if (input.contains("command")) {
      event["command"] = text_field(input, "command");
      event["output"] = tail_of(output);
    } else if (input.contains("file_path")) {
      event["path"] = text_field(input, "file_path");
      event["lines_added"] = lines_in(input, "new_string") + lines_in(input, "content");
      event["lines_removed"] = lines_in(input, "old_string");
      const std::size_t edit = std::hash<std::string>()(json::serialize(input));
      event["edit"] = std::to_string(edit);
    }
    if (said_ > 0) event["prose_bytes"] = std::exchange(said_, 0);
    if (turn_.empty()) turn_.push_back(json::object{{"event", "turn_began"}});
    turn_.push_back(std::move(event));
  }

  void say(std::size_t bytes) { said_ += bytes; }

  void begin_turn() {
    end_turn();
    turn_.push_back(json::object{{"event", "turn_began"}});
  }

  void end_turn() {
    if (turn_.empty() && said_ == 0) return;
    if (turn_.empty()) turn_.push_back(json::object{{"event", "turn_began"}});
    if (said_ > 0)
      turn_.push_back(json::object{{"event", "prose_said"}, {"prose_bytes", std::exchange(said_, 0)}});
    turn_.push_back(json::object{{"event", "turn_ended"}});
    run_.turns.push_back(std::exchange(turn_, {}));
  }

  RecordedRun run_;
  json::array turn_;
  std::unordered_map<std::string, json::object> uses_;  ///< whose result is still to come
  std::size_t said_ = 0;
  bool understood_ = false;
};

}  // namespace

ipc::Result<RecordedRun> read_transcript(std::string_view text, std::string name) {
  Transcript transcript(std::move(name));
  while (const auto line = next_line(text)) {
    boost::system::error_code failure;
    const json::value value = json::parse(*line, failure);
    if (!failure && value.is_object())
      transcript.read(value.get_object());  // the last line may be half written
  }
  return std::move(transcript).finish();
}

}  // namespace governor::ctl::replay
