#pragma once

#include <string>
#include <vector>

#include "ctl/service/service_steps.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// The gateway's unit of systemd, which is installed beside those of the daemon for who wants it.
struct GatewayUnit {
  std::string path;   ///< of this user's own
  std::string text;   ///< what is there; empty: nothing
  std::string other;  ///< a package's or another installation's whose program is there; empty: there is none
};

/// `directories`: of units, with a slash at their ends, first this user's.
ipc::Result<GatewayUnit> read_gateway_unit(const std::vector<std::string>& directories);

/// Has the plan write it, unless there is one that may be used; gives whether anything is written or removed.
/// An error where the unit would start nothing.
ipc::Result<bool> place_gateway_unit(const GatewayUnit& unit, const Context& context, ServicePlan& plan);

/// Has the plan remove it, if governorctl has written it; gives whether it does.
bool remove_gateway_unit(const GatewayUnit& unit, ServicePlan& plan);

/// The gateway of these places. An error where it is not installed.
ipc::Result<std::string> gateway_program(const InstalledPlaces& places);

}  // namespace governor::ctl
