#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace governor::daemon {

/// A write-ahead log of SQLite as it lies on the disk, read without SQLite: to see whether somebody wrote
/// into it, and because SQLite deletes the log of a database that was emptied, although all may still be in
/// it. https://www.sqlite.org/fileformat2.html#the_write_ahead_log
class LogFile {
 public:
  using Header = std::array<unsigned char, 32>;

  /// All zero if there is none.
  static Header read_header(const std::string& path);

  /// Reads what belongs together: up to the first frame whose checksum does not fit. Throws what the file
  /// system refuses; a log that is not there has nothing.
  explicit LogFile(std::string path);

  [[nodiscard]] bool is_empty() const { return is_empty_; }
  [[nodiscard]] const Header& header() const { return header_; }
  /// How many fit.
  [[nodiscard]] std::size_t frames() const { return frames_; }

  /// Makes `target` what the database would be: `database` (which may be empty, or not there) with the pages
  /// of all transactions that are complete in the log. False if there are none.
  [[nodiscard]] bool apply(const std::string& database, const std::string& target) const;

 private:
  std::string path_;
  bool is_empty_ = true;
  Header header_{};
  std::size_t page_bytes_ = 0;
  std::size_t frames_ = 0;
  std::size_t committed_frames_ = 0;  ///< up to the end of the last complete transaction
  std::uint32_t pages_ = 0;           ///< of the database after it
};

}  // namespace governor::daemon
