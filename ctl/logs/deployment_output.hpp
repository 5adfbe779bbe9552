#pragma once

#include <cstdint>
#include <string>

#include "ctl/context.hpp"

namespace governor::ctl {

struct OutputRequest {
  std::string id;
  std::int64_t bytes = 16 * 1024;  ///< of its end
  std::string filter;              ///< only lines with this in them
  bool follow = false;             ///< goes on until the deployment is over
};

/// What the program of a deployment has written.
int show_deployment_output(const Context& context, const OutputRequest& request);

}  // namespace governor::ctl
