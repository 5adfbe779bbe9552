#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>

#include "ctl/doctor/checks.hpp"
#include "ctl/quantity.hpp"
#include "text/shell_word.hpp"

namespace governor::ctl {

namespace {

constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kLittleRoom = 256 * kMegabyte;  // as the daemon's alert, unless it is told otherwise

ipc::Result<void> make_private(const std::string& path, mode_t mode) {
  if (::chmod(path.c_str(), mode) != 0) return ipc::system_error("cannot change " + path, errno);
  return {};
}

Finding look_at_place(const Surroundings& around, const std::string& path, const char* what, mode_t mode) {
  Finding finding{"permissions", FindingState::problem, std::string(what) + ' ' + path, ""};
  const std::string word = text::shell_word(path);
  struct stat seen {};
  if (::lstat(path.c_str(), &seen) != 0) {
    if (errno == ENOENT) {
      finding.state = FindingState::ok;
      finding.text += " is not there yet";
      return finding;
    }
    finding.text = ipc::describe_errno(finding.text, errno);
    finding.remedy = "look at who may enter the directories above it: namei -l " + word;
  } else if (S_ISLNK(seen.st_mode)) {
    finding.text += " is a symbolic link, which governor does not follow";
    finding.remedy =
        "put what it points to in its place, or name another with GOVERNOR_STATE_DIR or "
        "GOVERNOR_RUNTIME_DIR";
  } else if (seen.st_uid != around.context.environment.effective_uid) {
    finding.text += " belongs to user " + std::to_string(seen.st_uid);
    finding.remedy = "take it away, or have it given back: sudo chown -R \"$(id -u)\" " + word;
  } else if ((seen.st_mode & 077) != 0 || (seen.st_mode & 0700 & mode) != (mode & 0700)) {
    finding.text += " has the permissions " + permissions_text(seen.st_mode);
    finding.remedy = "chmod " + permissions_text(mode) + ' ' + word;
    finding.fix = [path, mode] { return make_private(path, mode); };
  } else {
    finding.state = FindingState::ok;
    finding.text += " is yours alone";
  }
  return finding;
}

Finding look_at_room(const std::string& state_dir) {
  struct statvfs disk {};
  std::string place = state_dir;
  while (::statvfs(place.c_str(), &disk) != 0) {
    const std::size_t slash = place.rfind('/');
    if (errno != ENOENT || slash == std::string::npos || slash == 0) {
      return {"disk", FindingState::problem,
              ipc::describe_errno("cannot ask how much room " + place + " has", errno),
              "look at what is mounted there: df"};
    }
    place.resize(slash);
  }
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::string text =
      grouped(static_cast<std::int64_t>(free / kMegabyte)) + " MB are free for " + state_dir;
  if (free >= kLittleRoom) return {"disk", FindingState::ok, text, ""};
  return {"disk", FindingState::problem, text,
          "make room: without it nothing that agents report can be stored"};
}

}  // namespace

std::string permissions_text(unsigned mode) {
  std::string text;
  for (const unsigned shift : {6U, 3U, 0U}) text += static_cast<char>('0' + ((mode >> shift) & 7U));
  return text;
}

void check_places(const Surroundings& around, Findings& findings) {
  const ipc::Paths& paths = around.paths;
  findings.push_back(look_at_place(around, paths.runtime_dir, "the runtime directory", 0700));
  if (paths.socket_dir != paths.runtime_dir)
    findings.push_back(look_at_place(around, paths.socket_dir, "the directory of the socket", 0700));
  findings.push_back(look_at_place(around, paths.state_dir, "the state directory", 0700));
  findings.push_back(look_at_place(around, paths.state_dir + "/governor.db", "the database", 0600));
  findings.push_back(look_at_room(paths.state_dir));
}

}  // namespace governor::ctl
