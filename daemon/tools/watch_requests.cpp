#include "daemon/tools/watch_requests.hpp"

#include <fmt/format.h>

#include "daemon/files/file_services.hpp"
#include "daemon/files/real_path.hpp"
#include "daemon/support/json_writer.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/path_reference.hpp"

namespace governor::daemon {
namespace {

class WatchCall final : public ToolCall {
 public:
  WatchCall(std::string root, bool remove) : root_(std::move(root)), remove_(remove) {}

  core::Result<std::string> run(CallContext& context) override {
    if (!resolved_) {
      directory_ = working_directory(context);
      context.next = CallContext::Next::work;
      return std::string();
    }
    if (failure_) return *failure_;
    const bool changed =
        context.state.set_watch_root(context.caller, root_, !remove_, context.now_us, context.changes);
    if (remove_ && !changed) {
      core::Error error(core::ErrorCode::not_found, fmt::format("{} is not watched.", root_),
                        "governorctl watch --list names what is.");
      error.field = "root";
      error.given = root_;
      return error;
    }
    std::string text;
    JsonWriter json(text);
    json.begin_object()
        .field("root", root_)
        .field("watched", !remove_)
        .field("changed", changed)
        .end_object();
    return text;
  }

  void work(FileServices& files) override {
    resolved_ = true;
    constexpr std::string_view kTree = "/**";
    auto found = resolve_path(root_ + "/", directory_);
    if (!found) {
      failure_ = std::move(found.error());
      failure_->field = "root";
    } else if (!found->exists && !remove_) {
      failure_ = core::invalid_argument("root", fmt::format("\"{}\"", root_), "an existing directory");
    } else {
      root_ = found->path.substr(0, found->path.size() - kTree.size());
      // What lies around governor's own files may be watched; they are left out.
      if (files.own().contains(root_)) failure_ = files.own().refusal(*found);
      if (failure_) failure_->field = "root";
    }
  }

 private:
  std::string root_;
  bool remove_;
  std::string directory_;
  bool resolved_ = false;
  std::optional<core::Error> failure_;
};

core::Result<std::unique_ptr<ToolCall>> parse_watch(const boost::json::object& object,
                                                    const ToolEnvironment&) {
  Arguments arguments(object);
  auto root = arguments.text("root", kMaxPathBytes);
  const bool remove = arguments.flag("remove", false);
  if (!root) arguments.require("root", "a directory");
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(std::make_unique<WatchCall>(*std::move(root), remove));
}

class WatchesCall final : public ToolCall {
 public:
  [[nodiscard]] bool depends_on_all() const override { return true; }

  core::Result<std::string> run(CallContext& context) override {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("items").begin_array();
    for (const std::string& root : context.state.watch_roots())
      json.begin_object().field("root", root).end_object();
    json.end_array().end_object();
    return text;
  }
};

core::Result<std::unique_ptr<ToolCall>> parse_watches(const boost::json::object& object,
                                                      const ToolEnvironment&) {
  Arguments arguments(object);
  if (auto error = arguments.finish()) return *std::move(error);
  return std::unique_ptr<ToolCall>(std::make_unique<WatchesCall>());
}

}  // namespace

const Tool& watch_request() {
  static const Tool request{"governor/watch", "", "", "", "", "", false, true, parse_watch};
  return request;
}

const Tool& watches_request() {
  static const Tool request{"governor/watches", "", "", "", "", "", true, true, parse_watches};
  return request;
}

}  // namespace governor::daemon
