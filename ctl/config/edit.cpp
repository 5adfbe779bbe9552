#include "ctl/config/edit.hpp"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "ctl/config/editor.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/failure.hpp"
#include "ctl/printable.hpp"
#include "ctl/records/file_tree.hpp"
#include "ctl/restart.hpp"
#include "ipc/plain_json.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/spawn_daemon.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kSettingsCheckPatience{30};

constexpr const char* kFirstText =
    "// The settings of governor: JSON, with comments. What is not here has its default.\n"
    "{\n"
    "}\n";

/// Where the copy lies while it is edited: nobody else's to see, and called as the file is, for the editor.
class ConfigCopy {
 public:
  static ipc::Result<ConfigCopy> make(const ipc::Environment& environment, std::string_view content) {
    std::string directory = std::string(environment.lookup("TMPDIR").value_or("/tmp")) + "/governor-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr)
      return ipc::system_error("cannot make a directory for the copy below " + directory, errno);
    ConfigCopy copy(std::move(directory));
    if (auto written = ipc::replace_file(copy.path(), content); !written) return written.error();
    return copy;
  }
  ConfigCopy(ConfigCopy&& other) noexcept : directory_(std::exchange(other.directory_, {})) {}
  ConfigCopy& operator=(ConfigCopy&&) = delete;
  ~ConfigCopy() {
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
  }

  [[nodiscard]] std::string path() const { return directory_ + "/config.json"; }
  /// It stays, since there is work of somebody in it.
  std::string leave() {
    std::string left = path();
    directory_.clear();
    return left;
  }

 private:
  explicit ConfigCopy(std::string directory) : directory_(std::move(directory)) {}
  std::string directory_;
};

/// What a link of that name leads to is the file: the configuration may be kept elsewhere.
std::string real_file(const std::string& path) {
  std::error_code failure;
  const auto real = std::filesystem::weakly_canonical(path, failure);
  return failure ? path : real.string();
}

/// "y" or just Enter; nothing comes from what is no terminal.
bool wants_to_go_on(const Context& context) {
  if (::isatty(context.input) != 1) return false;
  context.err << "Edit it again? [Y/n] " << std::flush;
  char answer = 'n';
  char next = 0;
  bool is_first = true;
  while (::read(context.input, &next, 1) == 1) {
    if (is_first) answer = next;
    is_first = false;
    if (next == '\n') break;
  }
  return answer == '\n' || answer == 'y' || answer == 'Y';
}

struct Edited {
  std::string text;
  bool changed = false;
};

ipc::Result<Edited> edit_copy(const Context& context, const ipc::Paths& paths, const std::string& file,
                              const std::string& before, bool exists) {
  auto copy = ConfigCopy::make(context.environment, exists ? before : kFirstText);
  if (!copy) return copy.error();
  const std::string editor = editor_of(context.environment);
  for (;;) {
    if (auto ran = run_editor(editor, copy->path()); !ran) return ran.error();
    bool is_there = false;
    auto text = read_config(copy->path(), is_there);
    if (!text) return text.error();
    if (!is_there || *text == (exists ? before : kFirstText)) return Edited{before, false};
    const auto checked = check_config(context, paths, copy->path(), file);
    if (checked) {
      bool ignored = false;
      const auto now = read_config(file, ignored);
      if (now && *now == before) return Edited{*std::move(text), true};
      return ipc::Error{
          ipc::Errc::invalid_path, 0,
          file + " was changed by somebody else meanwhile, and was left alone; your version is in " +
              copy->leave()};
    }
    context.err << "governorctl: " << printable(checked.error().message) << '\n';
    if (wants_to_go_on(context)) continue;
    return ipc::Error{ipc::Errc::invalid_path, 0,
                      file + " was left as it is; your version is in " + copy->leave()};
  }
}

ipc::Result<void> put_config(const std::string& file, const std::string& text) {
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), failure);
  struct stat seen {};
  const mode_t mode = ::stat(file.c_str(), &seen) == 0 ? seen.st_mode & 07777 : 0600;
  return ipc::replace_file(file, text, mode, ipc::Durability::content);
}

bool daemon_is_running(const Context& context) {
  return connect_if_running(context, ipc::Deadline::after(std::chrono::seconds(2))).has_value();
}

}  // namespace

ipc::Result<std::string> read_config(const std::string& file, bool& exists) {
  std::error_code failure;
  exists = std::filesystem::exists(file, failure);
  if (!exists) return std::string();
  const auto tree = records::FileTree::open(file);
  if (!tree) return tree.error();
  if (!tree->is_single_file()) return ipc::Error{ipc::Errc::invalid_path, 0, file + " is a directory"};
  std::vector<records::PassedOver> none;
  return tree->read(tree->files(none).front());
}

ipc::Result<void> check_config(const Context& context, const ipc::Paths& paths, const std::string& file,
                               const std::string& named) {
  ipc::Environment environment = context.environment;
  environment.set("GOVERNOR_CONFIG", file);
  auto checked = ipc::check_start(paths, environment, ipc::Deadline::after(kSettingsCheckPatience));
  if (checked) return {};
  ipc::Error error = checked.error();
  for (std::size_t at = 0; file != named && (at = error.message.find(file, at)) != std::string::npos;)
    error.message.replace(at, file.size(), named), at += named.size();
  return error;
}

ipc::Result<bool> change_config(const Context& context,
                                const std::function<ipc::Result<std::string>(const std::string&)>& change) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return paths.error();
  const std::string file = real_file(paths->config_file);
  bool exists = false;
  const auto before = read_config(file, exists);
  if (!before) return before.error();
  const auto changed = change(*before);
  if (!changed) return changed.error();
  if (*changed == *before) return false;
  const auto copy = ConfigCopy::make(context.environment, *changed);
  if (!copy) return copy.error();
  if (auto checked = check_config(context, *paths, copy->path(), file); !checked) return checked.error();
  if (auto written = put_config(file, *changed); !written) return written.error();
  return true;
}

int edit_config(const Context& context, const EditRequest& request) {
  const auto paths = ipc::resolve_paths(context.environment);
  if (!paths) return report_failure(context, paths.error());
  const std::string file = real_file(paths->config_file);
  bool exists = false;
  const auto before = read_config(file, exists);
  if (!before) return report_failure(context, before.error());
  const auto edited = edit_copy(context, *paths, file, *before, exists);
  if (!edited) return report_failure(context, edited.error());
  if (edited->changed)
    if (auto written = put_config(file, edited->text); !written)
      return report_failure(context, written.error());
  const bool restarts = edited->changed && request.restart;
  // The daemon reads it at its start; a restart is nothing that clients notice.
  if (restarts) {
    const auto restarted = restart_daemon(context);
    if (!restarted) return report_failure(context, restarted.error());
  }
  if (context.json) {
    context.out << ipc::plain_json(json::object{
                       {"path", printable(file)}, {"changed", edited->changed}, {"restarted", restarts}})
                << '\n';
    return static_cast<int>(ExitCode::done);
  }
  context.out << printable(file) << (edited->changed ? " is changed" : " is as it was");
  if (restarts) context.out << "; the daemon was restarted and uses it";
  context.out << '\n';
  if (edited->changed && !restarts && daemon_is_running(context))
    context.out << "The daemon that runs reads it when it starts: governorctl restart\n";
  return static_cast<int>(ExitCode::done);
}

}  // namespace governor::ctl
