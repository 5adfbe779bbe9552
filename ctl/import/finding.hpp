#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace governor::ctl::legacy {

/// How much a finding matters. Notes and contradictions lose nothing that governor keeps; `damaged`: a value
/// is missing from what is imported; `refused`: a file or an agent is.
enum class Severity { note, contradiction, damaged, refused };

std::string_view to_string(Severity severity);

/// Something that whoever imports should know, about a file, an agent, a field, or all three.
struct Finding {
  Severity severity = Severity::note;
  std::string_view code;  ///< snake_case, stable; a literal
  std::string file;
  std::string agent;
  std::string field;
  std::string message;
};

using Findings = std::vector<Finding>;

/// Collects findings about one file and one agent.
class Notes {
 public:
  Notes(Findings& findings, std::string file, std::string agent)
      : findings_(findings), file_(std::move(file)), agent_(std::move(agent)) {}

  void add(Severity severity, std::string_view code, std::string field, std::string message) {
    findings_.push_back({severity, code, file_, agent_, std::move(field), std::move(message)});
  }
  void note(std::string_view code, std::string field, std::string message) {
    add(Severity::note, code, std::move(field), std::move(message));
  }
  void contradiction(std::string_view code, std::string field, std::string message) {
    add(Severity::contradiction, code, std::move(field), std::move(message));
  }
  void damaged(std::string_view code, std::string field, std::string message) {
    add(Severity::damaged, code, std::move(field), std::move(message));
  }
  void refused(std::string_view code, std::string message) {
    add(Severity::refused, code, {}, std::move(message));
  }

  void set_agent(std::string agent) { agent_ = std::move(agent); }

 private:
  Findings& findings_;
  std::string file_;
  std::string agent_;
};

}  // namespace governor::ctl::legacy
