#include "ctl/service/unit_text.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "tests/ctl/command_line/written_by.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

namespace governor::ctl {
namespace {

constexpr std::string_view kOddName = R"(50% of "a\b" c&d<e>)";

std::string of_unit(std::string_view unit_template, const InstalledPlaces& places) {
  const auto text = unit_text(unit_template, places);
  REQUIRE(text);
  return *text;
}

}  // namespace

TEST_CASE("a unit starts the installed program, and says who wrote it", "[ctl]") {
  const std::string text =
      of_unit(kServiceTemplate, {"/opt/governor/bin", "/opt/governor/share/doc/governor"});
  CHECK(text.find("\nExecStart=\"/opt/governor/bin/governord\" --foreground\n") != std::string::npos);
  CHECK(text.find("\nDocumentation=\"file:/opt/governor/share/doc/governor/README.md\"\n") !=
        std::string::npos);
  CHECK(text.find("@installed") == std::string::npos);
  CHECK(is_written_by_us(text));
  CHECK_FALSE(is_written_by_us(kServiceTemplate));
  CHECK(program_of_unit(text) == "/opt/governor/bin/governord");
  CHECK(of_unit(kSocketTemplate, {"/opt/governor/bin", ""}).find("Documentation") == std::string::npos);
}

TEST_CASE("the program of a unit is found however it is written", "[ctl]") {
  CHECK_FALSE(program_of_unit("[Service]\nExecStop=/bin/x\n"));
  CHECK(program_of_unit("[Service]\nExecStart=/bin/x --y\n") == "/bin/x");
  CHECK(program_of_unit("[Service]\nExecStart=-/bin/x") == "/bin/x");
  CHECK(program_of_unit("[Service]\nExecStart=\"/a b/x\" y\n") == "/a b/x");
  CHECK(program_of_unit("[Service]\nExecStart=") == "");
  const std::string odd = "/a/" + std::string(kOddName);
  CHECK(program_of_unit(of_unit(kServiceTemplate, {odd, ""})) == odd + "/governord");
}

TEST_CASE("what no unit can say is refused", "[ctl]") {
  for (const char* path : {"/a\nb", "/a$b", "/a\x7f"}) CHECK_FALSE(unit_text(kServiceTemplate, {path, ""}));
  CHECK_FALSE(agent_text(kAgentTemplate, {"/a\x01", ""}));
}

TEST_CASE("systemd understands the units, wherever governor is installed", "[ctl]") {
  if (!test::has_program("systemd-analyze")) {
    WARN("not run: there is no systemd-analyze");
    return;
  }
  const TemporaryDirectory directory;
  const std::string programs = directory / std::string(kOddName);
  std::filesystem::create_directory(programs);
  const auto verdict = [&] {
    const std::string socket = test::written_file(directory.path(), "governor.socket",
                                                  of_unit(kSocketTemplate, {programs, directory.path()}));
    const std::string service = test::written_file(directory.path(), "governor.service",
                                                   of_unit(kServiceTemplate, {programs, directory.path()}));
    return test::output_of({"systemd-analyze", "--user", "verify", socket, service});
  };
  const auto without_program = verdict();
  INFO(without_program.err);
  if (without_program.err.find(programs) == std::string::npos) {
    WARN("not run: systemd-analyze does not work here");
    return;
  }
  const std::string program = test::written_file(programs, "governord", "#!/bin/sh\n");
  ::chmod(program.c_str(), 0755);
  const auto with_program = verdict();
  CHECK(with_program.exit_code == 0);
  CHECK(with_program.err == "");
  // The figure of docs/services.md, in tenths. Other versions count in another way.
  const auto version = test::output_of({"systemd-analyze", "--version"});
  if (!version.out.starts_with("systemd 252 ")) return;
  const auto exposure =
      test::output_of({"env", "XDG_RUNTIME_DIR=" + directory.path(), "systemd-analyze", "security", "--user",
                       "--offline=true", "--threshold=82", directory / "governor.service"});
  INFO(exposure.out << exposure.err);
  CHECK(exposure.exit_code == 0);
}

TEST_CASE("an agent of launchd is a property list with the program in it", "[ctl]") {
  const auto text = agent_text(kAgentTemplate, {"/a/" + std::string(kOddName), ""});
  REQUIRE(text);
  CHECK(is_written_by_us(*text));
  CHECK(text->starts_with("<?xml "));
  CHECK(text->find("/a/50% of \"a\\b\" c&amp;d&lt;e&gt;/governord") != std::string::npos);
  if (!test::has_program("plistutil")) return;
  const TemporaryDirectory directory;
  const std::string file = test::written_file(directory.path(), "agent.plist", *text);
  const auto read = test::output_of({"plistutil", "-i", file, "-f", "json"});
  CHECK(read.exit_code == 0);
  CHECK(read.out.find("io.github.governor.governord") != std::string::npos);
}

}  // namespace governor::ctl
