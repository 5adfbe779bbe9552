#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/demo/proxy_process.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// The least an MCP client has to be, over the pipes of a proxy: initialize, then tool calls one at a time.
/// Any error answer is an error of ours, since a client of governor is not to see one.
class DemoClient {
 public:
  DemoClient(ProxyProcess proxy, std::string name, ipc::Interrupts interrupts);

  ipc::Result<void> begin(ipc::Deadline deadline);
  ipc::Result<boost::json::object> call_tool(std::string_view tool, boost::json::object arguments,
                                             ipc::Deadline deadline);
  ipc::Result<void> finish(ipc::Deadline deadline) { return proxy_.finish(deadline); }

  const std::string& name() const { return name_; }

 private:
  ipc::Result<boost::json::value> request(std::string_view method, boost::json::object params,
                                          ipc::Deadline deadline);

  ProxyProcess proxy_;
  std::string name_;
  ipc::Interrupts interrupts_;
  std::int64_t next_id_ = 1;
};

}  // namespace governor::ctl
