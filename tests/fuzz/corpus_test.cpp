// The inputs that are kept, among them each that something once failed on, through every target.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/targets.hpp"
#include "tests/support/catch.hpp"

namespace governor::fuzz {
namespace {

struct NamedTarget {
  const char* name;
  void (*run)(std::string_view);
};

#define GOVERNOR_NAME_TARGET(target) {#target, target},
constexpr NamedTarget kTargets[] = {GOVERNOR_FUZZ_TARGETS(GOVERNOR_NAME_TARGET)};
#undef GOVERNOR_NAME_TARGET

}  // namespace

TEST_CASE("every reader takes every input that is kept for it, each part of them, and none at all") {
  for (const NamedTarget& target : kTargets) {
    INFO(target.name);
    target.run({});
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(GOVERNOR_FUZZ_CORPUS) + "/" + target.name)) {
      INFO(entry.path().string());
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), {}};
      target.run(input);
      // What was cut off is what is most often not foreseen.
      for (std::size_t n = 1; n < 40 && n < input.size(); ++n)
        target.run(input.substr(0, input.size() * n / 40));
      ++files;
    }
    CHECK(files > 0);
  }
}

}  // namespace governor::fuzz
