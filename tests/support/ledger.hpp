#pragma once

#include <string>
#include <vector>

#include "tests/support/conversation.hpp"
#include "tests/support/load.hpp"
#include "tests/support/sandbox.hpp"

namespace governor::test {

/// The history of an agent, oldest first, page by page through get_system_history.
std::vector<Update> history_of(Conversation& conversation, const std::string& agent);

/// All updates in the database. Only when no daemon runs.
std::vector<Update> stored_updates(const Sandbox& sandbox);

/// What is wrong with the books, empty if nothing is: what was acknowledged is what is stored, each once, and
/// the numbers of every agent are 1 to its count.
std::string discrepancy(std::vector<Update> acknowledged, std::vector<Update> stored);

}  // namespace governor::test
