#include "ctl/install/client_plan.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "ctl/install/entry_text.hpp"
#include "ctl/install/jsonc_document.hpp"

namespace governor::ctl {
namespace {

namespace json = boost::json;

constexpr const char* kServerName = "governor";
constexpr const char* kFormerSuffix = ".before-governor";

ipc::Error left_alone(const std::string& path, ipc::Error error) {
  error.message = path + " is left as it is: " + error.message;
  return error;
}

std::string behind_links(const std::string& path) {
  std::error_code failure;
  const auto real = std::filesystem::weakly_canonical(path, failure);
  return failure ? path : real.string();
}

/// A program of ours, wherever it was installed.
bool is_our_program(const std::string& command) {
  return std::string_view(command).substr(command.rfind('/') + 1) == "governor-proxy";
}

/// One client's entry in a text of its configuration.
class EntryEditor {
 public:
  EntryEditor(const McpClient& client, std::string_view text) : client_(client) {
    path_ = {std::string(client.servers), kServerName};
    if (client.shape == EntryShape::command_list && has_inner_servers(text))
      path_ = {std::string(client.servers), "servers", kServerName};
  }

  [[nodiscard]] ipc::Result<std::optional<FoundEntry>> find(std::string_view text) const {
    return is_toml() ? find_toml_entry(text, client_.servers, kServerName) : find_json_entry(text, path_);
  }
  [[nodiscard]] ipc::Result<std::string> with(std::string_view text, const std::string& proxy,
                                              bool whole) const {
    return is_toml() ? with_toml_entry(text, client_.servers, kServerName, proxy, whole)
                     : with_json_entry(text, {path_, value(proxy)}, whole);
  }
  [[nodiscard]] ipc::Result<std::string> without(std::string_view text) const {
    return is_toml() ? without_toml_entry(text, client_.servers, kServerName)
                     : without_json_entry(text, path_);
  }

 private:
  [[nodiscard]] bool is_toml() const { return client_.shape == EntryShape::toml_table; }

  [[nodiscard]] json::object value(const std::string& proxy) const {
    switch (client_.shape) {
      case EntryShape::stdio: return {{"type", "stdio"}, {"command", proxy}};
      case EntryShape::command_list: return {{"type", "local"}, {"command", json::array{proxy}}};
      default: return {{"command", proxy}};
    }
  }

  /// Later versions of opencode have `mcp.servers`; a server of an earlier one has a type.
  [[nodiscard]] bool has_inner_servers(std::string_view text) const {
    const auto read = read_jsonc(text);
    const auto* root = std::get_if<JsoncValue>(&read);
    const JsoncMember* outer = root == nullptr ? nullptr : root->find(client_.servers);
    const JsoncMember* inner = outer == nullptr ? nullptr : outer->value.find("servers");
    return inner != nullptr && inner->value.kind == JsoncValue::Kind::object &&
           inner->value.find("type") == nullptr;
  }

  const McpClient& client_;
  std::vector<std::string> path_;
};

/// Whether the file is what the installation of `command` makes of `former`, and nobody has changed it since.
bool is_made_from(const McpClient& client, const std::string& former, const std::string& command,
                  const std::string& text) {
  const EntryEditor editor(client, former);
  const auto there = editor.find(former);
  if (!there || *there) return false;
  const auto made = editor.with(former, command, false);
  return made && *made == text;
}

}  // namespace

ipc::Result<ClientPlan> plan_client(const McpClient& client, const std::string& path,
                                    const std::string& proxy, mode_t new_mode, bool force) {
  ClientPlan plan;
  plan.path = behind_links(path);
  const auto read = read_if_there(plan.path);
  if (!read) return read.error();
  plan.before = plan.after = read->value_or("");
  const EntryEditor editor(client, plan.before);
  const auto found = editor.find(plan.before);
  if (!found) return left_alone(plan.path, found.error());
  const bool is_ours = *found && is_our_program((*found)->command);
  if (is_ours && (*found)->command == proxy) {
    plan.note = "already installed";
    return plan;
  }
  if (*found && !is_ours && !force) {
    plan.action = "foreign";
    plan.note = "another server is called governor there, and stays; --force replaces it: " + (*found)->text;
    return plan;
  }
  auto changed = editor.with(plan.before, proxy, *found && !is_ours);
  if (!changed) return left_alone(plan.path, changed.error());
  plan.after = *std::move(changed);
  plan.action = *read ? "change" : "create";
  const mode_t mode = mode_of(plan.path, new_mode);
  // The former text stays the one without any entry of ours.
  if (*read && !is_ours) {
    const std::string former = plan.path + kFormerSuffix;
    plan.steps.push_back({FileStep::Kind::write, former, "", plan.before, mode});
    plan.note = "what was there is kept in " + former;
  }
  if (*found && is_ours) plan.note = "the entry named " + (*found)->command;
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode});
  return plan;
}

ipc::Result<ClientPlan> plan_client_removal(const McpClient& client, const std::string& path, bool force) {
  ClientPlan plan;
  plan.path = behind_links(path);
  const auto read = read_if_there(plan.path);
  if (!read) return read.error();
  plan.before = plan.after = read->value_or("");
  const EntryEditor editor(client, plan.before);
  const auto found = editor.find(plan.before);
  if (!found) return left_alone(plan.path, found.error());
  if (!*found) {
    plan.note = "governor is not installed there";
    return plan;
  }
  const std::string& command = (*found)->command;
  if (!is_our_program(command) && !force) {
    plan.action = "foreign";
    plan.note = "another server is called governor there, and stays; --force removes it: " + (*found)->text;
    return plan;
  }
  const std::string former = plan.path + kFormerSuffix;
  const auto kept = read_if_there(former);
  if (!kept) return kept.error();
  if (*kept && is_made_from(client, **kept, command, plan.before)) {
    plan.action = "restore";
    plan.after = **kept;
    // Renaming would give the file the other one's owner and attributes; this keeps what the file has now.
    plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode_of(plan.path, 0600)});
    plan.steps.push_back({FileStep::Kind::remove, former});
    return plan;
  }
  if (!*kept && is_made_from(client, "", command, plan.before)) {
    plan.action = "remove";
    plan.after.clear();
    plan.steps.push_back({FileStep::Kind::remove, plan.path});
    return plan;
  }
  auto without = editor.without(plan.before);
  if (!without) return left_alone(plan.path, without.error());
  plan.action = "change";
  plan.after = *std::move(without);
  plan.note = "the file was changed since, so only the entry is taken out";
  if (*kept) plan.note += "; what was there before stays in " + former;
  plan.steps.push_back({FileStep::Kind::write, plan.path, "", plan.after, mode_of(plan.path, 0600)});
  return plan;
}

}  // namespace governor::ctl
