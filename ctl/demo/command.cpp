#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ctl/commands.hpp"
#include "ctl/demo/passages.hpp"
#include "ctl/demo/rehearsal.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/health_tone.hpp"
#include "ctl/ide_configuration.hpp"
#include "ctl/printable.hpp"
#include "ctl/process_list.hpp"
#include "ctl/quantity.hpp"
#include "ctl/table.hpp"
#include "ipc/plain_json.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t kShownLogLines = 10;

// The project's own documents: where an installation has them, or the checkout around a build folder.
ipc::Result<std::vector<std::string>> find_passages(const std::string& given) {
  if (!given.empty()) {
    auto passages = load_passages(given);
    if (!passages.empty()) return passages;
    return ipc::Error{ipc::Errc::not_found, 0,
                      "--documents " + given + " holds no .md or .txt file with a paragraph of text"};
  }
  const std::string self = own_executable();
  const std::string folder = self.substr(0, self.rfind('/') + 1);
  for (const std::string place : {"../share/doc/governor", "../../.."}) {
    auto passages = load_passages(folder + place);
    auto more = load_passages(folder + place + "/docs");
    passages.insert(passages.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
    if (!passages.empty()) return passages;
  }
  return ipc::Error{
      ipc::Errc::not_found, 0,
      "the documents of governor are not where an installation has them; name a folder with --documents"};
}

json::object account_json(const Account& account) {
  const Balance result = balance(account);
  return {{"agent_id", account.agent},
          {"acknowledged", account.acknowledged.size()},
          {"stored", account.stored.size()},
          {"missing", result.missing},
          {"doubled", result.doubled},
          {"decisions",
           {{"approve", account.approved}, {"revise", account.revised}, {"reject", account.rejected}}},
          {"health", account.health}};
}

Table account_table(const std::vector<Account>& accounts) {
  Table table({{"AGENT"},
               {"ACKNOWLEDGED", Align::right},
               {"STORED", Align::right},
               {"MISSING", Align::right},
               {"DOUBLED", Align::right},
               {"APPROVE", Align::right},
               {"REVISE", Align::right},
               {"REJECT", Align::right},
               {"HEALTH"}});
  const auto number = [](std::size_t count) { return grouped(static_cast<std::int64_t>(count)); };
  for (const Account& account : accounts) {
    const Balance result = balance(account);
    table.add_row({account.agent, number(account.acknowledged.size()), number(account.stored.size()),
                   Cell(number(result.missing), result.missing == 0 ? Tone::good : Tone::bad),
                   Cell(number(result.doubled), result.doubled == 0 ? Tone::good : Tone::bad),
                   grouped(account.approved), grouped(account.revised), grouped(account.rejected),
                   Cell(account.health, health_tone(account.health))});
  }
  return table;
}

void show_log(const Context& context, const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const std::size_t first = lines.size() > kShownLogLines ? lines.size() - kShownLogLines : 0;
  for (std::size_t i = first; i < lines.size(); ++i)
    context.err << "  governor-proxy: " << printable(lines[i]) << '\n';
}

void write_outcome(const Context& context, const Outcome& outcome, const std::string& proxy, bool settled) {
  if (context.json) {
    json::array agents;
    for (const Account& account : outcome.accounts) agents.push_back(account_json(account));
    const json::object body = {{"settled", settled},
                               {"kills", outcome.kills},
                               {"seconds", outcome.seconds},
                               {"agents", std::move(agents)},
                               {"ide_configuration", json::parse(ide_configuration(proxy, Layout::compact))}};
    context.out << ipc::plain_json(body) << '\n';
    return;
  }
  context.out << "  done after " << decimal(outcome.seconds, 1) << " s\n\n"
              << account_table(outcome.accounts).render(context.colour) << '\n';
  const std::string kills = outcome.kills == 1 ? "once" : std::to_string(outcome.kills) + " times";
  if (settled) {
    context.out << toned("The daemon was killed " + kills +
                             ", and every acknowledged update is stored exactly once.",
                         Tone::good, context.colour)
                << "\n\nPut this into the MCP configuration of the IDE:\n\n"
                << ide_configuration(proxy, Layout::indented) << '\n';
  } else {
    context.out << toned("The daemon was killed " + kills + ", and updates are missing or doubled.",
                         Tone::bad, context.colour)
                << '\n';
  }
}

int run_demo(const Context& context, const std::string& documents) {
  const auto proxy = find_proxy(context.environment, own_executable());
  if (!proxy) return report_failure(context, proxy.error());
  auto passages = find_passages(documents);
  if (!passages) return report_failure(context, passages.error());
  const Interruption interruption;
  const auto sandbox = Sandbox::create(context, "demo");
  if (!sandbox) return report_failure(context, sandbox.error());

  Plan plan;
  plan.proxy = *proxy;
  plan.passages = std::move(*passages);
  const auto tell = [&](const std::string& step) {
    if (!context.json) context.out << "  " << step << std::endl;
  };
  if (!context.json) {
    context.out << plan.clients << " clients report "
                << grouped(static_cast<std::int64_t>(plan.passages.size())) << " paragraphs of documents, "
                << grouped(plan.clients * plan.updates) << " updates in all, in a directory of their own\n";
  }
  const auto outcome = rehearse(plan, *sandbox, interruption, tell);
  if (!outcome) {
    if (!context.json) show_log(context, sandbox->proxy_log());
    return report_failure(context, outcome.error());
  }
  const bool settled =
      outcome->kills == plan.kills && std::all_of(outcome->accounts.begin(), outcome->accounts.end(),
                                                  [](const Account& a) { return balance(a).settled(); });
  write_outcome(context, *outcome, *proxy, settled);
  return static_cast<int>(settled ? ExitCode::done : ExitCode::failed);
}

}  // namespace

void add_demo(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("demo", "Shows that nothing is lost when the daemon is killed");
  const auto documents = std::make_shared<std::string>();
  command
      ->add_option("--documents", *documents,
                   "Folder with the text to report (default: governor's own documents)")
      ->type_name("DIR");
  command->footer("Runs in a directory of its own and removes it; your daemon and data are not touched.");
  command->callback([&action, documents] {
    action = [documents](const Context& context) { return run_demo(context, *documents); };
  });
}

}  // namespace governor::ctl
