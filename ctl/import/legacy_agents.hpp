#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "ctl/import/document_reader.hpp"
#include "ctl/import/file_tree.hpp"
#include "ctl/import/inventory.hpp"
#include "ctl/import/legacy_time.hpp"
#include "ctl/import/member_reader.hpp"
#include "ctl/import/reconcile.hpp"

namespace governor::ctl::legacy {

/// Gives the agents of a data directory one after another, so that only one is in memory: first those that
/// the metadata name, in that order, then those that only have files of their own.
class LegacyAgents {
 public:
  /// The tree and the time reader must outlive this.
  LegacyAgents(const FileTree& tree, Inventory inventory, ShortList shorter, TimeReader& times);

  /// How many there are; reads through the metadata.
  [[nodiscard]] std::size_t count() const;

  struct Item {
    std::string id;                      ///< empty for findings about the metadata as a whole
    std::optional<ImportedAgent> agent;  ///< none if nothing of it can be imported
    Findings findings;
  };
  /// None at the end.
  std::optional<Item> next();

 private:
  Item end_of_metadata(MemberReader::Event event);
  std::optional<Item> missed_agents();
  Item metadata_entry();
  Item assemble(const std::string& id, std::optional<Metadata> metadata, AgentFiles files, Findings findings);
  std::optional<DocumentContent> read_json(const std::string& name, const std::string& id,
                                           Findings& findings);
  std::optional<DocumentContent> read_csv(const std::string& name, const std::string& id, Findings& findings);

  const FileTree& tree_;
  Inventory inventory_;
  ShortList shorter_;
  TimeReader& times_;
  std::string metadata_name_;  ///< empty without one
  std::unique_ptr<FileSource> metadata_file_;
  std::optional<MemberReader> metadata_;
  std::unordered_set<std::string> named_;  ///< by the metadata, so far
};

}  // namespace governor::ctl::legacy
