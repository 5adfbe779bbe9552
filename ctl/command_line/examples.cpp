#include "ctl/command_line/examples.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace governor::ctl {

namespace {

struct Example {
  std::string_view command;
  std::string_view arguments;  ///< what follows it, as typed in a shell
};

constexpr Example kExamples[] = {
    {"", "status"},
    {"", "protect .env --reason 'a secret'"},
    {"", "agents --help"},
    {"activity", "--agent ada --rows 20"},
    {"activity", "--follow"},
    {"agent", "ada --evidence 20"},
    {"agents", "--status active --tag core"},
    {"agents", "--summary --json"},
    {"alerts", "--all --rows 100"},
    {"alerts ack", "3 --note 'known, fixed tomorrow'"},
    {"alerts ack", "--all"},
    {"alerts list", "--exit-code"},
    {"anomalies", "--severity high --exit-code"},
    {"approvals", "--all --rows 20"},
    {"approvals approve", "12 --for 30m --note 'only the header'"},
    {"approvals deny", "12 --note 'this file is generated'"},
    {"approvals list", "--exit-code"},
    {"approvals show", "12"},
    {"archive", "ada --reason 'its work is done'"},
    {"archive-idle", "--days 30 --pattern 'test_*' --apply"},
    {"attach", "reviewer-1"},
    {"audit", "--agent ada --event refused --since 1h"},
    {"audit", "--follow --for 5m"},
    {"audit verify", ""},
    {"backups", "src/parser.cpp"},
    {"backups cat", "src/parser.cpp --backup 12 > before.cpp"},
    {"backups diff", "src/parser.cpp --at '10 min ago'"},
    {"backups list", "src/parser.cpp --rows 5"},
    {"calibration", "--agent ada"},
    {"compare", "ada grace"},
    {"completion", "bash > ~/.local/share/bash-completion/completions/governorctl"},
    {"completion bash", "> ~/.local/share/bash-completion/completions/governorctl"},
    {"completion fish", "> ~/.config/fish/completions/governorctl.fish"},
    {"completion zsh", "> ~/.zfunc/_governorctl"},
    {"config", "--json"},
    {"config check", ""},
    {"config edit", "--restart"},
    {"config path", ""},
    {"config show", ""},
    {"conflicts", "--repository ~/project --exit-code"},
    {"dashboard", ""},
    {"dashboard", "--no-open"},
    {"dashboard", "--stop"},
    {"delete", "test_1 --yes"},
    {"demo", ""},
    {"deploy", "reviewer 'review the latest commit' --worktree --budget turns=20"},
    {"deployments", "--live"},
    {"deployments continue", "reviewer-1 --budget turns=300"},
    {"deployments diff", "reviewer-1"},
    {"deployments discard", "reviewer-1"},
    {"deployments input", "reviewer-1 'yes, go on'"},
    {"deployments list", "--state waiting"},
    {"deployments merge", "reviewer-1"},
    {"deployments repair", "--fix"},
    {"deployments show", "reviewer-1 --history 50"},
    {"deployments wait", "reviewer-1 --for 15m"},
    {"diagnose", "--directory . --remove-stale"},
    {"doctor", ""},
    {"doctor", "--fix --json"},
    {"export", "ada --format csv"},
    {"guard", "git < /dev/null"},
    {"guard claude-code", "--fallback ask"},
    {"guard git", "--hook pre-commit"},
    {"health", "--json"},
    {"help", "tasks create"},
    {"history", "ada --format sparkline"},
    {"history", "ada --all --format csv"},
    {"import", "~/old-monitor/data --timezone utc --apply"},
    {"install", "cursor --dry-run"},
    {"install", "claude-code --guards"},
    {"install", "--all"},
    {"install guards", "--project ~/project"},
    {"install guards", "--check"},
    {"leases", "--path src/parser.cpp"},
    {"leases break", "7 --reason 'its holder hangs'"},
    {"leases check", "src/parser.cpp --agent ada"},
    {"leases list", "--agent ada"},
    {"logs", "--follow --level warning"},
    {"logs", "reviewer-1 -f --filter error"},
    {"man", "| man -l -"},
    {"metrics", ""},
    {"metrics", "--format prometheus > /var/lib/node_exporter/governor.prom"},
    {"notes", "show ada"},
    {"notes add", "ada 'knows the parser best'"},
    {"notes set", "ada 'nothing is left to do'"},
    {"notes show", "ada"},
    {"observe", "ada --window 50"},
    {"pause", "ada --reason 'until the review is over'"},
    {"pin", "ada"},
    {"protect", ".env --reason 'a secret'"},
    {"protect", "--list"},
    {"ps", "--json"},
    {"purpose", "ada 'writes the parser'"},
    {"record-outcome", "ada/3 wrong --detail 'the build broke'"},
    {"replay", "runs.jsonl"},
    {"reset", "ada --reason 'a new task'"},
    {"restart", ""},
    {"restore", "src/parser.cpp --at '2026-01-31 12:00'"},
    {"restore", "src --at '3 min ago' --dry-run"},
    {"resume", "ada"},
    {"run", "--agent ada -- make test"},
    {"selftest", ""},
    {"selftest", "--json"},
    {"service", "status"},
    {"service install", "--dry-run"},
    {"service start", ""},
    {"service status", "--json"},
    {"service stop", ""},
    {"service uninstall", ""},
    {"shared", "status"},
    {"shared agents", "--rows 20"},
    {"shared alerts", ""},
    {"shared approvals", ""},
    {"shared init", "postgresql://db.example.org/governor"},
    {"shared join", "postgresql://db.example.org/governor --all"},
    {"shared leases", ""},
    {"shared leave", ""},
    {"shared status", ""},
    {"start", ""},
    {"state", "verify"},
    {"state backup", "~/governor-backup.db"},
    {"state restore", "~/governor-backup.db --yes"},
    {"state verify", "~/governor-backup.db"},
    {"status", "--utc"},
    {"stop", ""},
    {"stop", "reviewer-1 --reason 'not needed any more'"},
    {"summary", "--tag core"},
    {"tags", "show ada"},
    {"tags add", "ada core parser"},
    {"tags remove", "ada parser"},
    {"tags set", "ada core"},
    {"tags show", "ada"},
    {"tasks", "--ready"},
    {"tasks cancel", "T-1 --note 'not needed any more'"},
    {"tasks create", "T-2 'write the tests' --after T-1 --agent ada"},
    {"tasks import", "tasks.json --dry-run"},
    {"tasks list", "--status in_progress --agent ada"},
    {"tasks reassign", "T-1 --agent grace"},
    {"tasks reassign", "T-1 --anybody"},
    {"tasks reopen", "T-1 --note 'the tests fail again'"},
    {"tasks show", "T-1 --history 20"},
    {"tasks update", "T-1 --status done --note 'done by hand'"},
    {"telemetry", "--agent ada"},
    {"thresholds", "--agent ada"},
    {"thresholds reset", "--agent ada"},
    {"thresholds set", "risk_approve_threshold=0.3 --reason 'a trial'"},
    {"thresholds show", ""},
    {"top", ""},
    {"top", "--once --sort risk"},
    {"uninstall", "cursor"},
    {"unlock", ".env --for 15m --agent ada"},
    {"unpin", "ada"},
    {"version", ""},
    {"watch", "~/project"},
    {"why", "ada"},
};
static_assert(std::is_sorted(std::begin(kExamples), std::end(kExamples),
                             [](const Example& one, const Example& other) {
                               return one.command < other.command;
                             }),
              "by command, so that each is found and none is there twice");

void add_below(CLI::App& app, const std::string& path) {
  std::string text;
  for (const std::string& example : examples_of(path)) text += "\n  " + example;
  const std::string before = app.get_footer();
  if (!text.empty()) app.footer("Examples:" + text + (before.empty() ? "" : "\n\n" + before));
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; }))
    add_below(*sub, path.empty() ? sub->get_name() : path + ' ' + sub->get_name());
}

}  // namespace

std::vector<std::string> examples_of(std::string_view path) {
  std::vector<std::string> lines;
  for (const Example& example : kExamples) {
    if (example.command != path) continue;
    std::string line = "governorctl";
    for (const std::string_view part : {example.command, example.arguments}) {
      if (!part.empty()) line.append(1, ' ').append(part);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void add_examples(CLI::App& app) {
  add_below(app, "");
}

}  // namespace governor::ctl
