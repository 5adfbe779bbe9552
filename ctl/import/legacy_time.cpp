#include "ctl/import/legacy_time.hpp"

#include "ipc/iso_time.hpp"

namespace governor::ctl::legacy {
namespace {

constexpr std::int64_t kLatestTime = 253'402'300'799'999'999;  // the last moment of 9999

}  // namespace

std::optional<Zone> Zone::parse(std::string_view text) {
  if (text == "utc" || text == "UTC" || text == "Z") return Zone{};
  if (text == "local") return Zone{true, 0};
  const auto offset = ipc::read_offset(text);
  return offset ? std::optional(Zone{false, *offset}) : std::nullopt;
}

std::optional<std::int64_t> TimeReader::read(std::string_view text) {
  const auto time = ipc::read_time(text);
  if (!time || !time->has_clock) return std::nullopt;
  if (!time->offset_seconds) ++without_zone_;
  const std::int64_t us = !time->offset_seconds && zone_.of_this_machine
                              ? ipc::utc_of_this_machine(time->wall_us)
                              : time->utc_us(zone_.offset_seconds);
  return us > 0 && us <= kLatestTime ? std::optional(us) : std::nullopt;
}

}  // namespace governor::ctl::legacy
