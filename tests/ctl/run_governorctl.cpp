#include "tests/ctl/run_governorctl.hpp"

#include <unistd.h>

#include <sstream>
#include <utility>

#include "ctl/application.hpp"

namespace governor::ctl::test {

Run run_governorctl(const std::string& runtime_dir, const std::vector<std::string>& arguments, bool colour) {
  std::vector<const char*> argv{"governorctl"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  Context context{out, err, {}};
  context.colour = colour;
  context.environment.effective_uid = ::geteuid();
  context.environment.set("GOVERNOR_RUNTIME_DIR", runtime_dir);
  context.environment.set("GOVERNOR_STATE_DIR", runtime_dir + "/state");
  context.environment.set("GOVERNOR_CONFIG", runtime_dir + "/config.json");
  // A test that starts a daemon by mistake must not find the real one beside its own executable.
  context.environment.set("GOVERNOR_DAEMON", runtime_dir + "/no-governord");
  const int code = run_application(static_cast<int>(argv.size()), argv.data(), std::move(context));
  return {code, out.str(), err.str()};
}

}  // namespace governor::ctl::test
