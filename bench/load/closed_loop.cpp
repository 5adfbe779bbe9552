#include "bench/load/closed_loop.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace governor::bench {
namespace {

constexpr double kDrainSeconds = 15;

void make_nonblocking(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}  // namespace

ClosedLoop::ClosedLoop(const Options& options, Dialect& dialect)
    : options_(options), dialect_(dialect), poller_(epoll_create1(EPOLL_CLOEXEC)) {
  if (poller_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

ClosedLoop::~ClosedLoop() {
  // All pipes first, so that the processes behind them end together and not one after the other.
  for (Client& client : clients_) {
    close(client.endpoint.write_fd);
    if (client.endpoint.read_fd != client.endpoint.write_fd) close(client.endpoint.read_fd);
    client.endpoint.read_fd = client.endpoint.write_fd = -1;
  }
  for (Client& client : clients_) close_endpoint(client.endpoint);
  close(poller_);
}

Measurement ClosedLoop::run() {
  deadline_ = now_seconds() + options_.deadline;
  open_clients();
  greet();
  keep_sending_ = true;
  for (Client& client : clients_) send_next(client);
  drive_until(now_seconds() + options_.warmup, true);

  const pid_t server = server_process(options_.socket);
  const double server_before = process_seconds(server);
  const double own_before = process_seconds(getpid());
  const double via_before = via_seconds();
  result_.counts_before = count_server(server, options_.counts);
  result_.via_before = count_via(via_processes());
  const double begin = now_seconds();
  measuring_ = true;
  drive_until(begin + options_.seconds, true);
  measuring_ = false;
  result_.seconds = now_seconds() - begin;
  result_.counts_after = count_server(server, options_.counts);
  result_.via_after = count_via(via_processes());
  const double server_after = process_seconds(server);
  if (server_before >= 0 && server_after >= 0) result_.server_seconds = server_after - server_before;
  result_.own_seconds = process_seconds(getpid()) - own_before;
  result_.via_seconds = via_seconds() - via_before;

  keep_sending_ = false;
  drive_until(now_seconds() + kDrainSeconds, false);
  result_.unanswered = static_cast<std::uint64_t>(outstanding_);
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (!clients_[i].waiting) send(clients_[i], dialect_.farewell(static_cast<int>(i)));
  }
  return std::move(result_);
}

void ClosedLoop::open_clients() {
  clients_.resize(static_cast<std::size_t>(options_.clients));
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    Client& client = clients_[i];
    client.endpoint =
        options_.command.empty() ? connect_unix(options_.socket) : spawn_piped(options_.command);
    client.request.client = static_cast<int>(i);
    make_nonblocking(client.endpoint.read_fd);
    make_nonblocking(client.endpoint.write_fd);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &client;
    if (epoll_ctl(poller_, EPOLL_CTL_ADD, client.endpoint.read_fd, &event) < 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }
}

void ClosedLoop::greet() {
  for (Client& client : clients_) {
    const std::string greeting = dialect_.greeting(client.request.client);
    if (greeting.empty()) continue;
    client.greeting = client.waiting = true;
    ++outstanding_;
    send(client, greeting);
  }
  drive_until(deadline_, false);
  if (outstanding_ > 0) throw std::runtime_error("greeting not answered");
}

void ClosedLoop::drive_until(double end, bool keep_sending) {
  end = std::min(end, deadline_);
  while (outstanding_ > 0) {
    const double left = end - now_seconds();
    if (left <= 0) return;
    poll_once(left);
  }
  // With a fixed number of operations the loop may run dry before its time; that is an end, not a failure.
  if (keep_sending && options_.operations == 0 && result_.failures == 0) fail("all clients stopped");
}

void ClosedLoop::poll_once(double timeout) {
  epoll_event events[256];
  const int ready = epoll_wait(poller_, events, 256, static_cast<int>(timeout * 1000) + 1);
  for (int i = 0; i < ready; ++i) receive(*static_cast<Client*>(events[i].data.ptr));
}

void ClosedLoop::receive(Client& client) {
  char bytes[65536];
  const ssize_t size = read(client.endpoint.read_fd, bytes, sizeof bytes);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    lose(client, "connection closed by the server");
    return;
  }
  client.received.append(bytes, static_cast<std::size_t>(size));
  take_replies(client);
}

void ClosedLoop::take_replies(Client& client) {
  // One reply is the common case, so it is judged in place and the buffer emptied, not shifted.
  std::size_t done = 0;
  const std::string_view all = client.received;
  while (const std::size_t size = dialect_.reply_size(all.substr(done))) {
    take_reply(client, all.substr(done, size));
    done += size;
  }
  client.received.erase(0, done);
}

void ClosedLoop::take_reply(Client& client, std::string_view reply) {
  if (!client.waiting) return;
  const double now = now_seconds();
  if (client.greeting) {
    if (reply.find(R"("result":)") == reply.npos) {
      throw std::runtime_error("greeting refused: " + std::string(reply.substr(0, 300)));
    }
    client.greeting = client.waiting = false;
    --outstanding_;
    return;
  }
  const Judgement judgement = dialect_.judge(client.request, reply);
  if (judgement == Judgement::kUnrelated) return;
  client.waiting = false;
  --outstanding_;
  ++result_.answered;
  if (judgement == Judgement::kFailure) {
    fail(reply);
  } else if (measuring_) {
    result_.latencies_ns.push_back(static_cast<std::uint32_t>(1e9 * std::min(now - client.sent_at, 4.0)));
  }
  if (keep_sending_) send_next(client);
}

void ClosedLoop::send_next(Client& client) {
  if (options_.operations != 0 && result_.sent >= options_.operations) return;
  Request& request = client.request;
  ++request.number;
  switch (options_.pick) {
    case Pick::kOwn: request.agent = static_cast<std::uint32_t>(request.client) % options_.agents; break;
    case Pick::kRandom: request.agent = static_cast<std::uint32_t>(random_() % options_.agents); break;
    case Pick::kSweep: request.agent = sweep_++ % options_.agents; break;
  }
  out_.clear();
  dialect_.append_request(request, out_);
  client.waiting = true;
  ++outstanding_;
  ++result_.sent;
  client.sent_at = now_seconds();
  send(client, out_);
}

void ClosedLoop::send(Client& client, const std::string& bytes) {
  if (!write_fully(client.endpoint.write_fd, bytes, 5)) lose(client, "the server does not read");
}

void ClosedLoop::fail(std::string_view reason) {
  ++result_.failures;
  if (result_.first_failure.empty()) result_.first_failure = reason.substr(0, 400);
}

void ClosedLoop::lose(Client& client, std::string_view reason) {
  epoll_ctl(poller_, EPOLL_CTL_DEL, client.endpoint.read_fd, nullptr);
  if (!client.waiting) return;
  client.waiting = false;
  --outstanding_;
  fail(reason);
}

std::vector<pid_t> ClosedLoop::via_processes() const {
  std::vector<pid_t> processes;
  for (const Client& client : clients_)
    if (client.endpoint.process > 0) processes.push_back(client.endpoint.process);
  return processes;
}

double ClosedLoop::via_seconds() const {
  double sum = 0;
  for (const pid_t process : via_processes()) sum += std::max(0.0, process_seconds(process));
  return sum;
}

}  // namespace governor::bench
