#include "gateway/page_api/metrics_page.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "ctl/metrics/daemon_metrics.hpp"
#include "ctl/metrics/metrics_text.hpp"
#include "gateway/rules/json_message.hpp"
#include "ipc/build_info.hpp"

namespace governor::gateway {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{5};
constexpr int kCountedRows = 200;

/// Figures that come one by one, in any order.
struct Gathering {
  ctl::DaemonFigures figures;
  std::size_t missing = 0;
  std::vector<std::uint64_t> keys;
};

std::optional<json::object> object_of_answer(std::string_view message, bool is_tool) {
  boost::system::error_code failure;
  const json::value value = json::parse(message, failure);
  if (failure || !value.is_object()) return std::nullopt;
  const json::object* result = object_in(&value.get_object(), "result");
  if (result != nullptr && is_tool) {
    const json::value* is_error = result->if_contains("isError");
    if (is_error != nullptr && *is_error == json::value(true)) return std::nullopt;
    result = object_in(result, "structuredContent");
  }
  if (result == nullptr) return std::nullopt;
  return *result;
}

json::object request_for(std::string_view method, json::object params) {
  json::object request;
  request["jsonrpc"] = "2.0";
  request["id"] = 0;
  request["method"] = method;
  request["params"] = std::move(params);
  state_revision(request, "governor-gateway", ipc::version());
  return request;
}

void ask_for_all(DaemonClient& daemon, const std::shared_ptr<Gathering>& gathering,
                 const std::shared_ptr<Exchange>& exchange) {
  const auto ask = [&](json::object request, bool is_tool,
                       std::optional<json::object> ctl::DaemonFigures::*where) {
    const std::uint64_t key = daemon.ask(
        std::move(request), [gathering, exchange, is_tool, where](const std::string& message, bool is_last) {
          if (!is_last) return;
          gathering->figures.*where = object_of_answer(message, is_tool);
          if (--gathering->missing == 0) exchange->wake();
        });
    if (key == 0) return;
    gathering->keys.push_back(key);
    ++gathering->missing;
  };
  const auto tool = [&](std::string_view name, json::object arguments,
                        std::optional<json::object> ctl::DaemonFigures::*where) {
    json::object params;
    params["name"] = name;
    params["arguments"] = std::move(arguments);
    ask(request_for("tools/call", std::move(params)), true, where);
  };
  using Figures = ctl::DaemonFigures;
  ask(request_for("governor/status", {}), false, &Figures::status);
  tool("list_agents", {{"summary_only", true}}, &Figures::agents);
  tool("diagnose_concurrency", {}, &Figures::concurrency);
  tool("list_alerts", {{"limit", kCountedRows}}, &Figures::alerts);
  tool("list_approvals", {{"status", "open"}, {"limit", kCountedRows}}, &Figures::approvals);
  tool("list_leases", {{"limit", kCountedRows}}, &Figures::leases);
  tool("list_tasks", {{"limit", 1}}, &Figures::tasks);
  tool("list_deployments", {{"limit", 1}}, &Figures::deployments);
}

}  // namespace

Task answer_metrics(std::shared_ptr<DaemonClient> daemon, std::shared_ptr<Exchange> exchange) {
  const auto gathering = std::make_shared<Gathering>();
  ask_for_all(*daemon, gathering, exchange);
  exchange->watch_client();
  const TimePoint end = std::chrono::steady_clock::now() + kPatience;
  while (gathering->missing > 0 && !exchange->client_is_gone() && std::chrono::steady_clock::now() < end) {
    co_await exchange->wait_until(end);
  }
  for (const std::uint64_t key : gathering->keys) daemon->cancel(key);
  Response response;
  response.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  response.body = ctl::metrics_text(ctl::daemon_metrics(gathering->figures), ctl::MetricsFormat::openmetrics);
  co_await exchange->reply(std::move(response));
}

}  // namespace governor::gateway
