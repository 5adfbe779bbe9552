#include "ctl/import/member_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ctl/import/json_value.hpp"

namespace governor::ctl::legacy {

MemberReader::Step MemberReader::stop(Event event) {
  stopped_ = event;
  place_ = Place::over;
  return Step::stop;
}

/// More bytes behind those in the buffer; what has been used up is dropped. False at the end or on a failure.
bool MemberReader::fill() {
  constexpr std::size_t kPiece = 64 * 1024;
  dropped_ += at_;
  buffer_.erase(0, at_);
  at_ = 0;
  // A member that is read again from its beginning with each piece would cost the square of its length.
  const std::size_t size = buffer_.size();
  buffer_.resize(size + std::max(kPiece, size));
  const auto got = source_.read(std::span(buffer_).subspan(size));
  buffer_.resize(size + (got ? *got : 0));
  if (!got) {
    failure_ = got.error().message;
    stop(Event::read_failed);
  }
  return got && *got > 0;
}

/// To the next byte that is no space.
MemberReader::Step MemberReader::to_content() {
  at_ = skip_space(buffer_, at_);
  return at_ < buffer_.size() ? Step::done : Step::more;
}

MemberReader::Step MemberReader::open() {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (position() == 0 && std::string_view(buffer_).starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  if (to_content() == Step::more) return Step::more;
  if (buffer_[at_] != '{') return stop(Event::not_object);
  ++at_;
  place_ = Place::first;
  return Step::done;
}

/// From one member to the next, or out of the object.
MemberReader::Step MemberReader::separate() {
  if (to_content() == Step::more) return Step::more;
  if (buffer_[at_] == '}') {
    ++at_;
    place_ = Place::behind;
    return Step::done;
  }
  if (place_ == Place::member) {
    if (buffer_[at_] != ',') return stop(Event::broken);
    const std::size_t next = skip_space(buffer_, at_ + 1);
    if (next >= buffer_.size()) return Step::more;
    at_ = next;
  }
  return Step::done;
}

MemberReader::Step MemberReader::take_member() {
  if (at_ >= buffer_.size()) return Step::more;
  if (buffer_[at_] != '"') return stop(Event::broken);
  const Scan key = scan_value(buffer_, at_);
  if (key.status != ScanStatus::complete) return Step::more;
  const std::size_t colon = skip_space(buffer_, key.end);
  if (colon >= buffer_.size()) return Step::more;
  if (buffer_[colon] != ':') return stop(Event::broken);
  const std::size_t begin = skip_space(buffer_, colon + 1);
  const Scan value = scan_value(buffer_, begin);
  if (value.status == ScanStatus::broken) return stop(Event::broken);
  if (value.status == ScanStatus::incomplete) return Step::more;
  auto name = text_in(std::string_view(buffer_).substr(at_, key.end - at_));
  if (!name) return stop(Event::broken);
  key_ = *std::move(name);
  value_begin_ = begin;
  value_size_ = value.end - begin;
  at_ = value.end;
  place_ = Place::member;
  return Step::done;
}

MemberReader::Event MemberReader::next() {
  bool separated = false;
  for (;;) {
    Step step = Step::done;
    switch (place_) {
      case Place::before: step = open(); break;
      case Place::first:
      case Place::member:
        if (!separated) {
          step = separate();
          separated = step == Step::done;
        } else {
          step = take_member();
          if (step == Step::done) return Event::member;
        }
        break;
      case Place::behind:
        if (to_content() == Step::done) return finish(Event::trailing);
        step = Step::more;
        break;
      case Place::over: return stopped_;
    }
    if (step == Step::stop) return stopped_;
    if (step == Step::done) continue;
    if (buffer_.size() - at_ > longest_) return finish(Event::too_long);
    if (fill()) continue;
    if (place_ == Place::over) return stopped_;
    if (place_ == Place::behind) return finish(Event::end);
    return finish(place_ == Place::before ? Event::empty : Event::cut_off);
  }
}

MemberReader::Event MemberReader::finish(Event event) {
  stop(event);
  return event;
}

std::string describe(MemberReader::Event event, const MemberReader& reader) {
  using Event = MemberReader::Event;
  switch (event) {
    case Event::member:
    case Event::end: return "it is complete";
    case Event::trailing: return fmt::format("something follows its end at byte {}", reader.position());
    case Event::empty: return "it is empty";
    case Event::not_object: return "it is not a JSON object";
    case Event::cut_off: return fmt::format("it ends in the middle; byte {} was reached", reader.position());
    case Event::broken: return fmt::format("it is not JSON from byte {} on", reader.position());
    case Event::too_long: return fmt::format("the entry at byte {} is too long", reader.position());
    case Event::read_failed: return fmt::format("it cannot be read: {}", reader.failure());
  }
  return {};
}

}  // namespace governor::ctl::legacy
