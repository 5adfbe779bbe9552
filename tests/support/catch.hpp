#pragma once

// Debian 12 ships Catch2 2, most others version 3: tests include this and see no difference.
#if GOVERNOR_CATCH_MAJOR >= 3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
