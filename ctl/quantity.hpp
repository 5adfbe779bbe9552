#pragma once

#include <cstdint>
#include <string>

namespace governor::ctl {

/// Quantities as people read them.

/// 1234567 as "1,234,567".
std::string grouped(std::int64_t number);

/// Fixed decimals, "-" for what is not a finite number. decimals from 0 to 9.
std::string decimal(double number, int decimals);

/// "0 s", "59 s", "12 min 5 s", "3 h 20 min", "4 d 2 h"; negative values count as zero.
std::string duration(double seconds);

/// "0.31 ms", "12 ms", "1.20 s"
std::string milliseconds(double milliseconds);

}  // namespace governor::ctl
