#include "ctl/pages.hpp"

#include <algorithm>
#include <utility>

#include "ctl/daemon_call.hpp"
#include "ctl/json_fields.hpp"
#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace json = boost::json;

ipc::Result<bool> fetch_pages(ipc::Client& client, const PagedList& from, json::object arguments,
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
    if (!next || next->is_null() || count <= 0) return false;
    if (limit != 0 && fetched >= limit) return true;
    arguments[from.continue_from] = *next;
  }
}

ipc::Result<FetchedRows> fetch_rows(ipc::Client& client, const PagedList& from, json::object arguments,
                                    std::int64_t limit, ipc::Deadline deadline) {
  FetchedRows all;
  const auto more = fetch_pages(client, from, std::move(arguments), limit, deadline,
                                [&all](const json::object&, const json::array& rows) {
                                  all.rows.insert(all.rows.end(), rows.begin(), rows.end());
                                });
  if (!more) return more.error();
  all.more = *more;
  return all;
}

json::object rows_json(std::string_view name, const FetchedRows& fetched) {
  json::object object;
  object[name] = fetched.rows;
  object["count"] = fetched.rows.size();
  object["more"] = fetched.more;
  return object;
}

void say_if_cut(const Context& context, const FetchedRows& fetched) {
  if (!fetched.more) return;
  context.out << "these are the newest " << grouped(static_cast<std::int64_t>(fetched.rows.size()))
              << "; there are more: --rows says how many to show\n";
}

}  // namespace governor::ctl
