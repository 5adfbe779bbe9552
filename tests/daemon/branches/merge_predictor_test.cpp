// Real repositories, real git.
#include "daemon/branches/merge_predictor.hpp"

#include <algorithm>
#include <map>

#include "daemon/branches/live_branches.hpp"
#include "tests/daemon/git_project.hpp"
#include "tests/support/result.hpp"

using namespace governor;
using namespace governor::daemon;
using namespace governor::daemon::test;
using namespace std::chrono_literals;

namespace {

struct Predicting : GitProject {
  Predicting() : predictor(directory() + "/scratch", environment()) {}

  MergePrediction predict(std::vector<std::string> named = {}) {
    auto prediction = predictor.predict(main(), named, ipc::Deadline::after(120s));
    INFO((prediction ? std::string() : prediction.error().message));
    REQUIRE(prediction);
    return *std::move(prediction);
  }
  /// `a|b: file` for each pair that conflicts.
  static std::vector<std::string> conflicts_of(const MergePrediction& prediction) {
    std::vector<std::string> texts;
    for (const PairPrediction& pair : prediction.pairs) {
      CHECK(pair.outcome != MergeOutcome::unknown);
      if (pair.outcome != MergeOutcome::conflict) continue;
      std::string text =
          prediction.branches[pair.first].text() + '|' + prediction.branches[pair.second].text() + ':';
      for (const std::string& file : pair.files) text += ' ' + file;
      texts.push_back(std::move(text));
    }
    return texts;
  }
  /// Of all that lies in the repository: its size and when it was changed.
  [[nodiscard]] std::map<std::string, std::string> traces() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory())) {
      const std::string path = entry.path().string();
      if (path.starts_with(directory() + "/scratch")) continue;
      // An object that git would write again gets a new time, and nothing else.
      const bool is_object = path.find("/.git/objects/") != std::string::npos;
      found[path] = (is_object ? "" : std::to_string(entry.last_write_time().time_since_epoch().count())) +
                    ' ' + (entry.is_regular_file() ? std::to_string(entry.file_size()) : "");
    }
    return found;
  }

  /// What is not as it was, and why.
  [[nodiscard]] std::vector<std::string> changed_since(
      const std::map<std::string, std::string>& before) const {
    std::vector<std::string> changed;
    const auto now = traces();
    for (const auto& [path, trace] : now) {
      const auto known = before.find(path);
      if (known == before.end() || known->second != trace)
        changed.push_back(path + ": " + (known == before.end() ? "new" : known->second) + " -> " + trace);
    }
    for (const auto& [path, trace] : before)
      if (!now.contains(path)) changed.push_back(path + ": gone");
    return changed;
  }

  MergePredictor predictor;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Predicting, "branches that change the same lines are found, others merge") {
  const std::string left = add_worktree("left");
  const std::string right = add_worktree("right");
  const std::string other = add_worktree("other");
  write(left, "parser.py", "one\nLEFT\nthree\n");
  commit(left, "left");
  write(right, "parser.py", "one\nRIGHT\nthree\n");
  commit(right, "right");
  write(other, "other.py", "two\n");
  commit(other, "other");
  const MergePrediction prediction = predict();
  CHECK(prediction.repository == main() + "/.git");
  CHECK(prediction.branches.size() == 4);
  CHECK(prediction.pairs.size() == 6);
  CHECK(conflicts_of(prediction) == Texts{"left|right: parser.py"});
}

TEST_CASE_METHOD(Predicting, "what is not committed counts, and nothing in the repository changes for it") {
  const std::string left = add_worktree("left");
  const std::string right = add_worktree("right");
  write(left, "parser.py", "one\nLEFT\nthree\n");
  commit(left, "left");
  CHECK(conflicts_of(predict()).empty());
  write(right, "parser.py", "one\nRIGHT\nthree\n");
  write(right, "new.py", "unknown to git\n");
  const auto before = traces();
  const MergePrediction prediction = predict();
  CHECK(conflicts_of(prediction) == Texts{"left|right: parser.py"});
  for (const LiveBranch& branch : prediction.branches) CHECK(branch.uncommitted == (branch.name == "right"));
  CHECK(changed_since(before) == Texts{});
  CHECK(std::filesystem::is_empty(directory() + "/scratch"));
  CHECK(git({"status", "--porcelain"}, right) == " M parser.py\n?? new.py");
}

