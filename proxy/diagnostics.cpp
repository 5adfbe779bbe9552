#include "proxy/diagnostics.hpp"

namespace governor::proxy {

void Diagnostics::note(std::string_view text) {
  const auto now = Clock::now();
  if (now < next_at_ || text.empty()) return;
  // The same thing over and over is said once a minute.
  next_at_ = now + (text == last_ ? 12 * kInterval : kInterval);
  last_ = text;
  last_word(text);
}

void Diagnostics::last_word(std::string_view text) {
  std::string line = "governor-proxy: ";
  line += text;
  line += '\n';
  static_cast<void>(stream_.write_some(line));
}

}  // namespace governor::proxy
