// What people look at before they restore: the content of a backup, and what is known of a whole directory.
#include <string>
#include <utility>
#include <vector>

#include "daemon/files/file_slot.hpp"
#include "daemon/support/timestamp.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/file_json.hpp"
#include "daemon/tools/coordination/lease_parameters.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/coordination/restore_order.hpp"
#include "daemon/tools/coordination/tools.hpp"
#include "text/base64.hpp"

namespace governor::daemon {
namespace {

/// As base64 they fit into a line.
constexpr std::int64_t kMostBytesAtOnce = std::int64_t{4} << 20;

class BackupContentCall final : public ToolCall {
 public:
  BackupContentCall(std::string path, RestoreOrder order, std::size_t offset, std::size_t limit)
      : given_(std::move(path)), order_(std::move(order)), offset_(offset), limit_(limit) {}

  Step run(CallContext& context) override {
    if (context.begins) directory_ = working_directory(context);
    return failure_ ? Step(*failure_) : (this->*next_)();
  }

 private:
  Step resolve() {
    next_ = &BackupContentCall::find;
    return Work{[this](FileServices& files) {
                  auto resolved = callers_file(given_, directory_, files);
                  if (!resolved) failure_ = std::move(resolved.error());
                  if (resolved) path_ = std::move(resolved->path);
                },
                place_of(given_, directory_)};
  }

  Step find() {
    next_ = &BackupContentCall::take;
    return Read{[this](Store& store) { return order_.find(path_, store); }};
  }

  Step take() {
    if (auto refusal = order_.refusal(path_)) return *std::move(refusal);
    next_ = &BackupContentCall::answer;
    return Work{[this](FileServices& files) {
                  auto wanted = order_.order(path_, files);
                  if (!wanted) failure_ = std::move(wanted.error());
                  if (wanted) content_ = std::move(wanted->content);
                },
                path_};
  }

  Step answer() {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("path", path_);
    write_version(json, order_.restored());
    if (content_) {
      const std::size_t begin = std::min(offset_, content_->size());
      const std::string_view piece = std::string_view(*content_).substr(begin, limit_);
      json.field("offset", static_cast<std::uint64_t>(begin)).field("base64", text::base64(piece));
      if (const std::size_t end = begin + piece.size(); end < content_->size())
        json.field("next_offset", static_cast<std::uint64_t>(end));
    }
    json.end_object();
    return text;
  }

  std::string given_;
  RestoreOrder order_;
  std::size_t offset_;
  std::size_t limit_;
  Step (BackupContentCall::*next_)() = &BackupContentCall::resolve;
  std::string directory_;
  std::optional<core::Error> failure_;
  std::string path_;
  std::optional<std::string> content_;
};

constexpr Parameter kBackupParameters[] = {
    path_of_file(),
    backup_number(),
    moment_of_content(),
    integer("offset", 0, INT64_MAX),
    integer("limit", 1, kMostBytesAtOnce).otherwise(1 << 20),
};

ParsedCall parse_backup(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  RestoreOrder order = RestoreOrder::read(arguments);
  const auto offset = arguments.integer<std::size_t>("offset");
  const auto limit = arguments.integer<std::size_t>("limit");
  return std::make_unique<BackupContentCall>(std::move(path), std::move(order), offset, limit);
}

/// So much is read of files as they are now, for one page.
constexpr std::uint64_t kMostBytesCompared = std::uint64_t{64} << 20;

class BackupsBelowCall final : public ToolCall {
 public:
  BackupsBelowCall(std::string path, std::int64_t at_us, std::size_t limit, std::string cursor)
      : given_(std::move(path)), at_us_(at_us), limit_(limit), cursor_(std::move(cursor)) {
    if (!given_.ends_with('/')) given_ += '/';
  }

  Step run(CallContext& context) override {
    if (context.begins) directory_ = working_directory(context);
    return failure_ ? Step(*failure_) : (this->*next_)();
  }

 private:
  struct File {
    std::string path;
    std::optional<core::FileVersion> then;
    bool restorable = false;
    bool same = false;
    std::string unreadable;  ///< why what it holds now is not known
  };

