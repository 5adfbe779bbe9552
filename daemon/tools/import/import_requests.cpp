#include "daemon/tools/import/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/import/import_arguments.hpp"
#include "text/cut_text.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAgents = 128;
constexpr std::size_t kRowsPerRead = 512;
constexpr std::size_t kAgentsPerRead = 64;

/// One agent of the request on its way.
struct Item {
  std::string id;  ///< as given, for the answer
  std::optional<core::AgentImport> agent;
  std::vector<core::UpdateRecord>
      stored;  ///< what the store has of its rows, newest first until all are read
  std::optional<core::Error> error;
};

class ImportCall final : public ToolCall {
 public:
  ImportCall(std::vector<Item> items, bool dry_run) : items_(std::move(items)), dry_run_(dry_run) {}

  std::optional<core::Error> read(Store& store) {
    std::size_t agents = 0;
    for (std::size_t rows = 0; next_ < items_.size() && rows < kRowsPerRead && agents < kAgentsPerRead;
         ++agents) {
      Item& item = items_[next_];
      if (item.agent) {
        auto got = read_rows(store, item);
        if (!got) return std::move(got.error());
        rows += *got;
        if (*got == kRowsPerRead) continue;  // there may be more of it
        std::reverse(item.stored.begin(), item.stored.end());
      }
      ++next_;
    }
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) {
      Load load;
      for (const Item& item : items_) {
        if (item.agent) load.agents.push_back(item.agent->profile.id);
      }
      return load;
    }
    if (next_ < items_.size())
      return Read{[this](Store& store) { return read(store); }, [this] { return next_ < items_.size(); }};
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("agents").begin_array();
    for (Item& item : items_) write_outcome(json, item, take(context, item));
    json.end_array().end_object();
    return text;
  }

 private:
  /// The next rows that the store has of those imported, going back in time. How many there were.
  static core::Result<std::size_t> read_rows(Store& store, Item& item) {
    const core::AgentImport& agent = *item.agent;
    if (agent.rows.empty()) return std::size_t{0};
    const std::uint64_t before = item.stored.empty() ? agent.last() + 1 : item.stored.back().number;
    const std::size_t left = static_cast<std::size_t>(before - agent.first);
    if (left == 0) return std::size_t{0};
    auto page = store.load_history(agent.profile.id, before, std::min(left, kRowsPerRead));
    if (!page) return std::move(page.error());
    if (!*page) return std::size_t{0};
    std::size_t count = 0;
    for (core::UpdateRecord& row : (*page)->rows) {
      if (row.number < agent.first) break;
      item.stored.push_back(row);
      ++count;
    }
    return count;
  }

  core::Result<core::ImportOutcome> take(CallContext& context, Item& item) {
    if (!item.agent) return *item.error;
    if (dry_run_) return context.state.compare_import(*item.agent, item.stored, core::ImportLook::foresee);
    return context.state.import_agent(context.caller, *std::move(item.agent), item.stored, context.now_us,
                                      context.changes);
  }

  void write_outcome(JsonWriter& json, const Item& item,
                     const core::Result<core::ImportOutcome>& outcome) const {
    json.begin_object().field("agent_id", item.id);
    if (!outcome) {
      const core::Error& error = outcome.error();
      json.field("outcome", "refused").field("code", core::to_string(error.code));
      if (!error.field.empty()) json.field("field", error.field);
      json.field("detail", error.hint.empty() ? error.message : error.message + " " + error.hint);
    } else {
      const bool imported = outcome->kind == core::ImportOutcome::Kind::imported;
      json.field("outcome", imported && dry_run_ ? "would_import" : core::to_string(outcome->kind));
      if (!outcome->detail.empty()) json.field("detail", outcome->detail);
    }
    json.end_object();
  }

  std::vector<Item> items_;
  bool dry_run_;
  std::size_t next_ = 0;  ///< of the items, to be read
};

Item parse_item(const json::value& value) {
  Item item;
  if (!value.is_object()) {
    item.error =
        core::invalid_argument("agents", "a list with something that is no object", "a list of agents");
    return item;
  }
  const json::object& object = value.get_object();
  if (const json::value* id = object.if_contains("agent_id"); id != nullptr && id->is_string())
    item.id = text::cut_text(id->get_string(), 128);
  auto agent = parse_agent_import(object);
  if (agent) {
    item.agent = *std::move(agent);
  } else {
    item.error = std::move(agent.error());
  }
  return item;
}

constexpr Parameter kImportParameters[] = {
    object("agents", Parameter::Type::anything).required_by_the_tool(),
};

template <bool dry_run>
ParsedCall parse_import(Arguments& arguments, const ToolEnvironment&) {
  const json::value* agents = arguments.value("agents");
  const json::array* list = agents != nullptr ? agents->if_array() : nullptr;
  if (list == nullptr || list->size() > kMaxAgents || arguments.count() > 1) {
    arguments.refuse(
        core::invalid_argument("agents",
                               list == nullptr         ? "no list"
                               : arguments.count() > 1 ? "not alone"
                                                       : fmt::format("a list of {}", list->size()),
                               fmt::format("nothing but a list of at most {} agents", kMaxAgents)));
    return std::make_unique<ImportCall>(std::vector<Item>(), dry_run);
  }
  std::vector<Item> items;
  for (const json::value& agent : *list) {
    Item item = parse_item(agent);
    const bool twice = item.agent && std::any_of(items.begin(), items.end(),
                                                 [&](const Item& other) { return other.id == item.id; });
    if (twice) {
      item.agent.reset();
      item.error = core::invalid_argument("agents", fmt::format("\"{}\" twice", item.id), "each agent once");
    }
    items.push_back(std::move(item));
  }
  return std::make_unique<ImportCall>(std::move(items), dry_run);
}

}  // namespace

GovernorRequest import_request() {
  return {{"governor/import", Effect::idempotent, kImportParameters, parse_import<false>},
          core::Role::person};
}

GovernorRequest import_check_request() {
  return {{"governor/import_check", Effect::none, kImportParameters, parse_import<true>}, std::nullopt};
}

}  // namespace governor::daemon
