#include "ctl/import/legacy_agents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ctl/import/csv_document.hpp"
#include "ctl/import/json_object.hpp"
#include "ctl/records/json_value.hpp"

namespace governor::ctl::legacy {

LegacyAgents::LegacyAgents(const records::FileTree& tree, Inventory inventory, ShortList shorter,
                           TimeReader& times)
    : tree_(tree), inventory_(std::move(inventory)), shorter_(shorter), times_(times) {
  if (!inventory_.metadata.empty()) {
    metadata_name_ = inventory_.metadata.front();
    read_metadata_file();
  }
  for (const std::string& name : inventory_.superseded) tell_missed_agents(name);
}

void LegacyAgents::read_metadata_file() {
  Notes notes(about_metadata_, metadata_name_, "");
  auto text = tree_.read(metadata_name_);
  if (!text) return notes.refused("unreadable", "the file is not read: " + text.error().message);
  metadata_ = *std::move(text);
  const auto fault = for_each_field(metadata_, [&](const std::string& id, std::string_view entry) {
    if (named_.insert(id).second) {
      entries_.emplace_back(id, entry);
    } else {
      about_metadata_.push_back({Severity::contradiction, "duplicate", metadata_name_, id, "",
                                 "the agent stands in the file twice; the first entry counts"});
    }
  });
  if (!fault) return;
  entries_.clear();
  named_.clear();
  notes.refused("damaged_file", "the file is damaged: " + *fault + "; none of its entries is imported");
}

/// Agents that only metadata name which are not used: nothing of them is imported.
void LegacyAgents::tell_missed_agents(const std::string& superseded) {
  constexpr std::size_t kNamed = 5;
  const auto text = tree_.read(superseded);
  if (!text) return;
  std::string missed;
  std::size_t count = 0;
  for_each_field(*text, [&](const std::string& id, std::string_view) {
    if (named_.contains(id) || inventory_.agents.contains(id)) return;
    if (++count <= kNamed) missed += (missed.empty() ? "" : ", ") + records::shown(id);
  });
  if (count == 0) return;
  if (count > kNamed) missed += fmt::format(" and {} more", count - kNamed);
  Notes(about_metadata_, superseded, "")
      .refused("not_read",
               fmt::format("only this file names {}, and it is not read; give it by itself to import "
                           "what is in it",
                           missed));
}

std::size_t LegacyAgents::count() const {
  return entries_.size() + static_cast<std::size_t>(std::count_if(
                               inventory_.agents.begin(), inventory_.agents.end(),
                               [&](const auto& agent) { return !named_.contains(agent.first); }));
}

std::optional<LegacyAgents::Item> LegacyAgents::next() {
  if (!about_metadata_.empty()) return Item{"", std::nullopt, std::exchange(about_metadata_, {})};
  if (next_entry_ < entries_.size()) {
    const auto& [id, entry] = entries_[next_entry_++];
    return metadata_entry(id, entry);
  }
  if (inventory_.agents.empty()) return std::nullopt;
  auto node = inventory_.agents.extract(inventory_.agents.begin());
  return assemble(node.key(), std::nullopt, node.mapped(), {});
}

LegacyAgents::Item LegacyAgents::metadata_entry(const std::string& id, std::string_view entry) {
  Findings findings;
  Notes notes(findings, metadata_name_, id);
  AgentFiles files;
  if (auto node = inventory_.agents.extract(id)) files = std::move(node.mapped());
  auto metadata = read_metadata(entry, id, metadata_name_, times_, notes);
  if (metadata) return assemble(id, *std::move(metadata), files, std::move(findings));
  notes.refused("unreadable_value", "its entry is broken: " + metadata.error().message);
  return {id, std::nullopt, std::move(findings)};
}

/// None, with the reason, if nothing can be taken from the file.
std::optional<DocumentContent> LegacyAgents::read(const std::string& name, const std::string& id,
                                                  Findings& findings) {
  Findings of_file;
  Notes notes(of_file, name, id);
  Notes refusal(findings, name, id);
  const auto text = tree_.read(name);
  if (!text) {
    refusal.refused("unreadable", "the file is not read: " + text.error().message);
    return std::nullopt;
  }
  DocumentContent content = name.ends_with(".csv") ? read_csv_document(*text, name, times_, notes)
                                                   : read_document(*text, name, times_, notes);
  if (!content.broken.empty()) {
    refusal.refused("damaged_file", "the file is damaged: " + content.broken);
    return std::nullopt;
  }
  if (!content.usable) {  // its name ends like that of a state file, as calibration_state.json does
    of_file = {{Severity::note, "not_of_the_monitor", name, "", "",
                "no state of an agent is in it; it is left alone"}};
  }
  findings.insert(findings.end(), of_file.begin(), of_file.end());
  return content;
}

LegacyAgents::Item LegacyAgents::assemble(const std::string& id, std::optional<Metadata> metadata,
                                          const AgentFiles& files, Findings findings) {
  Item item{id, std::nullopt, std::move(findings)};
  if (!is_agent_id(id)) {
    Notes(item.findings, files.state, id)
        .refused("id_not_accepted",
                 fmt::format("the id is \"{}\"; accepted: 1 to 128 characters of A-Z a-z 0-9 . _ -",
                             records::shown(id)));
    return item;
  }
  AgentSources sources{std::move(metadata), std::nullopt, {}, metadata_name_};
  bool whole = true;
  const auto take = [&](const std::string& name) -> std::optional<Document> {
    auto content = read(name, id, item.findings);
    whole = whole && content;
    if (!content || !content->usable) return std::nullopt;
    if (content->metadata && !sources.metadata) sources.metadata = std::move(content->metadata);
    return std::move(content->document);
  };
  if (!files.state.empty()) sources.state = take(files.state);
  for (const std::string& name : files.exports) {
    if (auto document = take(name)) sources.exports.push_back(*std::move(document));
  }
  const bool any = sources.metadata || sources.state || !sources.exports.empty();
  if (whole && any) item.agent = reconcile(id, std::move(sources), shorter_, item.findings);
  return item;
}

}  // namespace governor::ctl::legacy
