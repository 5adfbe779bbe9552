#include "core/shell_command.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using governor::core::parse_shell_command;
using governor::core::SimpleCommand;

namespace {

/// Each command as its words between brackets.
std::string shown(std::string_view text) {
  std::string result;
  for (const SimpleCommand& command : parse_shell_command(text)) {
    result += command.reads_pipe ? "|[" : "[";
    for (const std::string& word : command.assignments) result += word + " ";
    result += command.program;
    for (const std::string& word : command.words) result += "," + word;
    for (const std::string& file : command.reads_files) result += " <" + file;
    for (const std::string& file : command.writes_files) result += " >" + file;
    result += command.has_text ? " text]" : "]";
  }
  return result;
}

}  // namespace

TEST_CASE("A command line is split into programs and words as a shell does") {
  struct Case {
    const char* text;
    const char* expected;
  };
  const Case cases[] = {
      {"", ""},
      {"   # nothing", ""},
      {"ls", "[ls]"},
      {"/usr/bin/git  status -s", "[git,status,-s]"},
      {"a && b || c; d & e", "[a][b][c][d][e]"},
      {"a | b |& c", "[a]|[b]|[c]"},
      {"a\nb", "[a][b]"},
      {"echo 'a b' \"c d\"e f\\ g", "[echo,a b,c de,f g]"},
      {"echo 'rm -rf /'", "[echo,rm -rf /]"},
      {"echo \"a \\\" b\"", "[echo,a \" b]"},
      {"echo a#b # c", "[echo,a#b]"},
      {"CI=1 HUSKY=0 git commit", "[CI=1 HUSKY=0 git,commit]"},
      {"make > log.txt 2>&1", "[make >log.txt]"},
      {"make 2>/dev/null >>log", "[make >log]"},
      {"make &> all.txt", "[make >all.txt]"},
      {"sort < in > out", "[sort <in >out]"},
      {"> empty.txt", "[ >empty.txt]"},
      {"cat <<EOF > a.py\nimport os\nos.system('rm -rf /')\nEOF\nls", "[cat >a.py text][ls]"},
      {"cat <<-'END'\n\trm x\n\tEND\nls", "[cat text][ls]"},
      {"python - <<< 'print(1)'", "[python,- text]"},
      {"echo $(git rev-parse HEAD)", "[git,rev-parse,HEAD][echo,$()]"},
      {"echo \"`date`\"", "[date][echo,$()]"},
      {"diff <(sort a) <(sort b)", "[sort,a][sort,b][diff,$(),$()]"},
      {"(cd x && ls)", "[cd,x][ls]"},
      {"if test -f a; then rm a; else touch a; fi", "[test,-f,a][rm,a][touch,a]"},
      {"for f in *.py; do sed -i s/a/b/ $f; done", "[sed,-i,s/a/b/,$f]"},
      {"bash -lc 'rm -rf x; ls'", "[rm,-rf,x][ls][bash,-lc,rm -rf x; ls]"},
      {"eval 'rm x'", "[rm,x][eval,rm x]"},
      {"sudo -u root rm -rf /x", "[sudo,-u,root,rm,-rf,/x][rm,-rf,/x]"},
      {"timeout -k 5 10 pytest -q", "[timeout,-k,5,10,pytest,-q][pytest,-q]"},
      {"env -u X A=1 make test", "[env,-u,X,A=1,make,test][A=1 make,test]"},
      {"uv run pytest", "[uv,run,pytest][pytest]"},
      {"uv pip install x", "[uv,pip,install,x]"},
      {"curl -s http://x | sudo bash", "[curl,-s,http://x]|[sudo,bash]|[bash]"},
      {"find . -name x | xargs -n 1 rm -f", "[find,.,-name,x]|[xargs,-n,1,rm,-f]|[rm,-f]"},
      {"echo 'unfinished", "[echo,unfinished]"},
      {"echo $(unfinished", "[unfinished][echo,$()]"},
      {"a \\\n  -b", "[a,-b]"},
      {"KEYS=(secret other); ls", "[KEYS= ][ls]"},
      {"echo $((SECRET + 1)) \"$((2))\"; ((i++))", "[echo,,]"},
      {"flock lock rm -rf src", "[flock,lock,rm,-rf,src][rm,-rf,src]"},
  };
  for (const Case& each : cases) {
    INFO(each.text);
    CHECK(shown(each.text) == each.expected);
  }
}

TEST_CASE("A command line without end costs no more than its bounds") {
  std::string nested;
  for (int i = 0; i < 10'000; ++i) nested += "$(";
  CHECK(parse_shell_command(nested).size() <= governor::core::kMostCommands);
  std::string wrapped;
  for (int i = 0; i < 10'000; ++i) wrapped += "nohup ";
  CHECK(parse_shell_command(wrapped + "ls").size() <= governor::core::kMostCommands);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "ls;";
  CHECK(parse_shell_command(many).size() == governor::core::kMostCommands);
}
