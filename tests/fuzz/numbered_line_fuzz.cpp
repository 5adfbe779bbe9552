#include <boost/json.hpp>
#include <string>

#include "ipc/json_text.hpp"
#include "ipc/message_outline.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/plain_json.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {

void numbered_line(std::string_view input) {
  const ipc::ClassifiedLine line = ipc::classify(input);
  if (line.kind == ipc::LineKind::numbered) {
    std::string again;
    ipc::append_number(again, line.numbered.number);
    if (!line.numbered.payload.empty()) again += ' ' + std::string(line.numbered.payload);
    const ipc::ClassifiedLine same = ipc::classify(again);
    expect(same.kind == ipc::LineKind::numbered && same.numbered.number == line.numbered.number &&
               same.numbered.payload == line.numbered.payload,
           "a number and its payload can be written and read again");
  }
  expect((line.kind == ipc::LineKind::malformed) == !line.reason.empty(),
         "what is wrong with a line is said");

  const ipc::MessageOutline outline(input);
  ipc::MessageOutline in_pieces;
  for (std::size_t i = 0; i < input.size(); i += 3) in_pieces.feed(input.substr(i, 3));
  expect(outline.request_id() == in_pieces.request_id() &&
             outline.expects_answer() == in_pieces.expects_answer(),
         "how a message arrives makes no difference");
  boost::system::error_code failure;
  if (const auto id = outline.request_id(); !id.empty()) {
    expect(ipc::is_json_string(id) || ipc::is_json_integer(id), "the id of a request can be sent back");
  }
  const boost::json::value value = boost::json::parse(input, failure);
  if (failure) return;
  const std::string plain = ipc::plain_json(value);
  std::string on_one_line;
  ipc::append_on_one_line(on_one_line, plain);
  const boost::json::value again = boost::json::parse(on_one_line, failure);
  // Not their numbers: Boost.JSON 1.81 rounds some of those that it reads, and what is infinite becomes null.
  expect(!failure && again.is_structured() == value.is_structured(),
         "JSON can be read again after it was written");
  expect(on_one_line.find('\n') == std::string::npos, "a message is one line");
}

}  // namespace governor::fuzz
