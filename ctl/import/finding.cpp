#include "ctl/import/finding.hpp"

namespace governor::ctl::legacy {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::contradiction: return "contradiction";
    case Severity::damaged: return "damaged";
    case Severity::refused: return "refused";
  }
  return "refused";
}

}  // namespace governor::ctl::legacy
