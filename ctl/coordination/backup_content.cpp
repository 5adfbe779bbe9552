#include "ctl/coordination/backup_content.hpp"

#include <utility>

#include "ctl/coordination/file_paths.hpp"
#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/time_text.hpp"
#include "text/base64.hpp"

namespace governor::ctl {

namespace json = boost::json;

json::object VersionRequest::params() const {
  json::object params{{"path", absolute_path(path)}};
  if (!at.empty()) params["at"] = typed_moment(at);
  if (backup > 0) params["backup"] = backup;
  return params;
}

ipc::Result<BackupContent> fetch_backup(ipc::Client& client, const VersionRequest& wanted,
                                        ipc::Deadline deadline) {
  BackupContent content;
  json::object params = wanted.params();
  for (;;) {
    auto piece = call_method(client, "governor/backup", params, deadline);
    if (!piece) return piece.error();
    const json::value* text = piece->if_contains("base64");
    const auto bytes = text != nullptr && text->is_string() ? text::bytes_of_base64(text->get_string())
                                                            : std::optional<std::string>();
    content.exists = flag_field(*piece, "exists");
    if (content.exists && !bytes)
      return ipc::Error{ipc::Errc::protocol_error, 0, "the daemon gave a backup without its content"};
    content.bytes += bytes.value_or("");
    const std::int64_t next = count_field(*piece, "next_offset");
    piece->erase("base64");
    piece->erase("next_offset");
    piece->erase("offset");
    content.version = *std::move(piece);
    if (next < 0) return content;
    if (next != static_cast<std::int64_t>(content.bytes.size()))
      return ipc::Error{ipc::Errc::protocol_error, 0, "the daemon gave pieces of a backup that do not fit"};
    // The next piece is to be of the same version, whatever happens to the file meanwhile.
    params.erase("at");
    params["backup"] = count_field(content.version, "backup");
    params["offset"] = next;
  }
}

std::string version_text(const Context& context, const json::object& version) {
  const std::string time = text_field(version, "time");
  std::string text = "backup " + std::to_string(count_field(version, "backup")) + ", " +
                     (context.json ? time : relative_text(context, time));
  if (const std::string writer = writer_of(version); writer != "-") text += ", by " + writer;
  return text;
}

std::string writer_of(const json::object& version) {
  const std::string agent = text_field(version, "agent_id");
  return agent == "-" ? text_field(version, "client") : agent;
}

}  // namespace governor::ctl
