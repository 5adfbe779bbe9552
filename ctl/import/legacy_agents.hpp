#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ctl/import/document_reader.hpp"
#include "ctl/import/inventory.hpp"
#include "ctl/import/legacy_time.hpp"
#include "ctl/import/reconcile.hpp"
#include "ctl/records/file_tree.hpp"

namespace governor::ctl::legacy {

/// Gives the agents of a data directory one after another, so that the histories of only one are in memory:
/// first those that the metadata name, in that order, then those that only have files of their own. An agent
/// of which a file is broken is not imported: once it is here, a repaired file would come too late.
class LegacyAgents {
 public:
  /// The tree and the time reader must outlive this.
  LegacyAgents(const records::FileTree& tree, Inventory inventory, ShortList shorter, TimeReader& times);

  /// How many there are.
  [[nodiscard]] std::size_t count() const;

  struct Item {
    std::string id;                      ///< empty for findings about the metadata as a whole
    std::optional<ImportedAgent> agent;  ///< none if it cannot be imported
    Findings findings;
  };
  /// None at the end.
  std::optional<Item> next();

 private:
  void read_metadata_file();
  void tell_missed_agents(const std::string& superseded);
  Item metadata_entry(const std::string& id, std::string_view entry);
  Item assemble(const std::string& id, std::optional<Metadata> metadata, const AgentFiles& files,
                Findings findings);
  std::optional<DocumentContent> read(const std::string& name, const std::string& id, Findings& findings);

  const records::FileTree& tree_;
  Inventory inventory_;
  ShortList shorter_;
  TimeReader& times_;
  std::string metadata_name_;  ///< empty without one
  std::string metadata_;
  std::vector<std::pair<std::string, std::string_view>> entries_;  ///< of metadata_
  std::size_t next_entry_ = 0;
  std::unordered_set<std::string> named_;  ///< by the metadata
  Findings about_metadata_;
};

}  // namespace governor::ctl::legacy
