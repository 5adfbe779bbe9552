#include "daemon/tools/coordination/tools.hpp"

#include "daemon/files/file_slot.hpp"
#include "daemon/files/shrink_guard.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/file_json.hpp"
#include "daemon/tools/coordination/file_schemas.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/leased_write.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/coordination/restore_order.hpp"

namespace governor::daemon {
namespace {

class RestoreFileCall final : public LeasedWrite {
 public:
  RestoreFileCall(Request request, RestoreOrder order)
      : LeasedWrite(std::move(request)), order_(std::move(order)) {}

 protected:
  [[nodiscard]] std::string_view doing() const override { return "restore_file"; }
  [[nodiscard]] core::FileVersionKind kind() const override { return core::FileVersionKind::restored; }
  std::optional<Read> look_up() override {
    return Read{[this](Store& store) { return order_.find(path(), store); }};
  }
  std::optional<core::Error> check_found() override { return order_.refusal(path()); }
  core::Result<WriteOrder> order(FileServices& files) override { return order_.order(path(), files); }

  [[nodiscard]] const core::FileVersion* restored() const override { return &order_.restored(); }

 private:
  RestoreOrder order_;
};

constexpr Parameter kRestoreFileParameters[] = {
    path_of_file(),
    backup_number("Number from list_backups; or else:"),
    moment_of_content("What the file held at this time (ISO 8601). Neither: what it held before"),
    lease_number("Your exclusive one, from request_write"),
    text("note", kMaxFileNoteBytes),
};

ParsedCall parse_restore_file(Arguments& arguments, const ToolEnvironment&) {
  LeasedWrite::Request request;
  request.path = arguments.text("path").value_or("");
  request.lease = arguments.integer("lease");
  request.note = arguments.text("note").value_or("");
  RestoreOrder order = RestoreOrder::read(arguments);
  return std::make_unique<RestoreFileCall>(std::move(request), std::move(order));
}

/// Contents of this size together are read to see whether the disk has kept them; of others it is only seen
/// that they are there.
constexpr std::uint64_t kMostBytesChecked = std::uint64_t{64} << 20;

bool is_restorable(const core::FileState& state, const BackupStore& backups, std::uint64_t& room) {
  if (!state.exists()) return true;
  if (state.bytes > room) return backups.has(state.sha256);
  room -= state.bytes;
  return backups.get(state.sha256).ok();
}

/// First the path is resolved, then the store is read, then it is looked at what of that can be restored.
class ListBackupsCall final : public ToolCall {
 public:
  ListBackupsCall(std::string path, core::FileVersionKey before, std::size_t limit)
      : given_(std::move(path)), before_(before), limit_(limit) {}

  Step run(CallContext& context) override {
    if (context.begins) directory_ = working_directory(context);
    return failure_ ? Step(*failure_) : (this->*next_)();
  }

 private:
  Step resolve() {
    next_ = &ListBackupsCall::read;
    return Work{[this](FileServices&) {
                  auto resolved = resolve_file(given_, directory_);
                  if (!resolved) failure_ = std::move(resolved.error());
                  if (resolved) path_ = std::move(resolved->path);
                },
                place_of(given_, directory_)};
  }

  Step read() {
    next_ = &ListBackupsCall::look;
    return Read{[this](Store& store) -> std::optional<core::Error> {
      auto page = store.load_file_versions(path_, before_, limit_);
      if (!page) return std::move(page.error());
      page_ = *std::move(page);
      return std::nullopt;
    }};
  }

  Step look() {
    next_ = &ListBackupsCall::answer;
    return Work{[this](FileServices& files) {
                  std::uint64_t room = kMostBytesChecked;
                  for (const core::FileVersion& version : page_.versions)
                    restorable_.push_back(is_restorable(version.state, files.backups(), room));
                  const auto slot = FileSlot::open(path_);
                  current_ = slot ? slot->read(files.settings().max_file_bytes) : slot.error();
                },
                place_of(given_, directory_)};
  }

  Step answer() {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("path", path_).key("current").begin_object();
    json.field("exists", !current_ || current_->exists);
    if (!current_) {
      json.field("error", current_.error().message);
    } else if (current_->exists) {
      json.field("sha256", current_->sha256)
          .field("bytes", static_cast<std::uint64_t>(current_->bytes.size()));
      json.field("lines", count_lines(current_->bytes));
    }
    json.end_object().key("backups").begin_array();
    for (std::size_t i = 0; i < page_.versions.size(); ++i) {
      json.begin_object();
      write_version(json, page_.versions[i]);
      json.field("restorable", bool(restorable_[i])).end_object();
    }
    json.end_array().field("count", static_cast<std::uint64_t>(page_.versions.size()));
    if (page_.more) json.field("next_cursor", page_.versions.back().key);
    json.end_object();
    return text;
  }

  std::string given_;
  core::FileVersionKey before_;
  std::size_t limit_;
  Step (ListBackupsCall::*next_)() = &ListBackupsCall::resolve;
  std::string directory_;
  std::optional<core::Error> failure_;
  std::string path_;
  FileVersionPage page_;
  std::vector<bool> restorable_;
  core::Result<FileContent> current_{FileContent{}};
};

constexpr Parameter kListBackupsParameters[] = {
    path_of_file(),
    limit(20),
    numbered_cursor(),
};

ParsedCall parse_list_backups(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  const auto limit = arguments.integer<std::size_t>("limit");
  const core::FileVersionKey before = arguments.integer("cursor");
  return std::make_unique<ListBackupsCall>(std::move(path), before, limit);
}

}  // namespace

std::vector<Tool> backup_tools() {
  return {
      {{"list_backups", Effect::none, kListBackupsParameters, parse_list_backups},
       "coordination",
       "List the backups of a file",
       "What a file held when, and who wrote it, newest first; and the sha256 of what it holds now.",
       kBackupsOutput},
      {{"restore_file", Effect::idempotent, kRestoreFileParameters, parse_restore_file},
       "coordination",
       "Restore a file",
       "Brings back an older content of a file under your lease. What is there now is kept as a backup.",
       kWrittenOutput},
  };
}

}  // namespace governor::daemon
