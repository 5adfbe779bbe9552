#include "daemon/files/unified_diff.hpp"

#include "tests/support/catch.hpp"

using namespace governor::daemon;
using governor::core::ErrorCode;

namespace {

const std::string kBefore = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

std::string applied(std::string_view text, std::string_view diff,
                    DiffDirection direction = DiffDirection::forward) {
  const auto result = apply_diff(text, diff, direction);
  return result ? result->text : "refused: " + result.error().message;
}

}  // namespace

TEST_CASE("a diff changes, adds and takes away") {
  const std::string diff =
      "--- a/x\n+++ b/x\n"
      "@@ -1,3 +1,4 @@\n one\n-two\n+TWO\n+2.5\n three\n"
      "@@ -8,3 +9,2 @@ in some function\n eight\n-nine\n ten\n";
  const std::string after = "one\nTWO\n2.5\nthree\nfour\nfive\nsix\nseven\neight\nten\n";
  CHECK(applied(kBefore, diff) == after);
  CHECK(applied(after, diff, DiffDirection::backward) == kBefore);
}

TEST_CASE("a diff makes a file and empties one") {
  const std::string make = "@@ -0,0 +1,2 @@\n+a\n+b\n";
  CHECK(applied("", make) == "a\nb\n");
  CHECK(applied("a\nb\n", make, DiffDirection::backward) == "");
  CHECK(applied("a\nb\n", "@@ -1,2 +0,0 @@\n-a\n-b\n") == "");
}

TEST_CASE("a line number alone is no place") {
  const auto result = apply_diff("a\nb\nc\n", "@@ -2,0 +3 @@\n+new\n");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::conflict);
  CHECK(result.error().message.find("nothing but a line number") != std::string::npos);
  CHECK(applied("", "@@ -0,0 +1 @@\n+new\n") == "new\n");
  SECTION("but what comes of undoing it is known") {
    CHECK(applied("a\nb\nnew\nc\n", "@@ -2,0 +3 @@\n+new\n", DiffDirection::backward) == "a\nb\nc\n");
  }
  SECTION("nor does it choose among lines that look alike") {
    const auto brace = apply_diff("}\nx\n}\n", "@@ -3 +3 @@\n-}\n+};\n");
    REQUIRE_FALSE(brace);
    CHECK(brace.error().message.find("fits in 2 places, at line 1, 3") != std::string::npos);
    CHECK(applied("}\nx\n}\n", "@@ -2,2 +2,2 @@\n x\n-}\n+};\n") == "}\nx\n};\n");
  }
}

