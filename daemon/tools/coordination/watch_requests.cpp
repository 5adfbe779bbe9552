#include "daemon/tools/coordination/tools.hpp"

#include <fmt/format.h>

#include "core/file_table.hpp"
#include "daemon/files/file_services.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/watch/watch_plan.hpp"
#include "daemon/watch/wide_root.hpp"

namespace governor::daemon {
namespace {

constexpr std::size_t kMaxCountedFiles = 100'000;

/// What is wanted, as it was given; the root becomes the real path.
struct WatchWish {
  core::WatchRoot root;
  bool remove = false;
  bool force = false;
};

core::Error refuse_root(core::ErrorCode code, const std::string& root, std::string message,
                        std::string hint) {
  core::Error error(code, std::move(message), std::move(hint));
  error.field = "root";
  error.given = root;
  return error;
}

std::string shown_root(const std::string& root) {
  return root.empty() ? "/" : root;
}

class WatchCall final : public ToolCall {
 public:
  explicit WatchCall(WatchWish wish) : wish_(std::move(wish)) {}

  Step run(CallContext& context) override {
    if (context.begins) {
      return Work{[this, directory = working_directory(context)](FileServices& files) {
        look_at(directory, files.own());
      }};
    }
    if (failure_) return *failure_;
    const std::string& root = wish_.root.path;
    const bool changed = context.state.set_watch_root(context.caller, wish_.root, !wish_.remove,
                                                      context.now_us, context.changes);
    if (wish_.remove && !changed) {
      return refuse_root(core::ErrorCode::not_found, root,
                         fmt::format("{} is not watched.", shown_root(root)),
                         "governorctl watch --list names what is.");
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object()
        .field("root", shown_root(root))
        .field("watched", !wish_.remove)
        .field("changed", changed);
    if (!wish_.remove) {
      json.field("with_ignored", wish_.root.with_ignored).field("files", static_cast<std::uint64_t>(files_));
      json.field("all_counted", files_ < kMaxCountedFiles);
    }
    json.end_object();
    return text;
  }

 private:
  void look_at(const std::string& directory, const OwnFiles& own) {
    constexpr std::string_view kTree = "/**";
    const std::string given = wish_.root.path;
    auto found = resolve_path(given + "/", directory);
    if (!found) {
      failure_ = std::move(found.error());
      failure_->field = "root";
      return;
    }
    if (!found->exists && !wish_.remove) {
      failure_ = core::invalid_argument("root", fmt::format("\"{}\"", given), "an existing directory");
      return;
    }
    wish_.root.path = found->path.substr(0, found->path.size() - kTree.size());
    // What lies around governor's own files may be watched; they are left out.
    if (!wish_.remove && own.contains(wish_.root.path)) failure_ = own.refusal(*found);
    if (failure_) failure_->field = "root";
    if (!failure_ && !wish_.remove) failure_ = look_at_root(own);
  }

  /// How many files it is about, and whether it can be meant.
  std::optional<core::Error> look_at_root(const OwnFiles& own) {
    std::string& root = wish_.root.path;
    const std::string_view what = wide_root(root);
    if (!what.empty() && !wish_.force) {
      return refuse_root(
          core::ErrorCode::invalid_argument, root,
          fmt::format("{} is {}: whatever changes there would be kept and reported.", shown_root(root), what),
          "Name the directory of the project. If all of it is meant, say --force.");
    }
    WatchFilter filter([&own](std::string_view path) { return own.contains(path); });
    const core::WatchTarget target{core::PathPattern::glob(root + "/**"), !wish_.root.with_ignored};
    files_ = matching_files({target}, {}, kMaxCountedFiles, filter).size();
    if (files_ > core::FileTable::kRememberedFiles && !wish_.force) {
      return refuse_root(core::ErrorCode::limit_exceeded, root,
                         fmt::format("{} has {}{} files; governor remembers what {} files hold.",
                                     shown_root(root), files_ < kMaxCountedFiles ? "" : "more than ", files_,
                                     core::FileTable::kRememberedFiles),
                         "Name a part of it. With --force all are watched, and of some a change is reported "
                         "without what they held before.");
    }
    return std::nullopt;
  }

  WatchWish wish_;
  std::size_t files_ = 0;
  std::optional<core::Error> failure_;
};

constexpr Parameter kWatchParameters[] = {
    path("root").required("a directory"),
    flag("with_ignored"),
    flag("remove"),
    flag("force"),
};

ParsedCall parse_watch(Arguments& arguments, const ToolEnvironment&) {
  WatchWish wish;
  wish.root.path = arguments.text("root").value_or("");
  wish.root.with_ignored = arguments.flag("with_ignored");
  wish.remove = arguments.flag("remove");
  wish.force = arguments.flag("force");
  return std::make_unique<WatchCall>(std::move(wish));
}

class WatchesCall final : public ToolCall {
 public:
  Step run(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("items").begin_array();
    for (const core::WatchRoot& root : context.state.watch_roots())
      json.begin_object()
          .field("root", shown_root(root.path))
          .field("with_ignored", root.with_ignored)
          .end_object();
    json.end_array().end_object();
    return text;
  }
};

ParsedCall parse_watches(Arguments&, const ToolEnvironment&) {
  return std::make_unique<WatchesCall>();
}

}  // namespace

GovernorRequest watch_request() {
  return {{"governor/watch", Effect::idempotent, kWatchParameters, parse_watch}, core::Role::person};
}

GovernorRequest watches_request() {
  return {{"governor/watches", Effect::none, {}, parse_watches}, std::nullopt};
}

}  // namespace governor::daemon
