#include "text/shell_word.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include "tests/support/catch.hpp"
#include "text/path_text.hpp"

using namespace governor::text;

namespace {

/// The words that a shell makes of a line, each in brackets.
std::string words_of(const std::string& line) {
  // The line is read from here and not given as an argument, so nothing but the shell itself takes it apart.
  const std::string command = "printf '[%s]' " + line;
  const std::unique_ptr<FILE, int (*)(FILE*)> shell(::popen(command.c_str(), "r"), &::pclose);
  std::string words;
  for (int c = std::fgetc(shell.get()); c != EOF; c = std::fgetc(shell.get())) words += static_cast<char>(c);
  return words;
}

}  // namespace

TEST_CASE("plain words are typed as they are") {
  CHECK(shell_word("/p/src/a-b_c.cpp") == "/p/src/a-b_c.cpp");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("it's") == R"('it'\''s')");
}

TEST_CASE("whatever a name is, a shell makes one word of it and runs nothing") {
  for (const char* name : {"/p/a b",    "/p/a;touch /tmp/x",
                           "/p/$(id)",  "/p/`id`",
                           "/p/it's",   "/p/\"q\"",
                           "/p/a\\b",   "/p/!!",
                           "/p/#x",     "~",
                           "=ls",       "{a,b}",
                           "a&b|c>d<e", "*?[x]",
                           "-rf",       "'",
                           "''''",      "\\",
                           " ",         "größe",
                           "/p/a\\x0ab"}) {
    CAPTURE(name);
    CHECK(words_of(shell_word(name)) == "[" + std::string(name) + "]");
  }
}

TEST_CASE("the text of a name with line breaks is one line in a shell too") {
  const std::string name = "/p/a\nrm -rf \"x\"\r\xff'";
  const std::string word = shell_word(path_text(name));
  CHECK(word.find('\n') == std::string::npos);
  CHECK(words_of(word) == "[" + path_text(name) + "]");
}
