#pragma once

#include <string>
#include <vector>

#include "tests/golden/script.hpp"

namespace governor::test {

/// Compares with what is recorded in tests/data/outputs: NAME.answers.jsonl, and NAME.prose.jsonl for what is
/// only worded. GOVERNOR_RECORD=prose writes the latter anew, GOVERNOR_RECORD=all both.
void check_against_record(const std::string& name, const std::vector<Script::Played>& played);

}  // namespace governor::test
