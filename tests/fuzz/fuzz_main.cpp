// What libFuzzer calls. Compiled once for each target, whose name is in GOVERNOR_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  governor::fuzz::GOVERNOR_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
