#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "ctl/commands.hpp"
#include "ctl/coordination/file_paths.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/table.hpp"
#include "ctl/tool_command.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

struct WatchRequest {
  std::string root;
  bool remove = false;
  bool list = false;
  bool force = false;
  bool with_ignored = false;
};

int run_list_watches(const Context& context) {
  return run_method(context, {"governor/watches"}, [&](const json::object& result) {
    Table table({{"DIRECTORY"}, {"FILES"}});
    for (const json::value& entry : array_field(result, "items")) {
      if (!entry.is_object()) continue;
      const json::object& item = entry.get_object();
      table.add_row(
          {text_field(item, "root"), flag_field(item, "with_ignored") ? "all" : "without what git ignores"});
    }
    context.out << (table.empty() ? "no directory is watched\n" : table.render(context.colour));
  });
}

int run_watch(const Context& context, const WatchRequest& request) {
  if (request.list || request.root.empty()) return run_list_watches(context);
  json::object params = {{"root", absolute_path(request.root)}};
  if (request.remove) params["remove"] = true;
  if (request.force) params["force"] = true;
  if (request.with_ignored) params["with_ignored"] = true;
  ToolCommand command{"governor/watch", std::move(params), std::chrono::minutes(1),
                      "looking at " + request.root};
  return run_method(context, std::move(command), [&](const json::object& result) {
    context.out << printable(text_field(result, "root"));
    if (request.remove) {
      context.out << " is no longer watched\n";
      return;
    }
    context.out << " is watched: " << (flag_field(result, "all_counted") ? "" : "more than ")
                << count_text(result, "files") << (count_field(result, "files") == 1 ? " file" : " files")
                << (flag_field(result, "with_ignored") ? "\n" : ", without those that git ignores\n");
  });
}

}  // namespace

void add_watches(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("watch", "Reports every change in a directory that was made without a lease");
  const auto request = std::make_shared<WatchRequest>();
  command->add_option("DIR", request->root, "The directory; none: shows those that are watched");
  command->add_flag("--remove", request->remove, "No longer");
  command->add_flag("--with-ignored", request->with_ignored, "Also files that git ignores");
  command->add_flag("--force", request->force,
                    "Also a home directory, one of the system, or one with more than 20,000 files");
  command->add_flag("--list", request->list, "Shows those that are watched");
  command->callback([&action, request] {
    action = [request](const Context& context) { return run_watch(context, *request); };
  });
}

}  // namespace governor::ctl
