#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/behaviour.hpp"

namespace governor::core::testing {

/// An agent whose evidence is taken down as State does it, with what follows from it.
struct Watched {
  Behaviour behaviour;
  std::vector<Evidence> rows;
  std::uint32_t turn = 0;
  std::int64_t now_us = 1'000'000'000;

  void note(EvidenceItem item, Provenance provenance = Provenance::measured) {
    Evidence evidence;
    evidence.key = static_cast<EvidenceKey>(rows.size()) + 1;
    evidence.timestamp_us = now_us += 1'000'000;
    evidence.turn = std::holds_alternative<TurnBegan>(item) ? ++turn : turn;
    evidence.provenance = provenance;
    evidence.item = std::move(item);
    auto consequences = behaviour.consequences(evidence);
    behaviour.note(evidence);
    rows.push_back(std::move(evidence));
    for (EvidenceItem& consequence : consequences) note(std::move(consequence), Provenance::derived);
  }

  void command(std::uint64_t fingerprint, bool success = true, ToolClass tool_class = ToolClass::run) {
    ToolUsed tool;
    tool.tool = "Bash";
    tool.program = "make";
    tool.tool_class = tool_class;
    tool.success = success;
    tool.output_bytes = 200;
    tool.fingerprint = fingerprint;
    note(std::move(tool));
  }

  void edit(std::string path, std::uint64_t content = 0) {
    ToolUsed tool;
    tool.tool = "Edit";
    tool.tool_class = ToolClass::edit;
    note(std::move(tool));
    FileChanged change;
    change.path = std::move(path);
    change.lines_added = 3;
    change.content = content;
    note(std::move(change));
  }

  void tests(bool success) {
    command(rows.size() + 1000, success, ToolClass::test);
    note(TestsRun{"pytest", success, std::nullopt, std::nullopt});
  }

  template <class Item>
  [[nodiscard]] std::vector<Item> noted() const {
    std::vector<Item> found;
    for (const Evidence& row : rows)
      if (const auto* item = std::get_if<Item>(&row.item)) found.push_back(*item);
    return found;
  }
};

}  // namespace governor::core::testing
