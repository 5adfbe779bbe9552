#pragma once

#include <string>
#include <utility>

#include "core/state.hpp"
#include "tests/daemon/store/store_fixture.hpp"

namespace governor::daemon::test {

/// A store that is written by a state, as in the daemon.
class LivingStore : public StoreFixture {
 public:
  LivingStore() : state(core::Thresholds{}, core::StateSeed{}) {
    bool resumed = false;
    session = state.open_session(distinct_session(0, "s"), resumed, changes).key;
    save();
  }

  void update(const std::string& id, const core::UpdateInput& input = {}) { update_times(id, 1, input); }
  void update_times(const std::string& id, int times, const core::UpdateInput& input = {}) {
    if (state.presence(id) == core::State::Presence::not_loaded) state.insert_absent(id);
    for (int i = 0; i < times; ++i) {
      core::UpdateCommand command;
      command.agent_id = id;
      command.input = input;
      REQUIRE(state.update({session, 0}, std::move(command), now += 1'000'000, changes));
    }
    save();
  }
  void reset(const std::string& id) {
    REQUIRE(state.reset_monitor({session, 0}, {id, {}, {}}, now += 1'000'000, changes));
    save();
  }
  void change_status(const std::string& id, core::Lifecycle status) {
    REQUIRE(
        state.change_lifecycle({session, 0}, {id, {}, "for the test"}, status, now += 1'000'000, changes));
    save();
  }
  void set_tags(const std::string& id, std::vector<std::string> tags) {
    core::MetadataCommand command;
    command.agent_id = id;
    command.tags = std::move(tags);
    REQUIRE_FALSE(state.update_metadata({session, 0}, std::move(command), now += 1'000'000, changes));
    save();
  }
  void save() {
    commit(changes);
    changes.clear();
  }

  core::State state;
  core::Changes changes;
  core::SessionKey session = 0;
  std::int64_t now = 1'769'860'800'000'000;
};

}  // namespace governor::daemon::test
