#pragma once

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/binaries.hpp"
#include "tests/support/child.hpp"
#include "tests/support/line_stream.hpp"
#include "tests/support/sandbox.hpp"
#include "tests/support/slowness.hpp"

namespace governor::test {

/// Claude Code, as far as its hooks know: it asks before it writes, and says when it has written.
class HookTool {
 public:
  HookTool(const Sandbox& sandbox, std::string session, std::vector<std::string> options = {},
           std::string directory = "/")
      : session_(std::move(session)),
        directory_(std::move(directory)),
        process_(sandbox.command(kHookTool, with_guard(std::move(options)))),
        lines_(std::move(process_.output), std::move(process_.input)) {}

  /// Asks for a write of the whole file and does not wait for the answer.
  void ask(const std::string& path, const std::string& content) {
    lines_.write_line(event("PreToolUse", path, content), patience());
  }
  boost::json::object answer() {
    const auto line = lines_.read_line(patience(std::chrono::seconds(90)));
    return line ? boost::json::parse(*line).as_object() : boost::json::object();
  }
  /// hookSpecificOutput of the answer.
  boost::json::object verdict() {
    const auto given = answer();
    return given.contains("hookSpecificOutput") ? given.at("hookSpecificOutput").as_object()
                                                : boost::json::object();
  }
  boost::json::object may_write(const std::string& path, const std::string& content) {
    ask(path, content);
    return verdict();
  }
  /// What the hook says after the write.
  boost::json::object wrote(const std::string& path) {
    lines_.write_line(event("PostToolUse", path, ""), patience());
    return answer();
  }
  /// What the hook says to an event that is told in full, but for its session.
  boost::json::object hear(boost::json::object event) {
    event["session_id"] = session_;
    lines_.write_line(boost::json::serialize(event), patience());
    return answer();
  }
  Child& process() { return process_; }

 private:
  static std::vector<std::string> with_guard(std::vector<std::string> options) {
    std::vector<std::string> words = {kControl, "guard", "claude-code", "--fallback", "ask"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }

  [[nodiscard]] std::string event(const char* name, const std::string& path,
                                  const std::string& content) const {
    const boost::json::object input = {{"file_path", path}, {"content", content}};
    return boost::json::serialize(boost::json::object{{"session_id", session_},
                                                      {"cwd", directory_},
                                                      {"hook_event_name", name},
                                                      {"tool_name", "Write"},
                                                      {"tool_input", input}});
  }

  std::string session_;
  std::string directory_;
  Child process_;
  LineStream lines_;
};

}  // namespace governor::test
