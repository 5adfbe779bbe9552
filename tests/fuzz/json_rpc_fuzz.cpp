#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <variant>

#include "daemon/mcp/interpreter.hpp"
#include "ipc/json_text.hpp"
#include "tests/fuzz/targets.hpp"

namespace governor::fuzz {
namespace {

using daemon::Action;

std::string no_random_id(std::size_t bytes) {
  return std::string(bytes * 2, 'a');
}

/// What is said at once, if anything is.
const std::string* said(const Action& action) {
  if (const auto* reply = std::get_if<daemon::ReplyNow>(&action)) return &reply->text;
  if (const auto* refusal = std::get_if<daemon::Refuse>(&action)) return &refusal->text;
  return nullptr;
}

}  // namespace

/// The lines of a connection; one that begins with `#` came on a numbered line.
void json_rpc(std::string_view input) {
  static const daemon::ServerFacts facts;
  static const daemon::Counters counters;
  daemon::Interpreter interpreter(daemon::ToolEnvironment{facts, counters, no_random_id});
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    const bool numbered = line.starts_with('#');
    if (numbered) line.remove_prefix(1);
    const daemon::Message message = daemon::Message::parse(line, {});
    const Action action = interpreter.interpret(message, numbered);
    if (const std::string* text = said(action)) {
      boost::system::error_code failure;
      // An id goes back as it came, with its half of a pair, which Boost.JSON does not read.
      const boost::json::value reply =
          boost::json::parse(ipc::without_lone_surrogates(*text).value_or(*text), failure);
      expect(!failure && reply.is_object(), "what is answered is a message");
      expect(text->find('\n') == std::string::npos, "what is answered is one line");
    }
  }
}

}  // namespace governor::fuzz