  Step resolve() {
    next_ = &BackupsBelowCall::read;
    return Work{[this](FileServices&) {
                  auto resolved = resolve_path(given_, directory_);
                  if (!resolved) {
                    failure_ = std::move(resolved.error());
                    return;
                  }
                  constexpr std::string_view kBelow = "/**";
                  path_ = std::move(resolved->path);
                  if (!resolved->directory || !path_.ends_with(kBelow)) {
                    failure_ = core::invalid_argument("path", given_, "the path of a directory");
                    return;
                  }
                  path_.resize(path_.size() - kBelow.size());
                  if (path_.empty()) path_ = "/";
                },
                place_of(given_, directory_)};
  }

  Step read() {
    next_ = &BackupsBelowCall::look;
    return Read{[this](Store& store) -> std::optional<core::Error> {
      files_.clear();
      auto paths = store.load_files_below(path_, cursor_, limit_ + 1);
      if (!paths) return std::move(paths.error());
      more_ = paths->size() > limit_;
      if (more_) paths->resize(limit_);
      for (std::string& path : *paths) {
        auto then = store.load_file_version_at(path, at_us_);
        if (!then) return std::move(then.error());
        files_.emplace_back();
        files_.back().path = std::move(path);
        files_.back().then = *std::move(then);
      }
      return std::nullopt;
    }};
  }

  Step look() {
    next_ = &BackupsBelowCall::answer;
    return Work{[this](FileServices& files) { compare(files); }, path_};
  }

  void compare(FileServices& files) {
    std::uint64_t read = 0;
    std::size_t done = 0;
    for (; done < files_.size() && read < kMostBytesCompared; ++done) {
      File& file = files_[done];
      if (!file.then) continue;
      file.restorable = !file.then->state.exists() || files.backups().has(file.then->state.sha256);
      const auto slot = FileSlot::open(file.path);
      const auto now = slot ? slot->read(files.settings().max_file_bytes) : slot.error();
      if (!now) {
        file.unreadable = now.error().message;
        continue;
      }
      read += now->bytes.size();
      file.same = now->sha256 == file.then->state.sha256;
    }
    more_ = more_ || done < files_.size();
    files_.resize(done);
  }

  Step answer() {
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("path", path_).field("at", iso_timestamp(at_us_)).key("files").begin_array();
    for (const File& file : files_) {
      json.begin_object().field("path", file.path).field("known", file.then.has_value());
      if (file.then) {
        write_version(json, *file.then);
        json.field("restorable", file.restorable).field("same", file.same);
      }
      if (!file.unreadable.empty()) json.field("error", file.unreadable);
      json.end_object();
    }
    json.end_array().field("count", static_cast<std::uint64_t>(files_.size()));
    if (more_ && !files_.empty()) json.field("next_cursor", files_.back().path);
    json.end_object();
    return text;
  }

  std::string given_;
  std::int64_t at_us_;
  std::size_t limit_;
  std::string cursor_;
  Step (BackupsBelowCall::*next_)() = &BackupsBelowCall::resolve;
  std::string directory_;
  std::optional<core::Error> failure_;
  std::string path_;
  std::vector<File> files_;
  bool more_ = false;
};

constexpr Parameter kBackupsBelowParameters[] = {
    path().required("the path of a directory"),
    moment("at").required("the time that is meant, such as 2026-01-31T12:00:00Z"),
    limit(100),
    text("cursor", kMaxPathBytes, "next_cursor of the previous page"),
};

ParsedCall parse_backups_below(Arguments& arguments, const ToolEnvironment&) {
  std::string path = arguments.text("path").value_or("");
  const std::int64_t at_us = arguments.moment("at").value_or(0);
  const auto limit = arguments.integer<std::size_t>("limit");
  std::string cursor = arguments.text("cursor").value_or("");
  return std::make_unique<BackupsBelowCall>(std::move(path), at_us, limit, std::move(cursor));
}

}  // namespace

GovernorRequest backup_request() {
  return {{"governor/backup", Effect::none, kBackupParameters, parse_backup}, std::nullopt};
}

GovernorRequest backups_below_request() {
  return {{"governor/backups_below", Effect::none, kBackupsBelowParameters, parse_backups_below},
          std::nullopt};
}

}  // namespace governor::daemon
