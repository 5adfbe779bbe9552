#include "ctl/pages.hpp"

#include <algorithm>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"

namespace governor::ctl {

namespace json = boost::json;

ipc::Result<void> fetch_pages(ipc::Client& client, const PagedList& from, json::object arguments,
                              std::int64_t limit, ipc::Deadline deadline, const OnPage& on_page) {
  std::int64_t fetched = 0;
  for (;;) {
    arguments["limit"] = limit == 0 ? from.page : std::min(from.page, limit - fetched);
    const auto page = call_tool(client, from.tool, arguments, deadline);
    if (!page) return page.error();
    const json::array& rows = array_field(*page, from.list);
    on_page(*page, rows);
    // Rows that come as one text are counted by the daemon.
    const auto count = rows.empty() ? count_field(*page, "count") : static_cast<std::int64_t>(rows.size());
    fetched += std::max<std::int64_t>(count, 0);
    const json::value* next = page->if_contains(from.next);
    if (!next || next->is_null() || count <= 0 || (limit != 0 && fetched >= limit)) return {};
    arguments[from.continue_from] = *next;
  }
}

ipc::Result<json::array> fetch_rows(ipc::Client& client, const PagedList& from, json::object arguments,
                                    std::int64_t limit, ipc::Deadline deadline) {
  json::array all;
  const auto done = fetch_pages(client, from, std::move(arguments), limit, deadline,
                                [&all](const json::object&, const json::array& rows) {
                                  all.insert(all.end(), rows.begin(), rows.end());
                                });
  if (!done) return done.error();
  return all;
}

}  // namespace governor::ctl
