#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/import/finding.hpp"
#include "ctl/import/import_session.hpp"
#include "ctl/tasks/task_import.hpp"

namespace governor::ctl::legacy {

/// One agent in the report.
struct AgentLine {
  std::string id;
  bool importable = false;
  Outcome outcome;
  std::uint64_t updates = 0;
  std::size_t rows = 0;
};

/// What the report says at its end.
struct Summary {
  std::string path;
  std::string zone;
  bool applied = false;
  bool daemon_asked = false;
  std::size_t files = 0;
  std::uint64_t times_without_zone = 0;
  std::size_t deployments = 0;  ///< of the agents
  std::size_t ghosts = 0;       ///< of the deployments: said to run, and closed as lost
  struct Task {
    std::string id;
    TaskOutcome outcome;
  };
  std::vector<Task> tasks;
  std::string stopped;  ///< why it did not get to the end; empty if it did
};

/// Tells what was found and done. It is written as it comes or counted, so that it needs little memory
/// however many agents there are.
class Report {
 public:
  virtual ~Report() = default;

  virtual void begin() {}
  virtual void about_files(Findings findings) = 0;
  virtual void about_agent(AgentLine agent, Findings findings) = 0;
  virtual void end(const Summary& summary) = 0;

  /// Something is missing from what was (or would be) imported.
  [[nodiscard]] bool something_lost() const;

 protected:
  void count(const Findings& findings);
  void count(const AgentLine& agent);

  std::array<std::size_t, 4> by_severity_{};
  std::array<std::size_t, 7> by_outcome_{};
  std::size_t agents_ = 0, not_importable_ = 0, with_history_ = 0;
  std::uint64_t rows_ = 0;
};

/// For people: findings of one kind together, the first few of each in full.
class TextReport final : public Report {
 public:
  explicit TextReport(const Context& context) : context_(context) {}

  void about_files(Findings findings) override;
  void about_agent(AgentLine agent, Findings findings) override;
  void end(const Summary& summary) override;

 private:
  struct Group {
    std::size_t count = 0;
    std::vector<Finding> shown;
  };

  void keep(Findings findings);
  void write_findings(Severity severity, const char* title);
  void write_agents(const Summary& summary);

  const Context& context_;
  /// By severity, code and field.
  std::map<std::pair<int, std::pair<std::string, std::string>>, Group> groups_;
};

/// One JSON object, written piece by piece.
class JsonReport final : public Report {
 public:
  explicit JsonReport(const Context& context) : context_(context) {}

  void begin() override;
  void about_files(Findings findings) override;
  void about_agent(AgentLine agent, Findings findings) override;
  void end(const Summary& summary) override;

 private:
  const Context& context_;
  bool first_ = true;
  Findings file_findings_;
};

}  // namespace governor::ctl::legacy
