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
  auto job = [this, id, generation = generation_](Store& store) {
    auto loaded = foreseen([&] { return store.load_agent(id); });
    boost::asio::post(strand_, [this, id, generation, loaded = std::move(loaded)]() mutable {
      shielded([&] { on_agent_loaded(id, generation, std::move(loaded)); });
    });
  };
  store_.post(std::move(job), "loading an agent");
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

void StateOwner::go_on(const std::shared_ptr<PendingCall>& pending, Read read) {
  const bool is_begun = pending->stage >= PendingCall::Stage::under_way;
  if (!is_begun && !pending->operation->is_read_only()) block(*pending);
  read_store(pending, std::move(read));
  if (!is_begun) return;
  unblock(*pending);
  look_after_leases();
}

void StateOwner::read_store(const std::shared_ptr<PendingCall>& pending, Read read) {
  waits_.begin(pending, WaitsFor::store);
  const auto dependency = dependency_of(*pending, read.depends);
  commits_.when_durable(dependency, [this, pending, read = std::move(read)](const core::Error* failure) {
    if (failure != nullptr) {
      give_up(*pending, *failure);
      return;
    }
    const auto job = [this, pending, read](Store& store) {
      auto error = foreseen([&] { return read.function(store); });
      on_strand([this, pending, read, error = std::move(error)]() mutable {
        shielded(pending, [&] { after_read(pending, std::move(read), std::move(error)); });
      });
    };
    store_.post(job, pending->operation->name.data());
  });
}

void StateOwner::after_read(const std::shared_ptr<PendingCall>& pending, Read read,
                            std::optional<core::Error> error) {
  if (error && is_worth_telling(*error)) {
    refuse(*pending, *std::move(error), read.depends);
  } else if (error) {
    give_up(*pending, *std::move(error));
  } else if (read.again && read.again()) {
    read_store(pending, std::move(read));
  } else {
    run_again(pending);
  }
}

}  // namespace governor::daemon
