#include "text/base64.hpp"

#include <string>
#include <utility>

#include "tests/support/catch.hpp"

using governor::text::base64;
using governor::text::bytes_of_base64;

TEST_CASE("bytes become the text that others know, and the same bytes again") {
  for (const auto& [bytes, text] : {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="),
                                    std::pair("foo", "Zm9v"), std::pair("foob", "Zm9vYg==")}) {
    CHECK(base64(bytes) == text);
    CHECK(bytes_of_base64(text) == std::string(bytes));
  }
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all += static_cast<char>(i);
    CHECK(bytes_of_base64(base64(all)) == all);
  }
}

TEST_CASE("what is no such text gives no bytes") {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_"}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_of_base64(text));
  }
}
