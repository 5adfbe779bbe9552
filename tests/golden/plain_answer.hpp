#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>

namespace governor::test {

/// Makes of an answer what is the same in every run, on every machine: what differs by nature is replaced by
/// what it stands for, moments have whole seconds, and numbers nine digits. Prose is taken out, so that a
/// change of wording and a change of meaning are told apart.
class PlainAnswer {
 public:
  /// From now on `given`, wherever it stands, is written as `name`.
  void replace(const std::string& given, const std::string& name);

  struct Parts {
    boost::json::value meaning;  ///< with "#1" for the first prose, and so on
    boost::json::array prose;
  };
  [[nodiscard]] Parts of(const boost::json::value& answer) const;

 private:
  class Pass;
  std::map<std::string, std::string> names_;
};

}  // namespace governor::test
