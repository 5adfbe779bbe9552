#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string_view>

#include "ctl/context.hpp"
#include "ipc/client.hpp"
#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ctl {

/// A tool that gives its list in pages.
struct PagedList {
  std::string_view tool;
  std::string_view list;                      ///< field of the result that holds the rows
  std::string_view next = "next_cursor";      ///< field of the result that says where the next page begins
  std::string_view continue_from = "cursor";  ///< argument that takes it
  std::int64_t page = 500;                    ///< the most rows that the tool gives at once
};

/// Called with each page as the daemon sent it, and its rows.
using OnPage = std::function<void(const boost::json::object& page, const boost::json::array& rows)>;

/// Asks for pages until `limit` rows have come (0: until there are no more). A daemon that gives the same
/// cursor for ever is stopped by the deadline. Returns whether there are more than `limit`.
ipc::Result<bool> fetch_pages(ipc::Client& client, const PagedList& from, boost::json::object arguments,
                              std::int64_t limit, ipc::Deadline deadline, const OnPage& on_page);

struct FetchedRows {
  boost::json::array rows;
  bool more = false;  ///< there are others, which were not asked for
};

/// All rows of those pages.
ipc::Result<FetchedRows> fetch_rows(ipc::Client& client, const PagedList& from, boost::json::object arguments,
                                    std::int64_t limit, ipc::Deadline deadline);

/// `{name: rows, "count": …, "more": …}`, for --json.
boost::json::object rows_json(std::string_view name, const FetchedRows& fetched);

/// Tells a person, below the table, that it is not all there is.
void say_if_cut(const Context& context, const FetchedRows& fetched);

}  // namespace governor::ctl
