#pragma once

#include "bench/load/dialect.hpp"

namespace governor::bench {

// rawlog and echo: sends the lines the wrapped dialect would send, takes any line as the answer, so that the
// peers move the same bytes as the daemon.
class LineDialect : public Dialect {
 public:
  explicit LineDialect(Dialect& lines) : lines_(lines) {}

  void append_request(const Request& request, std::string& out) override {
    const std::size_t begin = out.size();
    lines_.append_request(request, out);
    // Confirmations stand before the request on a line of their own; these peers would answer them.
    const std::size_t last_line = out.rfind('\n', out.size() - 2) + 1;
    if (last_line > begin) out.erase(begin, last_line - begin);
  }
  Judgement judge(const Request&, std::string_view) override { return Judgement::kSuccess; }

 private:
  Dialect& lines_;
};

}  // namespace governor::bench
