#include <string>

#include "ctl/import/csv_document.hpp"
#include "ctl/import/document_reader.hpp"
#include "ctl/import/metadata.hpp"
#include "ctl/import/registry_entry.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

/// A letter that says which kind of file it is, then the file.
void import_file(std::string_view input) {
  namespace legacy = ctl::legacy;
  const unsigned char kind = take_byte(input);
  legacy::Findings findings;
  legacy::Notes notes(findings, "file", "ada");
  legacy::TimeReader times{legacy::Zone{}};
  switch (kind) {
    case 'c': static_cast<void>(legacy::read_csv_document(input, "file.csv", times, notes)); break;
    case 'm': static_cast<void>(legacy::read_metadata(input, "ada", "file", times, notes)); break;
    case 'r': static_cast<void>(legacy::read_registry(input, "file", times, notes)); break;
    case 'n': static_cast<void>(legacy::agent_in_file_name(input)); break;
    default: static_cast<void>(legacy::read_document(input, "file", times, notes)); break;
  }
  for (const legacy::Finding& finding : findings) expect(!finding.code.empty(), "a finding has a code");
}

}  // namespace governor::fuzz
