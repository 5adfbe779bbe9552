#include "ipc/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#ifdef __APPLE__
#include <crt_externs.h>
#else
extern char** environ;
#endif

namespace governor::ipc {
namespace {

char** process_entries() {
#ifdef __APPLE__
  return *_NSGetEnviron();
#else
  return environ;
#endif
}

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

/// Of one agent: a daemon that it has started is not its own.
bool is_of_agent(std::string_view name) {
  return name == "GOVERNOR_DEPLOYMENT" || name == "GOVERNOR_AGENT_ID" || name == "GOVERNOR_TOKEN_FILE";
}

bool is_inherited(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "HOME",   "PATH", "USER",         "LOGNAME",      "LANG",         "LC_ALL",
      "TMPDIR", "TZ",   "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.starts_with("XDG_") ||
         (name.starts_with("GOVERNOR_") && !is_of_agent(name));
}

template <class Visit>
void for_each_entry(const Environment& environment, Visit visit) {
  for (const auto& entry : environment.entries) visit(std::string_view(entry));
  for (const char* const* entry = environment.inherited; entry && *entry; ++entry)
    visit(std::string_view(*entry));
}

}  // namespace

std::optional<std::string_view> Environment::lookup(std::string_view name) const {
  std::optional<std::string_view> found;
  for_each_entry(*this, [&](std::string_view entry) {
    if (!found && name_of(entry) == name && entry.size() > name.size()) found = entry.substr(name.size() + 1);
  });
  if (found && found->empty()) found.reset();
  return found;
}

void Environment::set(std::string_view name, std::string_view value) {
  std::erase_if(entries, [&](const std::string& entry) { return name_of(entry) == name; });
  std::string entry(name);
  entry += '=';
  entry += value;
  entries.push_back(std::move(entry));
}

Environment process_environment() {
  Environment environment;
  environment.inherited = process_entries();
  environment.effective_uid = ::geteuid();
  return environment;
}

std::vector<std::string> minimal_environment(const Environment& environment) {
  std::vector<std::string> kept;
  const auto has = [&](std::string_view name) {
    return std::any_of(kept.begin(), kept.end(), [&](const auto& entry) { return name_of(entry) == name; });
  };
  for_each_entry(environment, [&](std::string_view entry) {
    if (is_inherited(name_of(entry)) && !has(name_of(entry))) kept.emplace_back(entry);
  });
  return kept;
}

}  // namespace governor::ipc
