#include "daemon/supervisor/keeper/keeper_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <string_view>

#include "daemon/supervisor/keeper/json_object.hpp"
#include "daemon/support/json_writer.hpp"
#include "ipc/replace_file.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kHowNames{"exited", "timed_out", "stopped", "not_started", "lost"};

void write_identity(JsonWriter& writer, std::string_view name, const ipc::ProcessIdentity& identity) {
  writer.key(name)
      .begin_object()
      .field("pid", static_cast<std::int64_t>(identity.pid))
      .field("start_time", identity.start_time)
      .field("boot_id", identity.boot_id)
      .end_object();
}

ipc::ProcessIdentity read_identity(const json::object& object, std::string_view name) {
  const json::object* found = object_member(object, name);
  if (found == nullptr) return {};
  return {static_cast<pid_t>(integer_member(*found, "pid")), size_member(*found, "start_time"),
          text_member(*found, "boot_id")};
}

std::optional<json::object> read_record(const std::string& path) {
  const auto content = read_whole_file(path);
  return content ? parse_object(*content) : std::nullopt;
}

/// The name is on the disk too, as far as the file system offers that.
void sync_names(const std::string& directory) {
  const ipc::UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) ::fsync(opened.get());
}

}  // namespace

std::optional<std::string> read_whole_file(const std::string& path) {
  const ipc::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

ipc::Result<void> write_keeper_record(const KeeperFiles& files, const KeeperRecord& record) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_identity(writer, "keeper", record.keeper);
  write_identity(writer, "program", record.program);
  writer.field("runs", record.runs)
      .field("in_tmux", record.in_tmux)
      .field("started_us", record.started_us)
      .field("output_start", record.output_start)
      .end_object();
  return ipc::replace_file(files.keeper(), text + "\n");
}

ipc::Result<void> write_stop_record(const KeeperFiles& files, const StopRecord& record) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("why", record.why)
      .field("counts_as_finished", record.counts_as_finished)
      .end_object();
  return ipc::replace_file(files.stop(), text + "\n");
}

ipc::Result<void> write_end_record(const KeeperFiles& files, const EndRecord& record) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("how", kHowNames[static_cast<std::size_t>(record.how)])
      .field("why", record.why)
      .field("counts_as_finished", record.counts_as_finished)
      .key("exit_code");
  record.exit_code ? writer.value(*record.exit_code) : writer.null();
  writer.field("signal", record.signal)
      .field("ended_us", record.ended_us)
      .field("output_bytes", record.output_bytes)
      .key("left")
      .begin_array();
  for (const std::int64_t pid : record.left) writer.value(pid);
  writer.end_array().end_object();
  auto written = ipc::replace_file(files.end(), text + "\n", 0600, ipc::Durability::content);
  if (written) sync_names(files.directory);
  return written;
}

std::optional<KeeperRecord> read_keeper_record(const KeeperFiles& files) {
  const auto object = read_record(files.keeper());
  if (!object) return std::nullopt;
  return KeeperRecord{read_identity(*object, "keeper"),      read_identity(*object, "program"),
                      flag_member(*object, "runs"),          flag_member(*object, "in_tmux"),
                      integer_member(*object, "started_us"), size_member(*object, "output_start")};
}

std::optional<StopRecord> read_stop_record(const KeeperFiles& files) {
  const auto object = read_record(files.stop());
  if (!object) return std::nullopt;
  return StopRecord{text_member(*object, "why"), flag_member(*object, "counts_as_finished")};
}

std::optional<EndRecord> read_end_record(const KeeperFiles& files) {
  const auto object = read_record(files.end());
  if (!object) return std::nullopt;
  EndRecord record;
  const std::string how = text_member(*object, "how");
  for (std::size_t i = 0; i < kHowNames.size(); ++i) {
    if (how == kHowNames[i]) record.how = static_cast<EndRecord::How>(i);
  }
  record.why = text_member(*object, "why");
  record.counts_as_finished = flag_member(*object, "counts_as_finished");
  const json::value* code = object->if_contains("exit_code");
  if (code != nullptr && code->is_number())
    record.exit_code = static_cast<int>(integer_member(*object, "exit_code"));
  record.signal = static_cast<int>(integer_member(*object, "signal"));
  record.ended_us = integer_member(*object, "ended_us");
  record.output_bytes = size_member(*object, "output_bytes");
  if (const json::value* left = object->if_contains("left"); left != nullptr && left->is_array()) {
    for (const json::value& pid : left->get_array()) {
      if (pid.is_int64()) record.left.push_back(pid.get_int64());
    }
  }
  return record;
}

}  // namespace governor::daemon
