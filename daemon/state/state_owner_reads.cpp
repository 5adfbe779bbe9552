// What calls wait for before they run: agents that are not in memory, and what else they read from the store.
#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/state/refusal_text.hpp"
#include "daemon/state/state_owner.hpp"

namespace governor::daemon {

bool StateOwner::wait_for_agents(const std::shared_ptr<PendingCall>& pending) {
  for (const std::string& id : pending->agents) {
    if (state_->presence(id) != core::State::Presence::not_loaded) continue;
    block(*pending);
    waits_.begin(pending, WaitsFor::agent);
    auto& waiting = loading_[id];
    waiting.push_back(pending);
    if (waiting.size() == 1) load_agent(id);
    return true;
  }
  return false;
}

void StateOwner::load_agent(const std::string& id) {
  store_.post([this, id, generation = generation_](Store& store) {
    auto loaded = foreseen([&] { return store.load_agent(id); });
    boost::asio::post(strand_, [this, id, generation, loaded = std::move(loaded)]() mutable {
      shielded([&] { on_agent_loaded(id, generation, std::move(loaded)); });
    });
  });
}

void StateOwner::on_agent_loaded(const std::string& id, std::uint64_t generation,
                                 core::Result<std::optional<core::Agent>> loaded) {
  if (generation != generation_) return;  // the reload has parked who waited
  auto waiting = std::move(loading_.extract(id).mapped());
  if (!loaded) {
    for (auto& pending : waiting) give_up(*pending, loaded.error());
    return;
  }
  *loaded ? state_->insert_loaded(**std::move(loaded)) : state_->insert_absent(id);
  for (auto& pending : waiting) {
    // A commit may fail while the first ones run; the rest then belongs to the reloaded state.
    on_strand([this, pending = std::move(pending)]() mutable { start_call(std::move(pending)); });
  }
  if (state_) {
    state_->evict(settings_.max_loaded_agents, [this](core::AgentKey key) { return commits_.is_clean(key); });
  }
}

void StateOwner::read_store(std::shared_ptr<PendingCall> pending) {
  waits_.begin(pending, WaitsFor::store);
  commits_.when_durable(dependency_of(*pending), [this, pending](const core::Error* failure) {
    if (failure != nullptr) {
      give_up(*pending, *failure);
      return;
    }
    store_.post([this, pending](Store& store) {
      auto error = foreseen([&] { return pending->call->read(store); });
      on_strand([this, pending, error = std::move(error)]() mutable {
        shielded(pending, [&] {
          pending->store_read = true;
          if (error && is_worth_telling(*error)) {
            refuse(*pending, *std::move(error));
          } else if (error) {
            give_up(*pending, *std::move(error));
          } else if (pending->call->wants_more_reads()) {
            read_store(pending);
          } else {
            after_reads(pending);
          }
        });
      });
    });
  });
}

void StateOwner::after_reads(const std::shared_ptr<PendingCall>& pending) {
  waits_.end(*pending);
  for (std::string& id : pending->call->agents_after_read()) pending->agents.push_back(std::move(id));
  if (!wait_for_agents(pending)) run_call(pending);
}

}  // namespace governor::daemon
