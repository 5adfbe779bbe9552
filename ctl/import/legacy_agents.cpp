#include "ctl/import/legacy_agents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ctl/import/csv_document.hpp"
#include "ctl/import/document_reader.hpp"
#include "ctl/import/json_value.hpp"

namespace governor::ctl::legacy {
namespace {

using Event = MemberReader::Event;

}  // namespace

LegacyAgents::LegacyAgents(const FileTree& tree, Inventory inventory, ShortList shorter, TimeReader& times)
    : tree_(tree), inventory_(std::move(inventory)), shorter_(shorter), times_(times) {
  if (!inventory_.metadata.empty()) metadata_name_ = inventory_.metadata.front();
}

std::size_t LegacyAgents::count() const {
  std::size_t agents = inventory_.agents.size();
  for (const std::string& name : inventory_.metadata) {
    Findings ignored;
    Notes notes(ignored, name, "");
    const auto file = tree_.open_file(name, notes);
    if (!file) continue;
    MemberReader reader(*file, kLongestEntry);
    while (reader.next() == Event::member) agents += inventory_.agents.contains(reader.key()) ? 0 : 1;
  }
  return agents;
}

std::optional<LegacyAgents::Item> LegacyAgents::next() {
  if (!metadata_ && !inventory_.metadata.empty()) {
    Findings findings;
    Notes notes(findings, inventory_.metadata.front(), "");
    metadata_file_ = tree_.open_file(inventory_.metadata.front(), notes);
    if (!metadata_file_) {
      inventory_.metadata.clear();
      return Item{"", std::nullopt, std::move(findings)};
    }
    metadata_.emplace(*metadata_file_, kLongestEntry);
  }
  if (metadata_) {
    const Event event = metadata_->next();
    if (event == Event::member) return metadata_entry();
    Item end = end_of_metadata(event);
    metadata_.reset();
    inventory_.metadata.clear();
    if (!end.findings.empty()) return end;
  }
  while (!inventory_.superseded.empty()) {
    if (auto missed = missed_agents()) return missed;
  }
  if (inventory_.agents.empty()) return std::nullopt;
  auto node = inventory_.agents.extract(inventory_.agents.begin());
  return assemble(node.key(), std::nullopt, std::move(node.mapped()), {});
}

LegacyAgents::Item LegacyAgents::end_of_metadata(Event event) {
  Item item;
  if (event == Event::end) return item;
  Notes notes(item.findings, inventory_.metadata.front(), "");
  std::string text = "the file is damaged: " + describe(event, *metadata_);
  if (event == Event::trailing) {
    notes.damaged("damaged_file", "", std::move(text));
  } else {
    notes.refused("damaged_file",
                  text + fmt::format("; the {} agents before that place are read, what follows is lost",
                                     named_.size()));
  }
  return item;
}

/// Agents that only metadata name which are not used: nothing of them is imported.
std::optional<LegacyAgents::Item> LegacyAgents::missed_agents() {
  constexpr std::size_t kNamed = 5;
  const std::string name = std::move(inventory_.superseded.back());
  inventory_.superseded.pop_back();
  Item item;
  Notes notes(item.findings, name, "");
  const auto file = tree_.open_file(name, notes);
  if (!file) return item;
  MemberReader reader(*file, kLongestEntry);
  std::string missed;
  std::size_t count = 0;
  while (reader.next() == Event::member) {
    if (named_.contains(reader.key()) || inventory_.agents.contains(reader.key())) continue;
    if (++count <= kNamed) missed += (missed.empty() ? "" : ", ") + shown(reader.key());
  }
  if (count == 0) return std::nullopt;
  if (count > kNamed) missed += fmt::format(" and {} more", count - kNamed);
  notes.refused("not_read",
                fmt::format("only this file names {}, and it is not read; give it by itself to import "
                            "what is in it",
                            missed));
  return item;
}

LegacyAgents::Item LegacyAgents::metadata_entry() {
  const std::string id = metadata_->key();
  Item item{id, std::nullopt, {}};
  Notes notes(item.findings, inventory_.metadata.front(), id);
  if (!named_.insert(id).second) {
    notes.contradiction("duplicate", "", "the agent stands in the file twice; the first entry counts");
    return item;
  }
  Metadata metadata = read_metadata(metadata_->value(), id, inventory_.metadata.front(), times_, notes);
  AgentFiles files;
  if (auto node = inventory_.agents.extract(id)) files = std::move(node.mapped());
  return assemble(id, std::move(metadata), std::move(files), std::move(item.findings));
}

std::optional<DocumentContent> LegacyAgents::read_json(const std::string& name, const std::string& id,
                                                       Findings& findings) {
  Notes notes(findings, name, id);
  const auto file = tree_.open_file(name, notes);
  if (!file) return std::nullopt;
  MemberReader reader(*file, kLongestMember);
  return read_document(reader, name, times_, notes);
}

std::optional<DocumentContent> LegacyAgents::read_csv(const std::string& name, const std::string& id,
                                                      Findings& findings) {
  Notes notes(findings, name, id);
  const auto file = tree_.open_file(name, notes);
  if (!file) return std::nullopt;
  const auto text = read_all(*file);
  if (!text) {
    notes.refused("unreadable", "the file cannot be read: " + text.error().message);
    return std::nullopt;
  }
  return read_csv_document(*text, name, times_, notes);
}

LegacyAgents::Item LegacyAgents::assemble(const std::string& id, std::optional<Metadata> metadata,
                                          AgentFiles files, Findings findings) {
  Item item{id, std::nullopt, std::move(findings)};
  if (!is_agent_id(id)) {
    Notes(item.findings, files.state, id)
        .refused("id_not_accepted",
                 fmt::format("the id is \"{}\"; accepted: 1 to 128 characters of A-Z a-z 0-9 "
                             ". _ -",
                             shown(id)));
    return item;
  }
  AgentSources sources{std::move(metadata), std::nullopt, {}, metadata_name_};
  const auto take = [&](std::optional<DocumentContent> content) -> std::optional<Document> {
    if (!content || !content->usable) return std::nullopt;
    if (content->metadata && !sources.metadata) sources.metadata = std::move(content->metadata);
    return std::move(content->document);
  };
  if (!files.state.empty()) {
    Findings of_state;
    auto content = read_json(files.state, id, of_state);
    const bool damaged = std::any_of(of_state.begin(), of_state.end(),
                                     [](const Finding& f) { return f.severity == Severity::refused; });
    const bool foreign = content && !content->usable && !damaged;
    if (foreign) {
      // Its name ends like that of a state file, as calibration_state.json does.
      of_state = {{Severity::note, "not_of_the_monitor", files.state, "", "",
                   "no state of an agent is in it; it is left alone"}};
    }
    item.findings.insert(item.findings.end(), of_state.begin(), of_state.end());
    sources.state = take(std::move(content));
  }
  for (const std::string& name : files.exports) {
    const bool csv = name.ends_with(".csv");
    auto document = take(csv ? read_csv(name, id, item.findings) : read_json(name, id, item.findings));
    if (document) sources.exports.push_back(*std::move(document));
  }
  if (!sources.metadata && !sources.state && sources.exports.empty()) return item;
  item.agent = reconcile(id, std::move(sources), shorter_, item.findings);
  return item;
}

}  // namespace governor::ctl::legacy
