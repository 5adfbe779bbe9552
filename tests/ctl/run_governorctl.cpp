#include "tests/ctl/run_governorctl.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "ctl/application.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ctl::test {

namespace {

Run run(const std::string& runtime_dir, const std::vector<std::string>& arguments, bool colour, int input) {
  std::vector<const char*> argv{"governorctl"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  Context context{out, err, {}};
  context.colour = colour;
  context.input = input;
  context.environment.effective_uid = ::geteuid();
  context.environment.set("HOME", runtime_dir);
  context.environment.set("GOVERNOR_RUNTIME_DIR", runtime_dir);
  context.environment.set("GOVERNOR_STATE_DIR", runtime_dir + "/state");
  context.environment.set("GOVERNOR_CONFIG", runtime_dir + "/config.json");
  // A test that starts a daemon by mistake must not find the real one beside its own executable.
  context.environment.set("GOVERNOR_DAEMON", runtime_dir + "/no-governord");
  const int code = run_application(static_cast<int>(argv.size()), argv.data(), std::move(context));
  return {code, out.str(), err.str()};
}

}  // namespace

Run run_governorctl(const std::string& runtime_dir, const std::vector<std::string>& arguments, bool colour) {
  const ipc::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return run(runtime_dir, arguments, colour, nothing.get());
}

Run run_governorctl_reading(int input, const std::string& runtime_dir,
                            const std::vector<std::string>& arguments) {
  return run(runtime_dir, arguments, false, input);
}

Run run_governorctl_reading(const std::string& input, const std::string& runtime_dir,
                            const std::vector<std::string>& arguments) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  if (!file || std::fwrite(input.data(), 1, input.size(), file.get()) != input.size())
    throw std::runtime_error("cannot write a temporary file");
  std::rewind(file.get());
  return run(runtime_dir, arguments, false, ::fileno(file.get()));
}

}  // namespace governor::ctl::test
