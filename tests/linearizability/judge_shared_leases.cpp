// Judges the history of leases that a test has recorded: a file with one operation a line,
//   {"path":"a","kind":"grant","fence":1,"holder":"a1","sent":0,"answered":10}
// where `answered` is missing if the outcome is not known. Says what is wrong and gives 1 if something is.
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <string_view>

#include "tests/linearizability/checker.hpp"
#include "tests/linearizability/shared_lease_model.hpp"

namespace json = boost::json;
using namespace governor::linearizability;
using JudgedOp = Checker<SharedLeaseModel>::Op;

namespace {

JudgedOp read_operation(const json::object& line) {
  using Kind = SharedLeaseModel::Input::Kind;
  const json::string& kind = line.at("kind").as_string();
  JudgedOp op;
  const std::map<std::string_view, Kind> kinds{
      {"grant", Kind::grant}, {"write", Kind::write}, {"release", Kind::release}, {"end", Kind::end}};
  op.input.kind = kinds.at(std::string_view(kind));
  op.input.fence = line.at("fence").to_number<std::uint64_t>();
  op.input.holder = line.at("holder").as_string();
  op.sent = line.at("sent").to_number<std::int64_t>();
  if (const json::value* answered = line.if_contains("answered")) {
    op.answered = answered->to_number<std::int64_t>();
    op.output = SharedLeaseModel::Output{};
  }
  return op;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::invalid_argument("usage: judge_shared_leases FILE");
  std::map<std::string, std::vector<JudgedOp>> histories;
  std::ifstream file(argv[1]);
  if (!file) throw std::runtime_error("the history cannot be read");
  for (std::string line; std::getline(file, line);) {
    const json::object operation = json::parse(line).as_object();
    histories[std::string(operation.at("path").as_string())].push_back(read_operation(operation));
  }
  bool is_sound = !histories.empty();
  for (const auto& [path, history] : histories) {
    const Finding finding = check<SharedLeaseModel>(history);
    const bool fits = finding.verdict == Verdict::linearizable;
    is_sound = is_sound && fits;
    std::cout << path << ": " << history.size() << " operations, "
              << (fits                                    ? "linearizable"
                  : finding.verdict == Verdict::undecided ? "undecided"
                                                          : "not linearizable")
              << '\n'
              << finding.explanation;
  }
  return is_sound ? 0 : 1;
} catch (const std::exception& failure) {
  std::cerr << failure.what() << '\n';
  return 2;
}