TEST_CASE("counts in the header that are wrong are counted anew, and it is said") {
  struct Case {
    const char* what;
    const char* diff;
  };
  const Case cases[] = {
      {"too small", "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n three\n-four\n+FOUR\n"},
      {"too large", "@@ -1,9 +1,9 @@\n one\n-two\n+TWO\n three\n-four\n+FOUR\n"},
      {"too small before another", "@@ -1 +1 @@\n one\n-two\n+TWO\n three\n@@ -4 +4 @@\n-four\n+FOUR\n"},
      {"too large, and an empty line behind", "@@ -1,6 +1,6 @@\n one\n-two\n+TWO\n three\n-four\n+FOUR\n\n"},
      {"only one of them", "@@ -1,4 +1,3 @@\n one\n-two\n+TWO\n three\n-four\n+FOUR\n"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const auto result = apply_diff(kBefore, one.diff);
    REQUIRE(result);
    CHECK(result->text == "one\nTWO\nthree\nFOUR\nfive\nsix\nseven\neight\nnine\nten\n");
    REQUIRE(result->remarks.size() == 1);
    CHECK(result->remarks.front().find("Hunk 1 was counted anew") != std::string::npos);
  }
  SECTION("and right ones are not") {
    const auto result = apply_diff(kBefore, "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n\n");
    REQUIRE(result);
    CHECK(result->remarks.empty());
  }
}

TEST_CASE("lines that go and come are told from the names of another file by the counts") {
  const std::string text = "a\n-- old\nb\n";
  CHECK(applied(text, "@@ -1,3 +1,3 @@\n a\n--- old\n+++ new\n b\n") == "a\n++ new\nb\n");
  CHECK(applied(text, "@@ -1,3 +1,2 @@\n a\n--- old\n b\n-- \n2.39.2\n\n") == "a\nb\n");
}

TEST_CASE("no line of a diff is passed over in silence") {
  const std::string_view texts[] = {
      "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n```\n",
      "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\nthree\n",
      "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\nand so on\n@@ -4 +4 @@\n-four\n+FOUR\n",
      "diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n@@ -1,2 +1,2 @@\n "
      "one\n-two\n+2\n",
      "diff --git a/x b/x\nGIT binary patch\nliteral 3\n",
      "diff --git a/x b/x\nnew mode 100755\ndiff --git a/y b/y\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
  };
  for (const std::string_view text : texts) {
    CAPTURE(text);
    const auto result = apply_diff(kBefore, text);
    REQUIRE_FALSE(result);
    CHECK(result.error().field == "unified_diff");
  }
}

TEST_CASE("a diff to /dev/null deletes, and takes all lines with it") {
  const auto result = apply_diff("a\nb\n", "--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n");
  REQUIRE(result);
  CHECK(result->deletes);
  CHECK(result->text.empty());
  CHECK_FALSE(apply_diff("a\nb\nc\n", "--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"));
  CHECK(apply_diff("", "diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n")->deletes);
  CHECK_FALSE(apply_diff("a\n", "diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n"));
  SECTION("and one from /dev/null makes a file where there is none") {
    CHECK(applied("", "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n") == "a\n");
    CHECK_FALSE(apply_diff("b\n", "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"));
  }
}

TEST_CASE("the end of a file without a line break is kept as the diff says") {
  const std::string add = "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n";
  CHECK(applied("a\nb", add) == "a\nb\n");
  CHECK(applied("a\nb\n", add, DiffDirection::backward) == "a\nb");
  CHECK(applied("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n") == "a\nc");
  CHECK(applied("a\nb", "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n") == "A\nb");
}

TEST_CASE("the last line of a diff may lack its own line break") {
  CHECK(applied("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c") == "a\nc\n");
}

TEST_CASE("an empty line of context may have lost its blank") {
  CHECK(applied("a\n\nb\n", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n") == "a\n\nc\n");
}

TEST_CASE("line numbers that are off lead to the one place that fits") {
  CHECK(apply_diff(kBefore, "@@ -1,2 +1,2 @@\n eight\n-nine\n+NINE\n")->remarks.front().find("at line 8") !=
        std::string::npos);
  CHECK(applied(kBefore, "@@ -1,2 +1,2 @@\n eight\n-nine\n+NINE\n") ==
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nNINE\nten\n");
  SECTION("and not to one of two") {
    const auto result = apply_diff("x\na\nx\na\n", "@@ -9 +9 @@\n-a\n+b\n");
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::conflict);
  }
  SECTION("of two, to the one that is named") {
    CHECK(applied("x\na\nx\na\n", "@@ -3,2 +3,2 @@\n x\n-a\n+b\n") == "x\na\nx\nb\n");
  }
}

TEST_CASE("a number that is none of a line makes no header") {
  const std::string far = "@@ -1 +1 @@\n-one\n+1\n@@ -9223372036854775807 +9223372036854775807 @@\n ten\n";
  CHECK(applied(kBefore, far).starts_with("refused: Line 4 of the diff is no header of a hunk"));
  CHECK(applied(kBefore, "@@ -1000000000 +1000000000 @@\n-ten\n+10\n").ends_with("nine\n10\n"));
}

TEST_CASE("later hunks are shifted as the ones before them were") {
  const std::string text = "new\nnew\n" + kBefore + "two\n";
  const std::string diff = "@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n@@ -10,1 +10,1 @@\n-ten\n+TEN\n";
  CHECK(applied(text, diff) == "new\nnew\nONE\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nTEN\ntwo\n");
}

TEST_CASE("a hunk that does not fit is named, with what it wants and what is there") {
  const auto result = apply_diff(kBefore, "@@ -1 +1 @@\n-one\n+1\n@@ -3,2 +3,2 @@\n three\n-vier\n+4\n");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::conflict);
  CHECK(result.error().field == "unified_diff");
  CHECK(result.error().message.find("Hunk 2") != std::string::npos);
  CHECK(result.error().message.find("line 4 should be \"vier\" and is \"four\"") != std::string::npos);
}

TEST_CASE("lines that differ in how they end are told apart") {
  const auto result = apply_diff("a\r\nb\r\n", "@@ -1 +1 @@\n-a\n+c\n");
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("ends in another way") != std::string::npos);
  CHECK(applied("a\r\nb\r\n", "@@ -1 +1 @@\n-a\r\n+c\r\n") == "c\r\nb\r\n");
}

TEST_CASE("hunks that overlap or come in the wrong order are refused") {
  CHECK_FALSE(apply_diff(kBefore, "@@ -5,2 +5,2 @@\n five\n-six\n+6\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"));
  CHECK_FALSE(apply_diff("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -2 +2 @@\n-b\n+d\n"));
}

TEST_CASE("what is no diff of one file is refused") {
  const std::string_view texts[] = {
      "",
      "hello\n",
      "--- a\n+++ b\n",
      "@@ nonsense @@\n a\n",
      "@@ -1,2 +1,2\n a\n b\n",
      "@@ -1,3 +1,3 @@\n one\n two\n",
      "@@ -1,1 +1,2 @@\n one\n two\n",
      "@@ -1,1 +1,1 @@\n*one\n",
      "@@ -99999999999999999999999,1 +1,1 @@\n-one\n+1\n",
      "@@ -1 +1 @@\n-one\n+1\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-one\n+1\n",
  };
  for (const std::string_view text : texts) {
    CAPTURE(text);
    const auto result = apply_diff("one\nzwei\n", text);
    REQUIRE_FALSE(result);
    CHECK(result.error().field == "unified_diff");
  }
}
