#include "gateway/mcp/mcp_session.hpp"

#include <algorithm>
#include <utility>

#include "ipc/json_members.hpp"

namespace governor::gateway {
namespace {

/// Streams that are over are kept for clients that lost the end of them.
constexpr std::size_t kMostOver = 32;

}  // namespace

McpSession::McpSession(boost::asio::io_context& context, std::string client, std::string tools,
                       const DaemonPlace& place)
    : daemon_(std::make_shared<DaemonClient>(context, gateway_hello(std::move(client), "", std::move(tools)),
                                             place)) {
  touch();
}

void McpSession::start() {
  DaemonClient::Events events;
  events.on_other = [weak = weak_from_this()](std::string message) {
    if (const auto self = weak.lock()) self->on_other(std::move(message));
  };
  daemon_->start(std::move(events));
}

std::shared_ptr<EventStream> McpSession::ask(boost::json::object request) {
  drop_old_streams();
  auto stream = std::make_shared<EventStream>(last_stream_ + 1);
  const std::uint64_t key = daemon_->ask(std::move(request), [stream](std::string message, bool is_answer) {
    stream->add(std::move(message));
    if (is_answer) stream->end();
  });
  if (key == 0) return nullptr;
  streams_[++last_stream_] = {stream, key};
  return stream;
}

void McpSession::cancel(std::uint64_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  daemon_->cancel(found->second.key);
  found->second.stream->end();
  streams_.erase(found);
}

std::shared_ptr<EventStream> McpSession::stream(std::uint64_t number) const {
  if (number == 0) return own_;
  const auto found = streams_.find(number);
  return found == streams_.end() ? nullptr : found->second.stream;
}

void McpSession::drop_old_streams() {
  auto over = std::count_if(streams_.begin(), streams_.end(), [](const auto& one) {
    return one.second.stream->is_over() && !one.second.stream->has_reader();
  });
  for (auto one = streams_.begin(); one != streams_.end() && over > static_cast<std::ptrdiff_t>(kMostOver);) {
    const bool is_old = one->second.stream->is_over() && !one->second.stream->has_reader();
    one = is_old ? streams_.erase(one) : std::next(one);
    if (is_old) --over;
  }
}

/// A question of the daemon is best seen where somebody waits for something; everything else goes where the
/// client listens to what belongs to no request.
void McpSession::on_other(std::string message) {
  if (!own_->has_reader() && ipc::find_member(message, "id")) {
    for (auto one = streams_.rbegin(); one != streams_.rend(); ++one) {
      if (!one->second.stream->has_reader() || one->second.stream->is_over()) continue;
      one->second.stream->add(std::move(message));
      return;
    }
  }
  own_->add(std::move(message));
}

bool McpSession::is_in_use() const {
  return daemon_->under_way() > 0 || own_->has_reader() ||
         std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& one) { return one.second.stream->has_reader(); });
}

void McpSession::close() {
  daemon_->close();
  own_->end();
  for (const auto& [number, asked] : std::exchange(streams_, {})) asked.stream->end();
}

}  // namespace governor::gateway
