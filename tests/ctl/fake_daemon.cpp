#include "tests/ctl/fake_daemon.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "ipc/line_decoder.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/socket_address.hpp"

namespace governor::ctl::test {

namespace json = boost::json;

namespace {

constexpr const char* kError = "an error";

// Waits for input or for the end of the test; whether there is input.
bool wait_for(int fd, int stop) {
  std::array<pollfd, 2> polled{{{fd, POLLIN, 0}, {stop, POLLIN, 0}}};
  ::poll(polled.data(), polled.size(), -1);
  return polled[1].revents == 0;
}

}  // namespace

FakeDaemon::FakeDaemon(const std::string& runtime_dir, Answer answer)
    : answer_(std::move(answer)), socket_path_(runtime_dir + "/governor.sock") {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe");
  stop_reading_.reset(ends[0]);
  stop_writing_.reset(ends[1]);
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
  const auto address = ipc::socket_address(socket_path_).value();
  if (::bind(listener_.get(), address.get(), address.length) != 0 || ::listen(listener_.get(), 16) != 0) {
    throw std::runtime_error("cannot listen at " + socket_path_);
  }
  thread_ = std::thread([this] { run(); });
}

FakeDaemon::~FakeDaemon() {
  stop_writing_.reset();  // the end of the file is what the thread waits for
  thread_.join();
  ::unlink(socket_path_.c_str());
}

void FakeDaemon::run() {
  while (wait_for(listener_.get(), stop_reading_.get())) {
    const ipc::UniqueFd connection(::accept(listener_.get(), nullptr, nullptr));
    if (connection) serve(connection.get());
  }
}

void FakeDaemon::serve(int connection) {
  ipc::LineDecoder decoder(ipc::kMaxLineBytes);
  while (wait_for(connection, stop_reading_.get())) {
    const auto room = decoder.prepare(4096);
    const ssize_t count = ::read(connection, room.data(), room.size());
    if (count <= 0) return;
    decoder.commit(static_cast<std::size_t>(count));
    for (auto event = decoder.next(); event.kind == ipc::LineDecoder::Kind::line; event = decoder.next()) {
      const std::string reply = reply_to(event.text);
      if (!reply.empty() && ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
    }
  }
}

std::string FakeDaemon::reply_to(std::string_view line) const {
  const json::value parsed = json::parse(line);
  const json::object& request = parsed.as_object();
  static const json::object kNone;
  const json::value* params = request.if_contains("params");
  const auto result = answer_(request.at("method").as_string(), params ? params->as_object() : kNone);
  if (!result) return {};
  json::object reply = {{"jsonrpc", "2.0"}, {"id", request.at("id")}};
  const json::value* error = result->is_object() ? result->get_object().if_contains(kError) : nullptr;
  reply[error != nullptr ? "error" : "result"] = error != nullptr ? *error : *result;
  return json::serialize(reply) + '\n';
}

json::value method_error(json::object error) {
  return json::object{{kError, std::move(error)}};
}

json::value tool_result(json::object structured_content) {
  return json::object{{"content", json::array()}, {"structuredContent", std::move(structured_content)}};
}

}  // namespace governor::ctl::test
