#if GOVERNOR_CATCH_MAJOR < 3
#define CATCH_CONFIG_MAIN
#endif
#include "tests/support/catch.hpp"
