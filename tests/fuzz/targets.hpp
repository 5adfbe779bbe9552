#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace governor::fuzz {

// Whatever reads what others wrote, one function each: it may take any bytes, and must come back. libFuzzer
// feeds them with what it thinks of (fuzz_main.cpp), a test with what is kept in corpus/ (corpus_test.cpp).
#define GOVERNOR_FUZZ_TARGETS(TARGET) \
  TARGET(line_framing)                \
  TARGET(numbered_line)               \
  TARGET(json_rpc)                    \
  TARGET(tool_arguments)              \
  TARGET(import_file)                 \
  TARGET(diff)                        \
  TARGET(hook_input)                  \
  TARGET(command)                     \
  TARGET(settings_file)

#define GOVERNOR_DECLARE_TARGET(name) void name(std::string_view input);
GOVERNOR_FUZZ_TARGETS(GOVERNOR_DECLARE_TARGET)
#undef GOVERNOR_DECLARE_TARGET

/// What has to hold for every input.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Takes a byte off the input to choose by; 0 of an empty one.
inline unsigned char take_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

}  // namespace governor::fuzz
