#pragma once

#include <string>
#include <vector>

namespace governor::ctl::test {

struct Run {
  int code = -1;
  std::string out;
  std::string err;
};

/// governorctl with these arguments, in this process, for the daemon of this runtime directory.
Run run_governorctl(const std::string& runtime_dir, const std::vector<std::string>& arguments,
                    bool colour = false);

}  // namespace governor::ctl::test
