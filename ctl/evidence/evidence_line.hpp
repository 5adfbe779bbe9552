#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "ctl/table.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// What an entry of evidence says, for a person: "wrote src/a.py, +3 -1". Not made printable.
std::string evidence_text(const boost::json::object& entry);
/// How much it should catch the eye.
Tone evidence_tone(const boost::json::object& entry);

/// The newest entries of an agent, at most `rows`, newest first.
ipc::Result<boost::json::array> fetch_evidence(ipc::Client& client, const std::string& agent,
                                               std::int64_t rows, ipc::Deadline deadline);

}  // namespace governor::ctl