TEST_CASE_METHOD(Predicting, "nothing that a repository's configuration names is run") {
  const std::string left = add_worktree("left");
  const std::string mark = directory() + "/scratch-run";
  for (const char* name :
       {"filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "merge.evil.driver",
        "diff.evil.command", "diff.evil.textconv", "diff.external", "core.fsmonitor"})
    git({"config", name, "touch " + mark});
  write(left, ".gitattributes", "*.py filter=evil merge=evil diff=evil\n");
  write(left, "parser.py", "one\nLEFT\nthree\n");
  write(main(), "parser.py", "one\nMAIN\nthree\n");
  CHECK(conflicts_of(predict()) == Texts{"main|left: parser.py"});
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE_METHOD(Predicting, "what two commits give is asked once, and again when one of them moves") {
  const std::string left = add_worktree("left");
  add_worktree("right");
  write(left, "parser.py", "one\nLEFT\nthree\n");
  write(main(), "parser.py", "one\nMAIN\nthree\n");
  CHECK(predict().pairs.size() == 3);
  const std::size_t asked = predictor.merges();
  CHECK(asked > 0);
  CHECK(predict().pairs.size() == 3);
  CHECK(predictor.merges() == asked);
  commit(left, "left");
  CHECK(conflicts_of(predict()) == Texts{"main|left: parser.py"});
  CHECK(predictor.merges() > asked);
}

TEST_CASE_METHOD(Predicting, "named branches need no worktree, and one that does not exist is said") {
  git({"checkout", "-q", "-b", "old"});
  write(main(), "parser.py", "one\nOLD\nthree\n");
  commit(main(), "old");
  git({"checkout", "-q", "main"});
  write(main(), "parser.py", "one\nMAIN\nthree\n");
  commit(main(), "main");
  CHECK(predict().branches.size() == 1);
  CHECK(conflicts_of(predict({"main", "old"})) == Texts{"main|old: parser.py"});
  const auto refused = predictor.predict(main(), {"main", "nothing"}, ipc::Deadline::after(60s));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().field == "branches");
  CHECK(refused.error().given == "nothing");
  const auto nowhere = predictor.predict(directory(), {}, ipc::Deadline::after(60s));
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().field == "repository");
}

TEST_CASE_METHOD(Predicting, "branches without a common beginning are not known to merge") {
  git({"checkout", "-q", "--orphan", "alien"});
  commit(main(), "alien");
  const MergePrediction prediction = predict({"main", "alien"});
  REQUIRE(prediction.pairs.size() == 1);
  CHECK(prediction.pairs[0].outcome == MergeOutcome::unknown);
  CHECK(prediction.pairs[0].why.find("unrelated") != std::string::npos);
}

TEST_CASE_METHOD(Predicting, "what is not known at the deadline is unknown, and said") {
  const std::string left = add_worktree("left");
  write(left, "parser.py", "one\nLEFT\nthree\n");
  commit(left, "left");
  const auto prediction = predictor.predict(main(), {}, ipc::Deadline::after(0s));
  REQUIRE(prediction);
  REQUIRE(prediction->pairs.size() == 1);
  CHECK(prediction->pairs[0].outcome == MergeOutcome::unknown);
  CHECK(prediction->pairs[0].why.find("no time") != std::string::npos);
}

TEST_CASE("worktrees without a commit, without files or without a working tree are passed over") {
  using namespace std::string_literals;
  const auto branches = read_worktree_list(
      "worktree /r\0HEAD 1111\0branch refs/heads/main\0\0"
      "worktree /bare\0bare\0\0"
      "worktree /gone\0HEAD 2222\0branch refs/heads/gone\0prunable gitdir file points to non-existent "
      "location\0\0"
      "worktree /new\0HEAD 0000000000000000000000000000000000000000\0branch refs/heads/new\0\0"
      "worktree /loose\nend\0HEAD 3333\0detached\0\0"s);
  REQUIRE(branches.size() == 2);
  CHECK(branches[0].name == "main");
  CHECK(branches[0].worktree == "/r");
  CHECK(branches[0].commit == "1111");
  CHECK(branches[1].name.empty());
  CHECK(branches[1].worktree == "/loose\\x0aend");
}
