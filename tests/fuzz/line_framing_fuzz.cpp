#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "ipc/line_decoder.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {
namespace {

using ipc::LineDecoder;

struct SeenLine {
  bool too_long = false;
  std::string text;
  std::size_t dropped = 0;
  std::string id;
  bool operator==(const SeenLine&) const = default;
};

void take_lines(LineDecoder& decoder, std::vector<SeenLine>& seen) {
  for (auto event = decoder.next(); event.kind != LineDecoder::Kind::none; event = decoder.next()) {
    SeenLine line{
        event.kind == LineDecoder::Kind::too_long, std::string(event.text), event.dropped_bytes, {}};
    if (event.outline != nullptr) line.id = event.outline->request_id();
    seen.push_back(std::move(line));
  }
}

std::vector<SeenLine> lines_in(std::string_view bytes, std::size_t most, std::size_t chunk) {
  LineDecoder decoder(most);
  std::vector<SeenLine> seen;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, chunk);
    decoder.feed(part);
    bytes.remove_prefix(part.size());
    take_lines(decoder, seen);
  }
  return seen;
}

}  // namespace

void line_framing(std::string_view input) {
  const std::size_t most = LineDecoder::kHeadBytes + take_byte(input);
  const std::size_t chunk = 1 + take_byte(input) % 32;
  const auto whole = lines_in(input, most, std::max<std::size_t>(input.size(), 1));
  expect(lines_in(input, most, chunk) == whole, "how the bytes arrive makes no difference");
  expect(whole.size() == static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n')),
         "each line is told once");
  for (const SeenLine& line : whole) {
    expect(line.too_long ? line.dropped > most : line.text.size() <= most,
           "only what is too long is dropped");
    expect(!line.too_long || line.text.size() <= LineDecoder::kHeadBytes,
           "of what is dropped a little is kept");
  }
}

}  // namespace governor::fuzz
