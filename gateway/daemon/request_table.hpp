#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace governor::gateway {

/// What several clients ask over one connection: each request gets an id, and a token of progress, of our own
/// while it is under way, and what comes back carries the client's again. No I/O.
class RequestTable {
 public:
  /// Takes a request and gives it its key, under which it goes to the daemon.
  std::uint64_t add(boost::json::object& request);

  struct Arrived {
    std::uint64_t key = 0;   ///< of the request that it is about; 0: of none
    bool is_answer = false;  ///< then the request is over, and not known any more
    std::string message;     ///< as the client is to see it
  };
  /// Of a line of the daemon.
  Arrived take(std::string_view line);

  /// The request of the client with this id that began last; 0: none.
  [[nodiscard]] std::uint64_t key_of(const boost::json::value& id) const;
  void remove(std::uint64_t key) { pending_.erase(key); }
  [[nodiscard]] std::size_t size() const { return pending_.size(); }

 private:
  struct Pending {
    boost::json::value id;
    std::string token;  ///< as JSON; empty: none was given
  };
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_key_ = 0;
};

}  // namespace governor::gateway
