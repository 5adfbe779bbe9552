#pragma once

#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/ctl/fake_daemon.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl::test {

/// A fake daemon that answers each tool or method with what the test has put there, one answer after another
/// (the last one again and again), and keeps what it was asked.
class RecordingDaemon {
 public:
  struct Call {
    std::string name;
    boost::json::object arguments;
  };

  RecordingDaemon()
      : daemon_(directory_.path(), [this](std::string_view method, const boost::json::object& params) {
          return answer(method, params);
        }) {}

  void will_answer(const std::string& name, std::vector<boost::json::object> results) {
    const std::lock_guard lock(mutex_);
    results_[name] = std::move(results);
  }

  Run run(const std::vector<std::string>& arguments, bool colour = false) {
    return run_governorctl(directory_.path(), arguments, colour);
  }

  Run run_reading(const std::string& input, const std::vector<std::string>& arguments) {
    return run_governorctl_reading(input, directory_.path(), arguments);
  }
  const std::string& runtime_dir() const { return directory_.path(); }

  std::vector<Call> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  /// On whose behalf the last connection said that it speaks.
  std::string role() {
    const std::lock_guard lock(mutex_);
    return role_;
  }
  /// The arguments of the last call.
  boost::json::object last() { return calls().empty() ? boost::json::object() : calls().back().arguments; }

  /// The same of the last one of this name.
  boost::json::object last_of(std::string_view name) {
    boost::json::object found;
    for (Call& call : calls())
      if (call.name == name) found = std::move(call.arguments);
    return found;
  }

 private:
  std::optional<boost::json::value> answer(std::string_view method, const boost::json::object& params) {
    if (method == "governor/hello") {
      const std::lock_guard lock(mutex_);
      role_ = params.contains("role") ? std::string(params.at("role").as_string()) : "";
      return boost::json::object{{"protocol", 1}, {"pid", 1}};
    }
    const bool tool = method == "tools/call";
    const std::string name(tool ? std::string_view(params.at("name").as_string()) : method);
    const std::lock_guard lock(mutex_);
    calls_.push_back({name, tool ? params.at("arguments").as_object() : params});
    const auto found = results_.find(name);
    if (found == results_.end() || found->second.empty()) return std::nullopt;
    boost::json::object result = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    if (!tool) return result;
    return tool_result(std::move(result));
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<boost::json::object>> results_;
  std::vector<Call> calls_;
  std::string role_;
  TemporaryDirectory directory_;
  FakeDaemon daemon_;
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace governor::ctl::test
