#pragma once

#include <string>

namespace governor::test {

// The programs as they are installed, and those of the next build for the upgrade.
inline const std::string kBinDir = GOVERNOR_BIN_DIR;
inline const std::string kDaemon = kBinDir + "/governord";
inline const std::string kNextDaemon = kBinDir + "/governord_next";
inline const std::string kProxy = kBinDir + "/governor-proxy";
inline const std::string kNextProxy = kBinDir + "/governor-proxy-next";
inline const std::string kIntermediateParent = kBinDir + "/governor_intermediate_parent";
inline const std::string kHookTool = kBinDir + "/governor_hook_tool";
inline const std::string kStranger = kBinDir + "/governor_stranger";
inline const std::string kControl = kBinDir + "/governorctl";

}  // namespace governor::test
