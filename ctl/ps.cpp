#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/process_list.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"
#include "text/shown_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

// The list of processes does not depend on the daemon; what it knows is an addition worth a short wait.
constexpr std::chrono::seconds kGreetingPatience{1};

struct Knowledge {
  std::string build = "-";
  std::string connected = "-";
  std::string client = "-";
};

// What the daemon knows about processes, by pid; empty if it does not answer.
std::map<std::int64_t, Knowledge> ask_daemon(const Context& context) {
  std::map<std::int64_t, Knowledge> known;
  const auto deadline = ipc::Deadline::after(kGreetingPatience);
  auto client = connect_if_running(context, deadline);
  if (!client) return known;
  const auto status = call_method(*client, "governor/status", {}, deadline);
  if (!status) return known;
  known[count_field(*status, "pid")] = {text_field(*status, "build"), "serving", "-"};
  for (const json::value& entry : array_field(*status, "session_list")) {
    if (!entry.is_object()) continue;
    const json::object& session = entry.get_object();
    known[count_field(session, "pid")] = {text_field(session, "build"),
                                          flag_field(session, "connected") ? "yes" : "no",
                                          text_field(session, "client")};
  }
  return known;
}

void write_json(const Context& context, const std::vector<OurProcess>& processes,
                const std::map<std::int64_t, Knowledge>& known) {
  json::array list;
  for (const OurProcess& process : processes) {
    json::object entry = {{"pid", process.pid},
                          {"ppid", process.parent},
                          {"role", process.role},
                          {"executable", text::utf8_text(process.executable)},
                          {"age_seconds", process.age_seconds}};
    if (const auto found = known.find(process.pid); found != known.end()) {
      entry["connected"] = found->second.connected != "no";
      if (found->second.build != "-") entry["build"] = found->second.build;
      if (found->second.client != "-") entry["client"] = found->second.client;
    } else {
      entry["connected"] = false;
    }
    list.push_back(std::move(entry));
  }
  context.out << ipc::plain_json(json::object{{"processes", std::move(list)}}) << '\n';
}

int run_ps(const Context& context) {
  const auto known = ask_daemon(context);
  const auto processes = our_processes();
  if (context.json) {
    write_json(context, processes, known);
    return static_cast<int>(ExitCode::done);
  }
  Table table({{"PID", Align::right},
               {"PPID", Align::right},
               {"ROLE"},
               {"AGE", Align::right},
               {"CONNECTED"},
               {"CLIENT"},
               {"BUILD"},
               {"EXECUTABLE"}});
  for (const OurProcess& process : processes) {
    const auto found = known.find(process.pid);
    const Knowledge about = found == known.end() ? Knowledge{} : found->second;
    table.add_row({std::to_string(process.pid), std::to_string(process.parent), process.role,
                   duration(process.age_seconds),
                   Cell(about.connected, about.connected == "-" ? Tone::faint : Tone::good), about.client,
                   about.build, process.executable});
  }
  if (table.empty()) {
    context.out << "no process of governor is running\n";
  } else {
    context.out << table.render(context.colour);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_ps(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("ps", "Every process of governor that belongs to this user");
  command->footer(
      "CONNECTED is about the daemon of this runtime directory; \"-\" is a process that it does not know.");
  command->callback([&action] { action = run_ps; });
}

}  // namespace governor::ctl
