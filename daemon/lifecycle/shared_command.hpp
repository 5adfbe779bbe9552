#pragma once

namespace governor::daemon {

/// `governord shared init [ADDRESS]`, `shared status [ADDRESS]`: for governorctl, which knows nothing of
/// databases. Without ADDRESS, the database that the configuration names. Writes one JSON object: {"ok":true,
/// ...} or {"error":{"code","message","hint"}}. 0: done, 1: not.
int run_shared_command(int argc, const char* const* argv);

}  // namespace governor::daemon
