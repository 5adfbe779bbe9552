#include "daemon/watch/git_keeping.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "daemon/watch/git_places.hpp"
#include "text/lines.hpp"
#include "text/path_text.hpp"

namespace governor::daemon {
namespace {

/// What HEAD was before that counts as given away.
constexpr std::size_t kMostMoves = 16;
constexpr std::size_t kMostStashes = 4;

std::string tail_of(const std::string& path) {
  constexpr std::streamoff kTail = 8192;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(std::min(size, kTail)), '\0');
  file.seekg(size - static_cast<std::streamoff>(text.size()));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

bool is_name_of_commit(std::string_view word) {
  return word.size() >= 40 && word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_nothing(std::string_view commit) {
  return commit.find_first_not_of('0') == std::string_view::npos;
}

/// What the file system says of the path (bytes); 0: it is not there.
std::int64_t modification_us(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
#ifdef __APPLE__
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

/// Of a file that is gone its directory knows when, or the nearest one that is left.
std::int64_t disappearance_us(std::string path) {
  std::int64_t found = 0;
  while (found == 0 && path.find('/', 1) != std::string::npos) {
    path.resize(path.rfind('/'));
    found = modification_us(path);
  }
  return found;
}

void add_once(std::vector<std::string>& list, const std::string& one) {
  if (!is_nothing(one) && std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
}

}  // namespace

/// Each line: from, to, who, when, and behind a tab what was done.
std::vector<GitKeeping::Move> GitKeeping::read_moves(const std::string& log) {
  std::vector<Move> moves;
  const std::string text = tail_of(log);
  const auto lines = text::lines_of(text);
  for (auto line = lines.rbegin(); line != lines.rend() && moves.size() < kMostMoves; ++line) {
    const std::size_t tab = std::min(line->find('\t'), line->size());
    const std::string_view head = line->substr(0, tab);
    const std::size_t first = head.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : head.find(' ', first + 1);
    if (second == std::string_view::npos) break;
    Move move;
    move.from = head.substr(0, first);
    move.to = head.substr(first + 1, second - first - 1);
    if (!is_name_of_commit(move.from) || !is_name_of_commit(move.to)) break;
    if (const std::size_t mail = head.rfind("> "); mail != std::string_view::npos)
      std::from_chars(head.data() + mail + 2, head.data() + head.size(), move.time_us);
    move.time_us *= 1'000'000;
    move.is_commit = line->substr(tab).starts_with("\tcommit");
    moves.push_back(std::move(move));
  }
  return moves;
}

/// What a commit after the change has taken in did not come from git.
std::string GitKeeping::checked_out(const Repository& repository, std::int64_t changed_us) {
  for (const Move& move : repository.moves) {
    // The log has seconds only; the commit itself is a file, as long as it is young.
    const std::string object = repository.objects + '/' + move.to.substr(0, 2) + '/' + move.to.substr(2);
    const std::int64_t made_us = move.is_commit ? std::max(move.time_us, modification_us(object)) : 0;
    const bool takes_in = move.is_commit && made_us >= changed_us;
    const bool stays = move.from == move.to;  // a branch was begun here
    if (!takes_in && !stays) return move.to;
  }
  return repository.moves.empty() ? "HEAD" : repository.moves.back().from;
}

std::vector<std::string> GitKeeping::keeping(const Repository& repository) {
  std::vector<std::string> revisions;
  for (const Move& move : repository.moves) {
    add_once(revisions, move.from);
    add_once(revisions, move.to);
  }
  if (revisions.empty()) revisions.emplace_back("HEAD");
  revisions.insert(revisions.end(), repository.others.begin(), repository.others.end());
  return revisions;
}

GitKeeping::Repository& GitKeeping::repository_of(const std::string& directory) {
  const auto known = of_directories_.find(directory);
  if (known != of_directories_.end()) return *known->second;
  const std::string bytes = text::path_bytes(directory);
  std::shared_ptr<Repository> found;
  if (const std::string git = git_directory(bytes); !git.empty()) {
    found = std::make_shared<Repository>();
    found->top = bytes;
    struct stat status {};
    found->is_at_work = ::lstat((git + "/index.lock").c_str(), &status) == 0;
    found->moves = read_moves(git + "/logs/HEAD");
    const std::string common = git_common_directory(git);
    found->objects = common + "/objects";
    auto stashes = read_moves(common + "/logs/refs/stash");
    stashes.resize(std::min(stashes.size(), kMostStashes));
    // The third parent, where there is one, has the files that were not tracked.
    for (const Move& stash : stashes)
      for (const char* part : {"", "^3", "^2"}) found->others.push_back(stash.to + part);
    found->blobs = std::make_unique<GitBlobs>(bytes);
  } else if (const std::size_t slash = directory.rfind('/'); slash != std::string::npos && slash > 0) {
    (void)repository_of(directory.substr(0, slash));
    found = of_directories_.at(directory.substr(0, slash));
  } else {
    found = std::make_shared<Repository>();
  }
  return *of_directories_.emplace(directory, std::move(found)).first->second;
}

GitKeeping::Verdict GitKeeping::judge(const std::string& path, const std::string& sha256_before,
                                      const std::string& sha256_after, std::int64_t changed_us) {
  Verdict verdict;
  Repository& repository = repository_of(path.substr(0, path.rfind('/')));
  if (!repository.blobs) return verdict;
  verdict.is_at_work = repository.is_at_work;
  const std::string name = text::path_bytes(path).substr(repository.top.size() + 1);
  const auto look = [&](const std::string& revision, const std::string& sha256) {
    const GitBlobs::Holds holds = repository.blobs->look(revision, name, sha256);
    verdict.is_known = holds != GitBlobs::Holds::unknown;
    return holds;
  };
  if (changed_us == 0) changed_us = disappearance_us(text::path_bytes(path));
  const GitBlobs::Holds now = look(checked_out(repository, changed_us), sha256_after);
  verdict.is_checked_out =
      now == (sha256_after.empty() ? GitBlobs::Holds::nothing : GitBlobs::Holds::the_same);
  if (!verdict.is_checked_out) return verdict;
  for (const std::string& revision : keeping(repository)) {
    const GitBlobs::Holds holds = look(revision, sha256_before);
    verdict.keeps_before = holds == GitBlobs::Holds::the_same;
    if (verdict.keeps_before || !verdict.is_known) break;
  }
  return verdict;
}

}  // namespace governor::daemon
