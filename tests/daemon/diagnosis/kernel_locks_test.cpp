#include "daemon/diagnosis/kernel_locks.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;

TEST_CASE("held locks are read from the kernel's list, waiting ones and damaged lines are left out") {
  const auto locks = parse_kernel_locks(
      "1: FLOCK  ADVISORY  WRITE 10760 fe:00:10952865 0 EOF\n"
      "1: -> FLOCK  ADVISORY  WRITE 10761 fe:00:1 0 EOF\n"
      "2: POSIX  ADVISORY  READ  4711 08:1a:7 128 128\n"
      "3: OFDLCK ADVISORY  WRITE -1 00:2b:9 0 EOF\n"
      "4: FLOCK  ADVISORY  WRITE x fe:00:1 0 EOF\n"
      "5: FLOCK\n"
      "\n"
      "6: FLOCK  ADVISORY  WRITE 1 fe-00-1 0 EOF");
  REQUIRE(locks.size() == 3);
  CHECK(locks[0] == LockedFile{0xfe, 0, 10952865, 10760});
  CHECK(locks[1] == LockedFile{8, 0x1a, 7, 4711});
  CHECK(locks[2] == LockedFile{0, 0x2b, 9, -1});
  CHECK(parse_kernel_locks("").empty());
}
