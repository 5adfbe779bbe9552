#include "ctl/config/editor.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>

extern char** environ;  // NOLINT(readability-redundant-declaration): not declared on macOS

namespace governor::ctl {

namespace {

/// Keys such as ^C are the editor's, as long as it runs.
class LeaveKeysToEditor {
 public:
  LeaveKeysToEditor() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &interrupt_);
    ::sigaction(SIGQUIT, &ignore, &quit_);
  }
  LeaveKeysToEditor(const LeaveKeysToEditor&) = delete;
  LeaveKeysToEditor& operator=(const LeaveKeysToEditor&) = delete;
  ~LeaveKeysToEditor() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGQUIT, &quit_, nullptr);
  }

 private:
  struct sigaction interrupt_ {};
  struct sigaction quit_ {};
};

}  // namespace

std::string editor_of(const ipc::Environment& environment) {
  for (const char* name : {"VISUAL", "EDITOR"})
    if (const auto value = environment.lookup(name)) return std::string(*value);
  return "vi";
}

ipc::Result<void> run_editor(const std::string& editor, const std::string& file) {
  // By the shell, as everybody who runs $EDITOR does: it may be "code --wait".
  std::string script = editor + " \"$1\"";
  std::string shell = "sh";
  std::string flag = "-c";
  std::string name = "editor";
  std::string path = file;
  char* const arguments[] = {shell.data(), flag.data(), script.data(), name.data(), path.data(), nullptr};
  const LeaveKeysToEditor ignored;
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGQUIT, SIGPIPE}) ::sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, arguments, environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) return ipc::system_error("cannot run the editor " + editor, failure);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return ipc::system_error("cannot wait for the editor " + editor, errno);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return ipc::Error{ipc::Errc::not_found, 0,
                      "the editor " + editor + " was not found; name another one with VISUAL or EDITOR"};
  return ipc::Error{ipc::Errc::closed, 0, "the editor " + editor + " did not end well"};
}

}  // namespace governor::ctl
