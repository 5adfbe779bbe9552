#include "ctl/coordination/directory_restoration.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;
using What = FileOutcome::What;

// Of a single request.
constexpr std::chrono::minutes kRequestPatience{1};

constexpr What kAll[] = {What::restored,  What::removed,  What::unchanged,
                         What::not_known, What::not_kept, What::failed};

/// What is to be done, before anything is.
FileOutcome judge(const json::object& file) {
  FileOutcome outcome;
  outcome.path = text_field(file, "path");
  if (!flag_field(file, "known")) {
    outcome.what = What::not_known;
    outcome.message = "nothing is known of it at that time; it stays as it is";
    return outcome;
  }
  outcome.backup = count_field(file, "backup");
  outcome.time = text_field(file, "time");
  if (file.contains("error")) {
    outcome.what = What::failed;
    outcome.message = text_field(file, "error");
  } else if (flag_field(file, "same")) {
    outcome.what = What::unchanged;
  } else if (!flag_field(file, "restorable")) {
    outcome.what = What::not_kept;
    outcome.message = "what it held then is not kept any more";
  } else {
    outcome.what = flag_field(file, "exists") ? What::restored : What::removed;
  }
  return outcome;
}

bool is_to_be_written(What what) {
  return what == What::restored || what == What::removed;
}

}  // namespace

std::string_view to_string(What what) {
  switch (what) {
    case What::restored: return "restored";
    case What::removed: return "removed";
    case What::unchanged: return "unchanged";
    case What::not_known: return "not_known";
    case What::not_kept: return "not_kept";
    case What::failed: break;
  }
  return "failed";
}

std::int64_t DirectoryRestoration::count(What what) const {
  return std::count_if(files.begin(), files.end(),
                       [&](const FileOutcome& file) { return file.what == what; });
}

ipc::Result<void> restore_directory(ipc::Client& client, const std::string& directory, const std::string& at,
                                    DirectoryRestoration& restoration, const OnFile& on_file) {
  // All is looked at before anything is written: a restoration must not change what the others are held
  // against.
  json::object params{{"path", directory}, {"at", at}};
  for (;;) {
    const auto page =
        call_method(client, "governor/backups_below", params, ipc::Deadline::after(kRequestPatience));
    if (!page) return page.error();
    restoration.path = text_field(*page, "path");
    restoration.at = text_field(*page, "at");
    for (const json::value& file : array_field(*page, "files"))
      if (file.is_object()) restoration.files.push_back(judge(file.get_object()));
    on_file(0, restoration.files.size());
    const json::value* next = page->if_contains("next_cursor");
    if (next == nullptr || array_field(*page, "files").empty()) break;
    params["cursor"] = *next;
  }
  if (restoration.dry_run) return {};
  std::size_t done = 0;
  for (FileOutcome& file : restoration.files) {
    on_file(done++, restoration.files.size());
    if (!is_to_be_written(file.what)) continue;
    const auto restored = call_method(
        client, "governor/restore",
        {{"path", file.path}, {"backup", file.backup}, {"reason", "with all of " + restoration.path}},
        ipc::Deadline::after(kRequestPatience));
    if (restored) continue;
    file.what = What::failed;
    file.message = restored.error().message;
    if (restored.error().code == ipc::Errc::remote_error) continue;
    for (auto later = restoration.files.begin() + static_cast<std::ptrdiff_t>(done);
         later != restoration.files.end(); ++later) {
      if (!is_to_be_written(later->what)) continue;
      later->what = What::failed;
      later->message = "its turn did not come";
    }
    return restored.error();
  }
  return {};
}

json::object to_json(const DirectoryRestoration& restoration) {
  json::array files;
  for (const FileOutcome& file : restoration.files) {
    json::object entry{{"path", file.path}, {"outcome", to_string(file.what)}};
    if (file.backup > 0) entry["backup"] = file.backup;
    if (!file.time.empty()) entry["time"] = file.time;
    if (!file.message.empty()) entry["message"] = file.message;
    files.emplace_back(std::move(entry));
  }
  json::object counts;
  for (const What what : kAll) counts[to_string(what)] = restoration.count(what);
  return {{"path", restoration.path},
          {"at", restoration.at},
          {"dry_run", restoration.dry_run},
          {"files", std::move(files)},
          {"counts", std::move(counts)}};
}

}  // namespace governor::ctl
