#pragma once

#include <boost/json.hpp>
#include <string>

#include "ctl/guard/hook_call.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"

namespace governor::ctl {

/// What a hook's event says of its agent's behaviour, as `events` of governor/record_evidence; empty:
/// nothing. A prompt and a reply are counted here and go nowhere; of a command's output only its end goes to
/// the daemon, which looks for the counts of a test run in it.
boost::json::array evidence_of(const HookCall& call);

/// The same of files that its command has changed, as the daemon tells of them.
boost::json::array evidence_of_files(const HookCall& call, const boost::json::array& changed);

struct EvidenceReply {
  std::string hold;    ///< why the agent should not end its turn yet; empty: it may
  std::string loop;    ///< that it goes round, and how to stop; empty: it does not
  std::string notice;  ///< what else its model is to know; empty: nothing
};
/// Sends it to the daemon. What it cannot take down is lost, and nobody is kept from working by it.
EvidenceReply send_evidence(ipc::Client& client, const HookCall& call, boost::json::array events,
                            ipc::Deadline deadline);

}  // namespace governor::ctl
