#include "daemon/lifecycle/shared_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "daemon/lifecycle/options.hpp"
#include "daemon/lifecycle/shared_config.hpp"
#include "daemon/shared/fleet_database.hpp"
#include "daemon/shared/give_order.hpp"
#include "daemon/shared/shared_workspaces.hpp"
#include "daemon/shared/workspace_database.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/support/own_names.hpp"
#include "ipc/environment.hpp"
#include "ipc/paths.hpp"
#include "ipc/random_id.hpp"

namespace governor::daemon {
namespace {

constexpr std::chrono::seconds kConnectPatience{10};
/// A daemon looks for orders every five seconds, should it not hear of them at once.
constexpr std::chrono::seconds kOrderPatience{30};

int refuse_shared(const core::Error& error) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("error").begin_object().field("code", core::to_string(error.code));
  out.field("message", error.message + (error.hint.empty() ? "" : " " + error.hint))
      .end_object()
      .end_object();
  fmt::print("{}\n", text);
  return 1;
}

core::Result<std::string> address_of(int argc, const char* const* argv) {
  SharedSettings settings;
  if (argc > 3 && *argv[3] != '\0') {
    const boost::json::value given = boost::json::object{{"database", argv[3]}};
    if (const auto wrong = set_shared(given, settings))
      return core::Error(core::ErrorCode::invalid_argument, "The address " + *wrong + ".");
  } else {
    const auto options = read_options(1, argv);
    if (const auto* wrong = std::get_if<ExitNow>(&options))
      return core::Error(core::ErrorCode::invalid_argument, wrong->text);
    settings = std::get<Options>(options).shared;
  }
  if (settings.database.empty()) {
    return core::Error(core::ErrorCode::invalid_argument, "No database is named.",
                       "Give its address (postgresql://host/name), or set \"shared\" in the configuration.");
  }
  return settings.database;
}

/// What a person wants to see of all machines.
struct Look {
  std::string verb;
  std::string host;
  std::size_t limit = 100;
};

using FleetView = core::Result<std::string> (FleetDatabase::*)(const std::string& host, std::size_t limit);
constexpr std::array<std::pair<std::string_view, FleetView>, 4> kFleetViews{
    {{"agents", &FleetDatabase::agents},
     {"alerts", &FleetDatabase::alerts},
     {"approvals", &FleetDatabase::approvals},
     {"leases", &FleetDatabase::leases}}};

int show_fleet(Database& database, const Look& look, FleetView what) {
  FleetDatabase fleet(database);
  const auto shown = (fleet.*what)(look.host, look.limit);
  if (!shown) return refuse_shared(shown.error());
  fmt::print("{}\n", *shown);
  return 0;
}

/// What this user's daemon has there ends. It must not run, or not share any more.
int leave_database(Database& database) {
  const auto paths = ipc::resolve_paths(ipc::process_environment());
  if (!paths) return refuse_shared(core::Error(core::ErrorCode::invalid_argument, paths.error().message, ""));
  const std::string file = shared_identity_file(paths->state_dir);
  std::string daemon;
  std::ifstream(file) >> daemon;
  bool was_known = false;
  if (!daemon.empty()) {
    const auto left = FleetDatabase(database).leave(daemon);
    if (!left) return refuse_shared(left.error());
    was_known = *left;
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
  fmt::print("{{\"ok\":true,\"was_known\":{}}}\n", was_known);
  return 0;
}

/// A person wants something done on another machine.
int run_order(int argc, const char* const* argv) {
  const auto address = address_of(argc, argv);
  if (!address) return refuse_shared(address.error());
  auto libpq = Libpq::load();
  if (!libpq) return refuse_shared(libpq.error());
  Database database(*std::move(libpq), *address, -1);
  if (const auto error = database.connect(ipc::Deadline::after(kConnectPatience)))
    return refuse_shared(*error);
  const Order order{ipc::random_uuid(), argv[4], argv[5], argv[6], host_name(), user_name()};
  const auto answer = give_order(database, order, kOrderPatience);
  if (!answer) return refuse_shared(answer.error());
  fmt::print("{}\n", *answer);
  return 0;
}

int run_with_database(const Look& look, const std::string& address) {
  auto libpq = Libpq::load();
  if (!libpq) return refuse_shared(libpq.error());
  Database database(*std::move(libpq), address, -1);
  if (const auto error = database.connect(ipc::Deadline::after(kConnectPatience)))
    return refuse_shared(*error);
  if (look.verb == "leave") return leave_database(database);
  for (const auto& [verb, what] : kFleetViews) {
    if (look.verb == verb) return show_fleet(database, look, what);
  }
  WorkspaceDatabase workspaces(database);
  if (look.verb == "init") {
    if (const auto error = workspaces.init()) return refuse_shared(*error);
  }
  const auto status = workspaces.status();
  if (!status) return refuse_shared(status.error());
  fmt::print("{{\"ok\":true,\"database\":{},\"shared\":{}}}\n",
             boost::json::serialize(boost::json::value(address)), *status);
  return 0;
}

}  // namespace

int run_shared_command(int argc, const char* const* argv) {
  Look look;
  if (argc > 2) look.verb = argv[2];
  if (argc > 4) look.host = argv[4];
  try {
    if (argc == 7 && look.verb == "order") return run_order(argc, argv);
    constexpr std::array<std::string_view, 3> kVerbs{"init", "status", "leave"};
    const bool is_known = std::find(kVerbs.begin(), kVerbs.end(), look.verb) != kVerbs.end() ||
                          std::any_of(kFleetViews.begin(), kFleetViews.end(),
                                      [&](const auto& shown) { return shown.first == look.verb; });
    const std::string_view limit = argc > 5 ? argv[5] : "100";
    const auto read = std::from_chars(limit.data(), limit.data() + limit.size(), look.limit);
    if (!is_known || argc > 6 || read.ec != std::errc() || read.ptr != limit.data() + limit.size()) {
      return refuse_shared(
          {core::ErrorCode::invalid_argument,
           "expected: governord shared init|status|leave [ADDRESS], governord shared "
           "agents|alerts|approvals|leases [ADDRESS [HOST [LIMIT]]], or governord shared order ADDRESS HOST "
           "OPERATION ARGUMENTS"});
    }
    const auto address = address_of(argc, argv);
    return address ? run_with_database(look, *address) : refuse_shared(address.error());
  } catch (const std::exception& failure) {
    return refuse_shared({core::ErrorCode::internal_error, failure.what()});
  }
}

}  // namespace governor::daemon
