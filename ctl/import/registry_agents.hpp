#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/import/legacy_agents.hpp"
#include "ctl/import/legacy_time.hpp"
#include "ctl/import/registry_entry.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/tasks/imported_task.hpp"

namespace governor::ctl::legacy {

/// Whether this is a registry of the old orchestrator, by its name.
bool is_registry(std::string_view path);

/// The agents of the old orchestrator's registries, each as a deployment that is over. Where both the global
/// registry and that of its task have one, the newer entry says how it stood, and each fills in what the
/// other does not say. What agents wrote of their progress and findings (`progress/`, `findings/` beside the
/// registries) becomes their history.
class RegistryAgents {
 public:
  /// `names` are all files of the tree. What is odd about files goes into `findings`.
  RegistryAgents(const records::FileTree& tree, std::vector<std::string> names, TimeReader& times,
                 Findings& findings);

  [[nodiscard]] std::size_t count() const { return order_.size(); }
  [[nodiscard]] std::size_t files() const { return files_; }
  /// Said to run, and closed as lost.
  [[nodiscard]] std::size_t ghosts() const { return ghosts_; }
  /// None at the end; parents before those that they deployed, as they stand in the files.
  std::optional<LegacyAgents::Item> next();
  /// Their tasks: nobody is to claim one, so those that were left open are cancelled.
  [[nodiscard]] std::vector<ImportedTask> tasks() const;

 private:
  struct Known {
    RegistryEntry entry;
    std::vector<std::string> files;
    Findings findings;
  };

  void take_entry(const std::string& id, RegistryEntry entry);
  void take_task(RegistryTask task);
  int depth_of(const Known& known, int steps = 0) const;
  void tell_end(const std::string& id, const Known& known, ImportedDeployment& deployment, Notes& notes);
  void read_lines(const std::string& name, bool findings, ImportedDeployment& deployment, Notes& notes);
  std::string beside(const std::string& id, std::string_view folder, std::string_view ending) const;

  const records::FileTree& tree_;
  std::vector<std::string> names_;
  TimeReader& times_;
  std::size_t files_ = 0, ghosts_ = 0, next_ = 0;
  std::vector<std::string> order_;
  std::map<std::string, Known> agents_;
  std::map<std::string, RegistryTask> tasks_;
};

}  // namespace governor::ctl::legacy
