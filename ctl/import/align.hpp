#pragma once

#include "ctl/import/document.hpp"
#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy {

/// Which updates a list speaks of that is shorter than the others.
enum class ShortList { newest, oldest };

/// Makes all columns as long as the longest, filling up with gaps. A list that does not end with the figure
/// of the state, while it is shorter, stops before the newest update whatever `shorter` says.
void align(Document& document, ShortList shorter, Notes& notes);

/// Makes the newest row what the figures beside the histories say, since an agent goes on from there. If
/// those figures are of a later update than the histories, they get a row of their own.
void settle_newest(Document& document, Notes& notes);

}  // namespace governor::ctl::legacy
