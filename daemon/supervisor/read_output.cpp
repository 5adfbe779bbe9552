#include "daemon/supervisor/read_output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "daemon/supervisor/keeper/output_log.hpp"
#include "daemon/support/valid_utf8.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::daemon {
namespace {

/// How much is looked through for lines in one call.
constexpr std::size_t kMostSearched = 4 * 1024 * 1024;
constexpr std::size_t kLongestCodePoint = 4;

/// All that is kept, opened at one time: what is dropped later can still be read.
class KeptOutput {
 public:
  explicit KeptOutput(const std::string& directory) {
    for (const OutputSegment& segment : output_segments(directory)) {
      ipc::UniqueFd file(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
      struct stat status {};
      if (!file || ::fstat(file.get(), &status) != 0) continue;
      parts_.push_back({segment.start, static_cast<std::uint64_t>(status.st_size), std::move(file)});
    }
  }

  [[nodiscard]] bool is_empty() const { return parts_.empty(); }
  [[nodiscard]] std::uint64_t begin() const { return parts_.empty() ? 0 : parts_.front().start; }
  [[nodiscard]] std::uint64_t end() const {
    return parts_.empty() ? 0 : parts_.back().start + parts_.back().size;
  }

  [[nodiscard]] std::string read(std::uint64_t from, std::uint64_t to) const {
    std::string text;
    for (const Part& part : parts_) {
      const std::uint64_t begin = std::max(from, part.start);
      const std::uint64_t end = std::min(to, part.start + part.size);
      if (begin < end) append(text, part, begin - part.start, end - begin);
    }
    return text;
  }

 private:
  struct Part {
    std::uint64_t start;
    std::uint64_t size;
    ipc::UniqueFd file;
  };

  static void append(std::string& text, const Part& part, std::uint64_t offset, std::uint64_t count) {
    const std::size_t before = text.size();
    text.resize(before + count);
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::pread(part.file.get(), text.data() + before + done, count - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    text.resize(before + done);
  }

  std::vector<Part> parts_;
};

bool continues_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Bytes at the end that begin a code point which does not end there.
std::size_t unfinished_at_end(std::string_view text) {
  for (std::size_t back = 1; back < kLongestCodePoint && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

std::size_t unbegun_at_front(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && count < kLongestCodePoint - 1 && continues_code_point(text[count])) ++count;
  return count;
}

void read_plain(const KeptOutput& output, std::uint64_t from, std::size_t limit, bool from_end,
                OutputPiece& piece) {
  std::string text = output.read(from, std::min(output.end(), from + limit));
  piece.offset = from;
  if (from_end) {
    const std::size_t cut = unbegun_at_front(text);
    text.erase(0, cut);
    piece.offset += cut;
  }
  // What comes next has its other half; at the end it may come yet.
  const std::size_t unfinished = unfinished_at_end(text);
  if (unfinished < text.size()) text.resize(text.size() - unfinished);
  piece.next = piece.offset + text.size();
  piece.text = valid_utf8(text);
}

/// Lines that contain the text, from the first on, as many as fit.
void read_first_lines(const KeptOutput& output, std::uint64_t from, std::size_t limit,
                      const std::string& filter, OutputPiece& piece) {
  const std::uint64_t to = std::min<std::uint64_t>(output.end(), from + kMostSearched);
  const std::string text = output.read(from, to);
  std::string_view rest = text;
  std::string found;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    // A line that is not at its end yet waits, unless nothing else came in all that was looked through.
    if (end == std::string_view::npos && (to < output.end() && rest.size() < text.size())) break;
    const std::string_view line = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find(filter) != std::string_view::npos) {
      if (!found.empty() && found.size() + line.size() > limit) break;
      found += line.substr(0, limit);
    }
    rest.remove_prefix(line.size());
  }
  piece.offset = from;
  piece.next = from + (text.size() - rest.size());
  piece.text = valid_utf8(found);
}

void read_last_lines(const KeptOutput& output, std::size_t limit, const std::string& filter,
                     OutputPiece& piece) {
  const std::uint64_t end = output.end();
  const std::uint64_t from = end - std::min<std::uint64_t>(end - output.begin(), kMostSearched);
  const std::string text = output.read(from, end);
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t line_end = rest.find('\n');
    const std::string_view line =
        rest.substr(0, line_end == std::string_view::npos ? rest.size() : line_end + 1);
    if (line.find(filter) != std::string_view::npos) lines.push_back(line);
    rest.remove_prefix(line.size());
  }
  std::size_t size = 0;
  auto first = lines.end();
  while (first != lines.begin() && size + std::prev(first)->size() <= limit) size += (--first)->size();
  std::string found;
  for (auto at = first; at != lines.end(); ++at) found += *at;
  piece.offset = first != lines.end() ? from + static_cast<std::uint64_t>(first->data() - text.data()) : end;
  piece.next = end;
  piece.text = valid_utf8(found);
}

}  // namespace

core::Result<OutputPiece> read_output_in(const std::string& directory, std::optional<std::uint64_t> offset,
                                         std::size_t limit, const std::string& filter) {
  const KeptOutput output(directory);
  if (output.is_empty())
    return core::Error(core::ErrorCode::not_found, "There is no output of this deployment.",
                       "It was not started, or is over for so long that its output was dropped.");
  OutputPiece piece;
  piece.available = output.end();
  piece.forgotten = output.begin();
  if (offset) {
    const std::uint64_t from = std::clamp(*offset, output.begin(), output.end());
    filter.empty() ? read_plain(output, from, limit, false, piece)
                   : read_first_lines(output, from, limit, filter, piece);
  } else if (filter.empty()) {
    const std::uint64_t kept = std::min<std::uint64_t>(output.end() - output.begin(), limit);
    read_plain(output, output.end() - kept, limit, true, piece);
  } else {
    read_last_lines(output, limit, filter, piece);
  }
  return piece;
}

}  // namespace governor::daemon
