#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ctl/import/byte_source.hpp"
#include "ctl/import/json_scan.hpp"

namespace governor::ctl::legacy {

/// Reads the object that a JSON file is, one member at a time: never more of it is in memory than the member
/// and some bytes around it.
class MemberReader {
 public:
  enum class Event {
    member,
    end,          ///< the object is complete
    trailing,     ///< it is, but something stands after it; like all below, nothing more comes
    empty,        ///< the file has no content
    not_object,   ///< the file does not begin with an object
    cut_off,      ///< the file ends within the object
    broken,       ///< the object is not JSON from here on
    too_long,     ///< the next member is longer than allowed
    read_failed,  ///< see failure()
  };

  MemberReader(ByteSource& source, std::size_t longest_member) : source_(source), longest_(longest_member) {}

  Event next();

  /// Of the last member; valid until the next call.
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] std::string_view value() const {
    return std::string_view(buffer_).substr(value_begin_, value_size_);
  }
  /// How many bytes of the file lie before the place that has been reached.
  [[nodiscard]] std::uint64_t position() const { return dropped_ + at_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  enum class Step { done, more, stop };

  Event finish(Event event);
  bool fill();
  Step to_content();
  Step open();
  Step separate();
  Step take_member();
  Step stop(Event event);

  ByteSource& source_;
  std::size_t longest_;
  std::string buffer_;
  std::string key_;
  std::string failure_;
  std::uint64_t dropped_ = 0;  ///< bytes of the file before the buffer
  std::size_t at_ = 0;         ///< within the buffer
  std::size_t value_begin_ = 0, value_size_ = 0;
  enum class Place { before, first, member, behind, over } place_ = Place::before;
  Event stopped_ = Event::end;
};

/// What became of the file, for a finding: "it ends in the middle, after 812 bytes".
std::string describe(MemberReader::Event event, const MemberReader& reader);

}  // namespace governor::ctl::legacy
