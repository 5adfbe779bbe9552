// governor/changed_agents: what of a list of all agents has to be read again.
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/support/json_writer.hpp"
#include "daemon/tools/agents/agent_json.hpp"
#include "daemon/tools/agents/tools.hpp"
#include "daemon/tools/arguments.hpp"

namespace governor::daemon {
namespace {

std::string text_of_mark(const ChangeMark& mark) {
  return fmt::format("{}-{}", mark.history, mark.audit);
}

std::optional<ChangeMark> parse_mark(std::string_view text) {
  ChangeMark mark;
  const char* const end = text.data() + text.size();
  const auto history = std::from_chars(text.data(), end, mark.history);
  if (history.ec != std::errc() || history.ptr == end || *history.ptr != '-') return std::nullopt;
  const auto audit = std::from_chars(history.ptr + 1, end, mark.audit);
  const bool is_whole = audit.ec == std::errc() && audit.ptr == end;
  return is_whole && mark.history >= 0 && mark.audit >= 0 ? std::optional(mark) : std::nullopt;
}

class ChangedAgentsCall final : public ToolCall {
 public:
  ChangedAgentsCall(std::optional<ChangeMark> from, std::size_t limit) : from_(from), limit_(limit) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      return Read{[this](Store& store) -> std::optional<core::Error> {
        auto changes = store.load_changed_agents(from_, limit_);
        if (!changes) return std::move(changes.error());
        changes_ = *std::move(changes);
        return std::nullopt;
      }};
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("mark", text_of_mark(changes_.mark)).key("agents").begin_array();
    for (const AgentSummary& agent : changes_.agents) write_agent_summary(json, agent, context.state, true);
    json.end_array().field("more", changes_.more).end_object();
    return text;
  }

 private:
  std::optional<ChangeMark> from_;
  std::size_t limit_;
  AgentChanges changes_;
};

constexpr Parameter kChangedAgentsParameters[] = {
    text("after", 64, "The mark of an answer before"),
    integer("limit", 1, 1000, "How many at most").otherwise(1000),
};

ParsedCall parse_changed_agents(Arguments& arguments, const ToolEnvironment&) {
  const auto after = arguments.text("after");
  const auto limit = arguments.integer<std::size_t>("limit");
  std::optional<ChangeMark> from;
  if (after) {
    from = parse_mark(*after);
    if (!from) arguments.refuse(core::invalid_argument("after", *after, "the mark of an answer before"));
  }
  return std::make_unique<ChangedAgentsCall>(from, limit);
}

}  // namespace

GovernorRequest changed_agents_request() {
  return {{"governor/changed_agents", Effect::none, kChangedAgentsParameters, parse_changed_agents},
          std::nullopt};
}

}  // namespace governor::daemon
