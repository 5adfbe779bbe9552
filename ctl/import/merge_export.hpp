#pragma once

#include "ctl/import/document.hpp"
#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy {

/// Compares another document of the same agent with the one that is imported, which wins where they differ,
/// and takes from it what the other does not have: values where it has gaps, and updates before its first.
/// Both must be aligned.
void merge_export(Document& into, const Document& other, Notes& notes);

/// How many updates the agent had had after the newest row.
std::uint64_t updates_of(const Document& document);

}  // namespace governor::ctl::legacy
