#pragma once

#include <random>
#include <string>

namespace governor::ctl::test {

/// Documents as people and editors leave them: any layout, comments, commas before brackets. Every one of
/// them is an object.
class RandomJsonc {
 public:
  explicit RandomJsonc(unsigned seed) : random_(seed) {}

  /// `servers` becomes one of the names with some chance, an object then.
  std::string document(const std::string& servers) {
    newline_ = chance(4) ? "\r\n" : "\n";
    std::string text = chance(8) ? "\xEF\xBB\xBF" : "";
    text += space() + object(3, servers) + space();
    return text;
  }

  bool chance(unsigned in) { return random_() % in == 0; }

 private:
  std::string space() {
    std::string text;
    for (unsigned i = random_() % 3; i > 0; --i) {
      switch (random_() % 6) {
        case 0: text += "// it's \"{,}\"" + newline_; break;
        case 1: text += "/* a, } ] // */"; break;
        case 2: text += newline_ + "\t"; break;
        case 3: text += newline_ + "    "; break;
        default: text += ' ';
      }
    }
    return text;
  }

  std::string value(int depth) {
    switch (random_() % (depth > 0 ? 7U : 5U)) {
      case 0: return "-1.50e3";
      case 1: return "true";
      case 2: return R"("\"}, \\ \u00e9 // no comment")";
      case 3: return "null";
      case 4: return "12345678901234567890123";
      case 5: return object(depth - 1, "");
      default: return list(depth - 1);
    }
  }

  std::string list(int depth) {
    std::string text = "[" + space();
    const unsigned count = random_() % 3;
    for (unsigned i = 0; i < count; ++i) {
      text += value(depth) + space();
      if (i + 1 < count || chance(3)) text += "," + space();
    }
    return text + "]";
  }

  std::string object(int depth, const std::string& servers) {
    std::string text = "{" + space();
    const unsigned count = random_() % 4;
    const unsigned place = servers.empty() ? count : random_() % 5;
    for (unsigned i = 0; i < count; ++i) {
      const bool is_servers = i == place;
      text += '"' + (is_servers ? servers : "name " + std::to_string(i)) + '"' + space() + ":" + space();
      text += (is_servers ? object(depth - 1, "") : value(depth)) + space();
      if (i + 1 < count || chance(3)) text += "," + space();
    }
    return text + "}";
  }

  std::mt19937 random_;
  std::string newline_ = "\n";
};

}  // namespace governor::ctl::test
