#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string_view>

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
/// cursor for ever is stopped by the deadline.
ipc::Result<void> fetch_pages(ipc::Client& client, const PagedList& from, boost::json::object arguments,
                              std::int64_t limit, ipc::Deadline deadline, const OnPage& on_page);

/// All rows of those pages.
ipc::Result<boost::json::array> fetch_rows(ipc::Client& client, const PagedList& from,
                                           boost::json::object arguments, std::int64_t limit,
                                           ipc::Deadline deadline);

}  // namespace governor::ctl
