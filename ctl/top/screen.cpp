#include "ctl/top/screen.hpp"

#include <curses.h>
#include <langinfo.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstring>

namespace governor::ctl::top {

namespace {

constexpr short kGood = 1;
constexpr short kWarning = 2;
constexpr short kBad = 3;

Key key_named(Key::Name name) {
  return {name, '\0'};
}

Key key_of(int code) {
  switch (code) {
    case KEY_UP: return key_named(Key::Name::up);
    case KEY_DOWN: return key_named(Key::Name::down);
    case KEY_PPAGE: return key_named(Key::Name::page_up);
    case KEY_NPAGE: return key_named(Key::Name::page_down);
    case KEY_HOME: return key_named(Key::Name::home);
    case KEY_END: return key_named(Key::Name::end);
    case KEY_ENTER:
    case '\r':
    case '\n': return key_named(Key::Name::enter);
    case KEY_BACKSPACE:
    case 127:
    case '\b': return key_named(Key::Name::backspace);
    case 27: return key_named(Key::Name::escape);
    default: break;
  }
  if (code < 0 || code > 255) return key_named(Key::Name::other);
  return {Key::Name::character, static_cast<char>(code)};
}

class CursesScreen final : public Screen {
 public:
  CursesScreen(SCREEN* screen, bool colour) : screen_(screen) {
    ::cbreak();
    ::noecho();
    ::curs_set(0);
    ::keypad(stdscr, TRUE);
    ::nodelay(stdscr, TRUE);
    // Esc alone is a key, and those that begin with it come all at once.
    ::set_escdelay(50);
    has_colour_ = colour && ::has_colors() == TRUE && ::start_color() == OK && ::use_default_colors() == OK;
    if (has_colour_) {
      ::init_pair(kGood, COLOR_GREEN, -1);
      ::init_pair(kWarning, COLOR_YELLOW, -1);
      ::init_pair(kBad, COLOR_RED, -1);
    }
  }
  ~CursesScreen() override {
    ::endwin();
    ::delscreen(screen_);
  }

  [[nodiscard]] bool shows_utf8() const override { return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0; }

  [[nodiscard]] Size size() const override {
    // Macros, both of them.
    return {static_cast<std::size_t>(std::max(getmaxx(stdscr), 1)),
            static_cast<std::size_t>(std::max(getmaxy(stdscr), 1))};
  }

  void draw(const std::vector<Line>& lines) override {
    ::werase(stdscr);
    int row = 0;
    for (const Line& line : lines) {
      if (::wmove(stdscr, row++, 0) != OK) break;
      for (const Span& span : line) {
        ::wattrset(stdscr, static_cast<int>(attributes(span.style)));
        // The corner at the end of the last line is an error after which all is drawn.
        static_cast<void>(::waddstr(stdscr, span.text.c_str()));
      }
    }
    ::wattrset(stdscr, A_NORMAL);
    ::wrefresh(stdscr);
  }

  std::optional<Key> next_key() override {
    const int code = ::wgetch(stdscr);
    if (code == ERR) return std::nullopt;
    return key_of(code);
  }

 private:
  [[nodiscard]] attr_t colour(short pair) const { return has_colour_ ? COLOR_PAIR(pair) : A_NORMAL; }

  [[nodiscard]] attr_t attributes(Style style) const {
    switch (style) {
      case Style::plain: break;
      case Style::title: return A_BOLD;
      case Style::heading: return A_BOLD | A_UNDERLINE;
      case Style::good: return colour(kGood);
      case Style::warning: return colour(kWarning);
      case Style::bad: return colour(kBad) | A_BOLD;
      case Style::faint: return A_DIM;
      case Style::chosen: return A_REVERSE;
    }
    return A_NORMAL;
  }

  SCREEN* screen_;
  bool has_colour_ = false;
};

}  // namespace

bool has_screen() {
  return true;
}

ipc::Result<std::unique_ptr<Screen>> Screen::open(bool colour) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1)
    return ipc::Error{ipc::Errc::not_found, 0, "there is no terminal to draw on"};
  // Only for characters: numbers are written the same everywhere.
  std::setlocale(LC_CTYPE, "");
  SCREEN* screen = ::newterm(nullptr, stdout, stdin);
  if (screen == nullptr)
    return ipc::Error{ipc::Errc::not_found, 0, "the terminal is not known; TERM says which one it is"};
  return std::unique_ptr<Screen>(std::make_unique<CursesScreen>(screen, colour));
}

}  // namespace governor::ctl::top
