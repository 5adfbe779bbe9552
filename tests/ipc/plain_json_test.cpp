#include "ipc/plain_json.hpp"

#include <boost/json.hpp>

#include "tests/support/catch.hpp"

using governor::ipc::plain_json;
namespace json = boost::json;

TEST_CASE("numbers are written as people write them, and read back the same") {
  CHECK(plain_json(0.667) == "0.667");
  CHECK(plain_json(0.0001) == "0.0001");
  CHECK(plain_json(-12.5) == "-12.5");
  CHECK(plain_json(5.0) == "5");
  CHECK(plain_json(0.0) == "0");
  CHECK(plain_json(std::int64_t{-9'000'000'000'000'000'000}) == "-9000000000000000000");
  for (const double number : {0.1, 1.0 / 3.0, 1e-300, 1.5e300, 123456.789, 999999999999999.0}) {
    INFO(plain_json(number));
    CHECK(json::parse(plain_json(number)).to_number<double>() == number);
  }
}

TEST_CASE("all else is written as JSON has it") {
  const json::value all{{"text", "a \"quoted\" one\n"},
                        {"list", {1, 0.25, nullptr, true, json::array()}},
                        {"nothing", json::object()}};
  CHECK(plain_json(all) == R"({"text":"a \"quoted\" one\n","list":[1,0.25,null,true,[]],"nothing":{}})");
  CHECK(json::parse(plain_json(all)) == all);
}
