#include "core/command_class.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <span>
#include <unordered_map>

#include "core/loop_detection.hpp"
#include "core/shell_command.hpp"
#include "text/cut_text.hpp"

namespace governor::core {
namespace {

constexpr std::size_t kMostPaths = 32;

const std::unordered_map<std::string_view, ToolClass>& classes() {
  static const auto* const kTable = [] {
    auto* made = new std::unordered_map<std::string_view, ToolClass>();
    const auto put = [&](ToolClass tool_class, std::initializer_list<std::string_view> programs) {
      for (const std::string_view program : programs) made->emplace(program, tool_class);
    };
    put(ToolClass::read,
        {"cat",     "ls",        "grep",   "egrep",   "fgrep",   "rg",       "ag",       "ack",
         "find",    "fd",        "head",   "tail",    "less",    "more",     "wc",       "nl",
         "sort",    "uniq",      "cut",    "tr",      "awk",     "gawk",     "sed",      "diff",
         "cmp",     "file",      "stat",   "du",      "df",      "tree",     "pwd",      "cd",
         "pushd",   "popd",      "which",  "type",    "whereis", "readlink", "realpath", "basename",
         "dirname", "od",        "xxd",    "hexdump", "strings", "jq",       "yq",       "column",
         "comm",    "sha256sum", "md5sum", "nm",      "objdump", "ldd",      "ps",       "top",
         "env",     "printenv",  "date",   "id",      "whoami",  "uname",    "hostname", "history",
         "man",     "bat",       "zcat",   "test",    "[",       "[["});
    put(ToolClass::edit,
        {"tee",   "patch", "ed",     "ex",    "vi",       "vim",   "nano",    "emacs",    "touch",
         "mkdir", "rmdir", "rm",     "mv",    "cp",       "ln",    "install", "truncate", "dd",
         "chmod", "chown", "unlink", "shred", "dos2unix", "unzip", "tar"});
    put(ToolClass::version_control, {"git", "hg", "svn", "jj", "gh", "glab"});
    put(ToolClass::network,
        {"curl",     "wget", "ssh", "scp",  "sftp", "rsync",   "nc",   "ncat", "telnet", "ping", "dig",
         "nslookup", "host", "pip", "pip3", "apt",  "apt-get", "brew", "dnf",  "yum",    "apk"});
    put(ToolClass::run,
        {"python",    "python3", "node",      "deno",   "bun",    "ruby",   "perl",    "php",      "java",
         "go",        "cargo",   "rustc",     "gcc",    "g++",    "clang",  "clang++", "cc",       "c++",
         "make",      "gmake",   "ninja",     "cmake",  "meson",  "bazel",  "mvn",     "mvnw",     "gradle",
         "gradlew",   "npm",     "pnpm",      "yarn",   "npx",    "tsc",    "eslint",  "prettier", "ruff",
         "black",     "mypy",    "flake8",    "pylint", "isort",  "dotnet", "docker",  "podman",   "kubectl",
         "terraform", "sh",      "bash",      "zsh",    "source", ".",      "sqlite3", "psql",     "mysql",
         "redis-cli", "tmux",    "systemctl", "uv",     "poetry", "pipenv", "conda"});
    return made;
  }();
  return *kTable;
}

/// The higher, the more it says of a command line of several programs.
int weight(ToolClass tool_class) {
  switch (tool_class) {
    case ToolClass::test: return 6;
    case ToolClass::edit: return 5;
    case ToolClass::version_control: return 4;
    case ToolClass::network: return 3;
    case ToolClass::run: return 2;
    case ToolClass::read: return 1;
    case ToolClass::other: break;
  }
  return 0;
}

std::vector<std::string> operands(const SimpleCommand& command) {
  std::vector<std::string> found;
  std::copy_if(command.words.begin(), command.words.end(), std::back_inserter(found),
               [](const std::string& word) { return !is_option(word); });
  return found;
}

bool has_option(const SimpleCommand& command, std::string_view name) {
  return std::any_of(command.words.begin(), command.words.end(), [&](const std::string& word) {
    return word.starts_with(name) && (word.size() == name.size() || word[name.size()] == '=');
  });
}

bool has_option(const SimpleCommand& command, char letter, std::string_view name) {
  return has_option(command, name) ||
         std::any_of(command.words.begin(), command.words.end(), [&](const std::string& word) {
           return is_option(word) && word[1] != '-' && word.find(letter, 1) != std::string::npos;
         });
}

/// Whether it ends like a file's name rather than a version's: parser.py, not v1.2.
bool looks_like_file(std::string_view word) {
  const std::size_t dot = word.rfind('.');
  return dot != std::string_view::npos && dot + 1 < word.size() &&
         std::isalpha(static_cast<unsigned char>(word[dot + 1])) != 0;
}

void add_paths(std::vector<std::string>& to, const std::vector<std::string>& paths, std::size_t from = 0) {
  for (std::size_t i = from; i < paths.size() && to.size() < kMostPaths; ++i) to.push_back(paths[i]);
}

bool edits_in_place(const SimpleCommand& command) {
  return (command.program == "sed" || command.program == "perl" || command.program == "ruby") &&
         has_option(command, 'i', "--in-place");
}

/// Files that the words of a command say are written.
void note_written(const SimpleCommand& command, CommandFacts& facts) {
  add_paths(facts.written, command.writes_files);
  const auto paths = operands(command);
  if (edits_in_place(command)) {
    add_paths(facts.written, paths, 1);  // after the script
  } else if (command.program == "tee" || command.program == "touch" || command.program == "truncate" ||
             command.program == "rm" || command.program == "unlink") {
    add_paths(facts.written, paths);
  } else if ((command.program == "cp" || command.program == "mv" || command.program == "install") &&
             paths.size() >= 2) {
    add_paths(facts.written, command.program == "mv" ? paths : std::vector{paths.back()});
  }
}

/// git's words for taking back changes of the work tree, or of commits.
void note_reverts(const SimpleCommand& command, CommandFacts& facts) {
  if (command.program != "git") return;
  const auto words = operands(command);
  // -C and -c take a word that is no path.
  std::size_t verb = 0;
  for (std::size_t i = 0; i < command.words.size() && is_option(command.words[i]); ++i) {
    if (command.words[i] == "-C" || command.words[i] == "-c") {
      ++verb;
      ++i;
    }
  }
  if (verb >= words.size()) return;
  const std::string& what = words[verb];
  const bool has_dashes = std::find(command.words.begin(), command.words.end(), "--") != command.words.end();
  const bool names_rest = words.size() > verb + 1;
  const std::string next = names_rest ? words[verb + 1] : std::string();
  if (what == "restore") {
    facts.reverts = !has_option(command, 'S', "--staged") || has_option(command, 'W', "--worktree");
  } else if (what == "checkout") {
    const bool makes_branch = has_option(command, 'b', "--orphan") || has_option(command, 'B', "--track");
    facts.reverts =
        !makes_branch && (has_dashes || next == "." || words.size() > verb + 2 || looks_like_file(next));
  } else if (what == "reset") {
    facts.reverts = has_option(command, "--hard") || has_option(command, "--merge");
  } else if (what == "stash") {
    facts.reverts = !names_rest || next == "push" || next == "save";
  } else if (what == "clean" || what == "revert") {
    facts.reverts = true;
  }
  if (facts.reverts && (what == "restore" || what == "checkout")) add_paths(facts.reverted, words, verb + 1);
}

bool installs_packages(const SimpleCommand& command) {
  const auto words = operands(command);
  if (words.empty()) return false;
  return (command.program == "npm" || command.program == "pnpm" || command.program == "yarn" ||
          command.program == "cargo" || command.program == "go" || command.program == "uv" ||
          command.program == "poetry") &&
         (words[0] == "install" || words[0] == "i" || words[0] == "ci" || words[0] == "add" ||
          words[0] == "get" || words[0] == "sync");
}

ToolClass class_of(const SimpleCommand& command) {
  if (edits_in_place(command)) return ToolClass::edit;
  if (installs_packages(command)) return ToolClass::network;
  const auto found = classes().find(command.program);
  ToolClass tool_class = ToolClass::run;  // a program that nobody knows is one of the project, most likely
  if (command.program.empty() || command.program == "echo" || command.program == "printf") {
    tool_class = ToolClass::other;
  } else if (found != classes().end()) {
    tool_class = found->second;
  }
  const bool only_shows = tool_class == ToolClass::read || tool_class == ToolClass::other;
  return only_shows && !command.writes_files.empty() ? ToolClass::edit : tool_class;
}

std::string_view framework_of(std::span<const SimpleCommand> commands, std::size_t index,
                              const EvidenceRules& rules) {
  for (const TestRule& rule : rules.tests) {
    for (const CommandPattern& pattern : rule.patterns) {
      if (pattern.matches(commands, index)) return rule.framework;
    }
  }
  return {};
}

void note_risks(std::span<const SimpleCommand> commands, const EvidenceRules& rules, CommandFacts& facts) {
  for (const RiskRule& rule : rules.risks) {
    const bool is_found =
        std::any_of(rule.patterns.begin(), rule.patterns.end(), [&](const CommandPattern& pattern) {
          for (std::size_t i = 0; i < commands.size(); ++i) {
            if (pattern.matches(commands, i)) return true;
          }
          return false;
        });
    if (is_found) facts.risks.push_back(&rule);
  }
}

/// Blanks between words do not make another command.
std::string collapsed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

}  // namespace

CommandFacts examine_command(std::string_view text, const EvidenceRules& rules) {
  CommandFacts facts;
  facts.bytes = static_cast<std::uint32_t>(
      std::min<std::size_t>(text.size(), std::numeric_limits<std::uint32_t>::max()));
  facts.fingerprint = fingerprint(collapsed(text), {});
  const std::vector<SimpleCommand> commands = parse_shell_command(text);
  int heaviest = -1;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const SimpleCommand& command = commands[i];
    ToolClass tool_class = class_of(command);
    if (const std::string_view framework = framework_of(commands, i, rules); !framework.empty()) {
      tool_class = ToolClass::test;
      if (facts.framework.empty()) facts.framework = framework;
    }
    note_written(command, facts);
    note_reverts(command, facts);
    if (weight(tool_class) > heaviest) {
      heaviest = weight(tool_class);
      facts.tool_class = tool_class;
      facts.program = text::cut_text(command.program, ToolUsed::kMaxNameBytes);
    }
  }
  note_risks(commands, rules, facts);
  return facts;
}

}  // namespace governor::core
