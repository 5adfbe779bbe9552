#include "ctl/guard/program_output.hpp"

#include <chrono>

#include "tests/support/catch.hpp"

using namespace governor;
using namespace std::chrono_literals;

namespace {

ipc::Result<ctl::ProgramOutput> run(const std::vector<std::string>& arguments,
                                    std::chrono::milliseconds patience = 20s) {
  return ctl::run_program(arguments, ipc::process_environment(), ipc::Deadline::after(patience));
}

}  // namespace

TEST_CASE("a program gives what it writes and how it ended", "[guard]") {
  const auto output = run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  REQUIRE(output.has_value());
  CHECK(output->out == "out\n");
  CHECK(output->err == "err\n");
  CHECK(output->exit_code == 3);
  CHECK(run({"sh", "-c", "kill -9 $$"})->exit_code == 128 + 9);
  CHECK(run({"cat"})->out.empty());
}

TEST_CASE("more than a pipe holds on both outputs does not block", "[guard]") {
  const auto output = run({"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero"});
  REQUIRE(output.has_value());
  CHECK(output->out.size() == 300000);
  CHECK(output->err.size() == 300000);
}

TEST_CASE("a program that does not end in time is an error, and so is one that is not there", "[guard]") {
  const auto late = run({"sleep", "60"}, 50ms);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ipc::Errc::deadline_exceeded);
  CHECK_FALSE(run({"no-such-program-anywhere"}).has_value());
}

TEST_CASE("variables that were set replace inherited ones", "[guard]") {
  auto environment = ipc::process_environment();
  environment.set("HOME", "/elsewhere");
  const auto output = ctl::run_program({"sh", "-c", "echo $HOME"}, environment, ipc::Deadline::after(20s));
  REQUIRE(output.has_value());
  CHECK(output->out == "/elsewhere\n");
}
