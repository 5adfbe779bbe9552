#include "gateway/lifecycle/refusal_reporter.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "ipc/json_members.hpp"

namespace governor::gateway {

namespace json = boost::json;

RefusalReporter::RefusalReporter(boost::asio::io_context& context, const DaemonPlace& place)
    : daemon_(context, place, "governor-gateway"), timer_(context) {}

void RefusalReporter::note(const Refusal& refusal, const RequestHead& head) {
  const auto now = std::chrono::steady_clock::now();
  if (const auto first = audit_.note({refusal.code, refusal.status, head.method, head.path()}, now))
    send(*first);
  look_later();
}

void RefusalReporter::send(const RefusalAudit::Entry& entry) {
  const auto daemon = daemon_.client();
  json::object params;
  params["code"] = entry.code;
  if (entry.status != 0) params["status"] = entry.status;
  params["place"] = entry.place;
  params["request"] = entry.request;
  params["count"] = entry.count;
  params["seconds"] = entry.within.count();
  if (lost_ > 0) params["lost"] = lost_;
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = 0;
  request["method"] = "governor/note_refusal";
  request["params"] = std::move(params);
  const std::uint64_t count = entry.count;
  const std::uint64_t told_lost = lost_;
  const auto on_answer = [this, count, told_lost](const std::string& message, bool is_answer) {
    if (!is_answer || ipc::find_member(message, "result")) return;
    lost_ += count + told_lost;
    spdlog::warn("the daemon did not take a refusal for its audit log: {}", message.substr(0, 200));
  };
  if (daemon->under_way() >= kMostUnderWay || daemon->ask(std::move(request), on_answer) == 0) {
    lost_ += count;
    return;
  }
  lost_ = 0;
}

void RefusalReporter::note_logout(std::size_t browsers, std::string_view by) {
  json::object params;
  params["browsers"] = browsers;
  params["by"] = by;
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = 0;
  request["method"] = "governor/note_logout";
  request["params"] = std::move(params);
  const auto on_answer = [](const std::string& message, bool is_answer) {
    if (!is_answer || ipc::find_member(message, "result")) return;
    spdlog::warn("the daemon did not take a logout for its audit log: {}", message.substr(0, 200));
  };
  if (daemon_.client()->ask(std::move(request), on_answer) == 0)
    spdlog::warn("a logout could not be told to the audit log: too much is under way");
}

void RefusalReporter::look_later() {
  const auto next = audit_.next_due();
  if (is_looking_ || !next) return;
  is_looking_ = true;
  timer_.expires_at(*next);
  timer_.async_wait([this](boost::system::error_code stopped) {
    is_looking_ = false;
    if (stopped) return;
    for (const auto& entry : audit_.due(std::chrono::steady_clock::now())) send(entry);
    look_later();
  });
}

void RefusalReporter::close() {
  timer_.cancel();
  const auto rest = audit_.rest(std::chrono::steady_clock::now());
  const bool is_connected = !rest.empty() && daemon_.client()->is_connected();
  for (const auto& entry : rest) {
    if (is_connected) {
      send(entry);
    } else {
      lost_ += entry.count;
    }
  }
  if (lost_ > 0) spdlog::warn("{} refusals could not be told to the audit log", lost_);
  daemon_.close();
}

}  // namespace governor::gateway
