#include "ctl/import/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "ctl/import/csv.hpp"
#include "ctl/import/csv_document.hpp"
#include "ctl/import/json_object.hpp"
#include "ctl/import/value_readers.hpp"

namespace governor::ctl::legacy {
namespace {

constexpr std::string_view kMetadataName = "agent_metadata.json";
constexpr std::string_view kStateEnding = "_state.json";

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// A look at a file that is no state file by its name.
struct Look {
  bool is_export = false;
  std::string damage;  ///< empty: none
  std::string agent;   ///< as the file itself says, empty if it does not
};

Look look_at_json(std::string_view text) {
  Look look;
  auto fault = for_each_field(text, [&](const std::string& name, std::string_view value) {
    if (name == "agent_id") look.agent = records::text_in(value).value_or("");
    look.is_export = look.is_export || name == "layers" ||
                     std::any_of(kNumberColumns.begin(), kNumberColumns.end(),
                                 [&](const NumberColumn& column) { return column.key == name; });
  });
  const std::size_t begin = records::skip_space(text, 0);
  const bool is_other_json = begin < text.size() && text[begin] == '[';
  if (fault && !is_other_json) look.damage = *std::move(fault);
  return look;
}

Look look_at_csv(std::string_view text) {
  Look look;
  CsvReader rows(text);
  const auto header = rows.next();
  if (!header) look.damage = "it is empty";
  for (const std::string& name : header.value_or(std::vector<std::string>())) {
    look.is_export = look.is_export || find_column(name) != nullptr;
  }
  while (const auto row = look.is_export ? rows.next() : std::nullopt) {
    if (row->front() == "agent_id" && row->size() > 1) look.agent = (*row)[1];
  }
  return look;
}

/// An object of objects that say who agents are.
bool looks_like_metadata(std::string_view text) {
  bool known = false;
  for_each_field(text, [&](const std::string&, std::string_view entry) {
    if (known) return;
    for_each_field(entry, [&](const std::string& name, std::string_view) {
      known = known || name == "status" || name == "created_at" || name == "total_updates" ||
              name == "last_update" || name == "lifecycle_events";
    });
  });
  return known;
}

class Sorter {
 public:
  Sorter(const records::FileTree& tree, std::string agent, Findings& findings)
      : tree_(tree), agent_(std::move(agent)), findings_(findings) {}

  void take(const std::string& name) {
    const std::string_view base = file_name_of(name);
    const bool by_name = base == kMetadataName;
    if (by_name || is_other_metadata(name, base)) {
      inventory_.metadata.push_back(name);
      ++inventory_.files;
    } else if (base.ends_with(kStateEnding) && base.size() > kStateEnding.size()) {
      take_state(name,
                 agent_.empty() ? std::string(base.substr(0, base.size() - kStateEnding.size())) : agent_);
    } else if (base.ends_with(".json") || base.ends_with(".csv")) {
      take_export(name, base.ends_with(".csv"));
    } else {
      add(Severity::note, "not_of_the_monitor", name, "", "not a file that is imported; it is left alone");
    }
  }

  Inventory finish() {
    if (inventory_.metadata.size() > 1) {
      const auto rank = [](const std::string& name) {
        return std::pair(file_name_of(name) != kMetadataName, std::count(name.begin(), name.end(), '/'));
      };
      const std::string kept =
          *std::min_element(inventory_.metadata.begin(), inventory_.metadata.end(),
                            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
      for (std::string& name : inventory_.metadata) {
        if (name == kept) continue;
        add(Severity::contradiction, "superseded", name, "",
            fmt::format("{} is used instead; give this file by itself to import it", kept));
        inventory_.superseded.push_back(std::move(name));
      }
      inventory_.metadata = {kept};
    }
    return std::move(inventory_);
  }

 private:
  void add(Severity severity, std::string_view code, const std::string& file, const std::string& agent,
           std::string message) {
    findings_.push_back({severity, code, file, agent, "", std::move(message)});
  }

  /// A copy or a renamed one: `agent_metadata_old.json`, `agent_metadata.json.bak`. Only what is in it tells
  /// it from a state or an export of an agent that is called so.
  bool is_other_metadata(const std::string& name, std::string_view base) const {
    if (!base.starts_with("agent_metadata") || base.find(".json") == std::string_view::npos) return false;
    if (tree_.is_single_file()) return base.ends_with(".json") && !base.ends_with(kStateEnding);
    const auto text = tree_.read(name);
    return text && looks_like_metadata(*text);
  }

  /// The old monitor looked into agents/ first, which later versions have.
  void take_state(const std::string& name, const std::string& agent) {
    ++inventory_.files;
    std::string& state = inventory_.agents[agent].state;
    const bool newer = std::string_view(name).find("agents/") != std::string_view::npos;
    const std::string other = state.empty() ? "" : newer ? std::exchange(state, name) : name;
    if (state.empty()) state = name;
    if (other.empty()) return;
    add(Severity::contradiction, "superseded", other, agent,
        fmt::format("{} is used instead; give this file by itself to import it", state));
  }

  void take_export(const std::string& name, bool csv) {
    Notes notes(findings_, name, "");
    const auto text = tree_.read(name);
    if (!text) return notes.refused("unreadable", "the file is not read: " + text.error().message);
    const Look look = csv ? look_at_csv(*text) : look_at_json(*text);
    if (!look.is_export) {
      if (!look.damage.empty()) {
        notes.refused("damaged_file", "the file is damaged: " + look.damage);
      } else {
        notes.note("not_of_the_monitor", "", "no history of an agent is in it; it is left alone");
      }
      return;
    }
    ++inventory_.files;
    std::string agent = agent_.empty() ? look.agent : agent_;
    if (agent.empty()) {
      agent = agent_in_file_name(file_name_of(name));
      notes.set_agent(agent);
      notes.note("derived", "agent_id",
                 fmt::format("the file does not say whose it is; by its name it is of \"{}\"", agent));
    }
    inventory_.agents[agent].exports.push_back(name);
  }

  const records::FileTree& tree_;
  std::string agent_;
  Findings& findings_;
  Inventory inventory_;
};

}  // namespace

Inventory take_inventory(const records::FileTree& tree, const std::string& agent, Findings& findings) {
  Sorter sorter(tree, agent, findings);
  std::vector<records::PassedOver> passed_over;
  const std::vector<std::string> names = tree.files(passed_over);
  for (records::PassedOver& one : passed_over) {
    findings.push_back({Severity::note, one.code, std::move(one.name), "", "", std::move(one.why)});
  }
  for (const std::string& name : names) sorter.take(name);
  return sorter.finish();
}

}  // namespace governor::ctl::legacy
