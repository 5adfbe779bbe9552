#include "daemon/files/fold_name.hpp"

#include "tests/support/catch.hpp"

using governor::daemon::fold_name;

TEST_CASE("names that differ in case alone fold to the same text") {
  CHECK(fold_name("README.md") == fold_name("readme.MD"));
  CHECK(fold_name("ОТЧЕТ.txt") == fold_name("отчет.txt"));
  CHECK(fold_name("ΛΌΓΟΣ") == fold_name("λόγος"));
  CHECK(fold_name("É.txt") == fold_name("é.txt"));
}

TEST_CASE("composed and decomposed forms of a name fold to the same text") {
  CHECK(fold_name("caf\u00e9.txt") == fold_name("cafe\u0301.txt"));
  CHECK(fold_name("\u00e9\u00e9") == fold_name("e\u0301e\u0301"));
  CHECK(fold_name("vi\u1ec7t") == fold_name("vie\u0323\u0302t"));
  CHECK(fold_name("\u304c\u304e") == fold_name("\u304b\u3099\u304d\u3099"));
  CHECK(fold_name("\u30d1\u30fc\u30c8") == fold_name("\u30cf\u309a\u30fc\u30c8"));
  CHECK(fold_name("\ud55c\uae00.md") == fold_name("\u1112\u1161\u11ab\u1100\u1173\u11af.md"));
}

TEST_CASE("other names keep what tells them apart") {
  CHECK(fold_name("main.cpp") != fold_name("main.hpp"));
  CHECK(fold_name("设计.md") != fold_name("计划.md"));
  CHECK(fold_name("한글.md") != fold_name("한국.md"));
  CHECK(fold_name("отчет") != fold_name("отчеты"));
  CHECK(fold_name("\u3042.txt") != fold_name("\u3044.txt"));
  CHECK(fold_name("[slug] (copy).tsx") == "[slug] (copy).tsx");
}

TEST_CASE("bytes that are no UTF-8 do not lead out of the name") {
  CHECK_NOTHROW(fold_name("\xff\xfe"));
  CHECK_NOTHROW(fold_name("abc\xe2\x82"));
  CHECK_NOTHROW(fold_name("\xcc\x81"));
}
