#include "daemon/tools/agents/stored_agents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/tools/agents/agent_reference.hpp"

namespace governor::daemon {

core::Result<std::vector<std::string>> resolve_agents(const CallContext& context,
                                                      const std::vector<std::string>& given) {
  std::vector<std::string> ids;
  for (const std::string& id : given) {
    auto reference = resolve_agent(context, id);
    if (!reference) return std::move(reference.error());
    if (std::find(ids.begin(), ids.end(), reference->id) != ids.end()) {
      return core::invalid_argument("agent_ids", fmt::format("\"{}\" twice", id), "each agent once");
    }
    ids.push_back(std::move(reference->id));
  }
  return ids;
}

core::Result<RecentUpdates> load_recent(Store& store, const std::string& id, std::size_t limit) {
  auto loaded = store.load_recent(id, limit);
  if (!loaded) return std::move(loaded.error());
  if (!*loaded) return unknown_agent(id);
  return std::move(**loaded);
}

}  // namespace governor::daemon
