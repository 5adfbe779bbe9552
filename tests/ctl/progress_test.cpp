#include "ctl/progress.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <streambuf>
#include <string>

#include "tests/support/catch.hpp"

using namespace governor::ctl;

namespace {

/// What was written, and a way to wait for it.
class Screen : public std::streambuf {
 public:
  bool wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::seconds(30),
                          [&] { return text_.find(text) != std::string::npos; });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 protected:
  int_type overflow(int_type c) override {
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* data, std::streamsize size) override {
    const std::lock_guard lock(mutex_);
    text_.append(data, static_cast<std::size_t>(size));
    more_.notify_all();
    return size;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::string text_;
};

}  // namespace

TEST_CASE("progress is a bar where the total is known, else a time", "[ctl]") {
  CHECK(progress_line("reading", 1500, 3000, std::chrono::milliseconds(1500)) ==
        "reading [############............] 50 %, 1,500 of 3,000");
  CHECK(progress_line("reading", 9, 3, std::chrono::milliseconds(1500)) ==
        "reading [########################] 100 %, 3 of 3");
  CHECK(progress_line("exporting", 0, 0, std::chrono::milliseconds(61500)) == "exporting, 1 min 1 s");
  CHECK(progress_line("exporting\x1b[2J", 1200, 0, std::chrono::milliseconds(2000)) ==
        "exporting\\x1b[2J, 1,200, 2 s");
}

TEST_CASE("long work shows how far it is and leaves nothing on the screen", "[ctl]") {
  Screen screen;
  std::ostream out(&screen);
  {
    Progress progress(out, true, "reading", {std::chrono::milliseconds(0), std::chrono::milliseconds(1)});
    progress.advance_to(1, 4);
    CHECK(screen.wait_for("25 %, 1 of 4"));
    progress.advance_to(3, 4);
    CHECK(screen.wait_for("75 %, 3 of 4"));
  }
  const std::string text = screen.text();
  const std::string wipe_out = "\r\x1b[K";
  CHECK(text.size() >= wipe_out.size());
  CHECK(text.substr(text.size() - wipe_out.size()) == wipe_out);
}

TEST_CASE("work that takes less than a second shows nothing, and a file gets nothing ever", "[ctl]") {
  Screen screen;
  std::ostream out(&screen);
  {
    Progress quick(out, true, "reading");
    quick.advance_to(1, 2);
    Progress into_a_file(out, false, "reading", {std::chrono::milliseconds(0), std::chrono::milliseconds(1)});
    into_a_file.advance_to(1, 2);
  }
  CHECK(screen.text().empty());
}
