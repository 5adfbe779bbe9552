#pragma once

#include <string>

#include "core/behaviour.hpp"

namespace governor::core {

/// What the newest step of an agent closes, if it goes round: a command that is run again with nothing
/// changed in between, or a file that is again what it was; two rounds within 10 minutes. One round is
/// evidence and no loop. Such a loop concerns this command or this file, and locks nothing: the text says how
/// to leave it without anybody's help. Empty: there is none.
std::string evidence_loop(const Behaviour& behaviour);

}  // namespace governor::core
