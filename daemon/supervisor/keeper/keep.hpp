#pragma once

namespace governor::daemon {

/// `governord keep DIRECTORY [--detached]`: the keeper of one deployment, see keeper.hpp. Its exit code.
int keep(int argc, char** argv);

}  // namespace governor::daemon
