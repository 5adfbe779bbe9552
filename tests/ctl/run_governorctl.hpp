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

/// The same with something on its standard input: a descriptor, or this text and then the end of the file.
Run run_governorctl_reading(int input, const std::string& runtime_dir,
                            const std::vector<std::string>& arguments);
Run run_governorctl_reading(const std::string& input, const std::string& runtime_dir,
                            const std::vector<std::string>& arguments);

}  // namespace governor::ctl::test
