#pragma once

namespace governor::daemon {

/// `governord state verify [FILE]`, `state backup FILE`, `state restore FILE`: for governorctl, which knows
/// nothing of databases. Without FILE, the database of the state directory that the environment names. Writes
/// one JSON object: {"ok":..., ...} or {"error":{"code","message"}}. 0: done and sound, 1: not.
int run_state_command(int argc, const char* const* argv);

}  // namespace governor::daemon
