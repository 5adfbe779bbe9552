#include "gateway/daemon/daemon_client.hpp"

#include <unistd.h>

#include <utility>

#include "ipc/build_info.hpp"
#include "ipc/json_text.hpp"
#include "ipc/numbered_line.hpp"
#include "ipc/random_id.hpp"

namespace governor::gateway {

namespace json = boost::json;

DaemonClient::DaemonClient(boost::asio::io_context& context, ipc::Hello hello, const DaemonPlace& place)
    : channel_(std::make_shared<DaemonChannel>(context, std::move(hello), place)) {}

DaemonClient::~DaemonClient() {
  channel_->close();
}

void DaemonClient::start(Events events) {
  events_ = std::move(events);
  const std::weak_ptr<DaemonClient> weak = weak_from_this();
  DaemonChannel::Events to_us;
  to_us.on_line = [weak](std::string_view line) {
    if (const auto self = weak.lock()) self->on_line(line);
  };
  to_us.on_connected = [weak](bool connected) {
    if (const auto self = weak.lock()) self->events_.on_connected(connected);
  };
  channel_->start(std::move(to_us));
}

bool DaemonClient::send(const json::object& message) {
  std::string line;
  ipc::append_on_one_line(line, json::serialize(message));
  if (line.size() > ipc::kMaxLineBytes) return false;
  channel_->send(line);
  return true;
}

std::uint64_t DaemonClient::ask(json::object request, Sink sink) {
  if (!channel_->takes_lines()) return 0;
  const std::uint64_t key = requests_.add(request);
  if (!send(request)) {
    requests_.remove(key);
    return 0;
  }
  sinks_.emplace(key, std::move(sink));
  return key;
}

void DaemonClient::cancel(std::uint64_t key) {
  if (sinks_.erase(key) == 0) return;
  requests_.remove(key);
  json::object params{{"requestId", key}, {"reason", "the client has gone"}};
  send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", std::move(params)}});
}

bool DaemonClient::tell(json::object message) {
  if (!channel_->takes_lines()) return false;
  const json::value* method = message.if_contains("method");
  if (method != nullptr && *method == "notifications/cancelled") {
    json::value* params = message.if_contains("params");
    json::object* names = params == nullptr ? nullptr : params->if_object();
    json::value* id = names == nullptr ? nullptr : names->if_contains("requestId");
    const std::uint64_t key = id == nullptr ? 0 : requests_.key_of(*id);
    if (key == 0) return true;  // it is over already
    *id = key;
  }
  return send(message);
}

void DaemonClient::on_line(std::string_view line) {
  RequestTable::Arrived arrived = requests_.take(line);
  if (arrived.key == 0) {
    if (!arrived.is_answer) events_.on_other(std::move(arrived.message));
    return;
  }
  const auto found = sinks_.find(arrived.key);
  if (found == sinks_.end()) return;
  // The sink may cancel, or ask for more.
  const Sink sink = arrived.is_answer ? std::move(found->second) : found->second;
  if (arrived.is_answer) sinks_.erase(found);
  sink(std::move(arrived.message), arrived.is_answer);
}

void DaemonClient::close() {
  channel_->close();
  sinks_.clear();
}

ipc::Hello gateway_hello(std::string client, std::string role, std::string tools) {
  constexpr std::size_t kSessionBytes = 16;
  ipc::Hello hello;
  hello.build = ipc::build_id();
  hello.session = ipc::random_hex(kSessionBytes);
  hello.role = std::move(role);
  hello.pid = ::getpid();
  hello.cwd = "/";  // clients over the network have none that we could know
  hello.client = std::move(client);
  hello.tools = std::move(tools);
  return hello;
}

}  // namespace governor::gateway
