#include "core/told_notices.hpp"

namespace governor::core {

bool ToldNotices::tell(const std::string& what, std::int64_t now_us) {
  if (told_us_.size() >= kMostNotices)
    std::erase_if(told_us_, [&](const auto& told) { return now_us - told.second >= kSilenceUs; });
  if (told_us_.size() >= kMostNotices) told_us_.clear();  // rather twice than never
  const auto [at, is_new] = told_us_.try_emplace(what, now_us);
  const bool is_due = is_new || now_us - at->second >= kSilenceUs || now_us < at->second;
  if (is_due) at->second = now_us;
  return is_due;
}

}  // namespace governor::core
