// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/rust_pattern.h"

namespace millrace::surrealql {
namespace {

// Within brackets. Word characters are letters, marks, decimal digits, letter numbers, connectors, joiners and ⓐ to ⓩ and the like.
constexpr std::string_view digit = R"(\p{Nd})";
constexpr std::string_view word = R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}\x{200D}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189})";
constexpr std::string_view space = R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

std::string_view class_of(char letter) {
  switch (letter) {
    case 'd':
    case 'D': return digit;
    case 'w':
    case 'W': return word;
    case 's':
    case 'S': return space;
    default: return {};
  }
}

class Translation {
 public:
  explicit Translation(std::string_view pattern) : pattern_(pattern) {}

  std::optional<std::string> run() {
    while (at_ < pattern_.size()) {
      const bool is_ok = pattern_[at_] == '\\' ? escape(false) : pattern_[at_] == '[' ? brackets() : pattern_[at_] == '(' ? group() : copy();
      if (!is_ok) return std::nullopt;
    }
    return out_;
  }

 private:
  bool begins(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  bool copy() {
    out_.push_back(pattern_[at_++]);
    return true;
  }

  bool escape(bool is_in_brackets) {
    if (at_ + 1 >= pattern_.size()) return false;
    const char letter = pattern_[at_ + 1];
    const std::string_view characters = class_of(letter);
    if (!characters.empty()) {
      const bool is_not = letter < 'a';
      at_ += 2;
      if (!is_in_brackets) {
        out_.append(is_not ? "[^" : "[").append(characters).append("]");
      } else if (letter == 'D') {
        out_ += R"(\P{Nd})";
      } else if (is_not) {
        return false;
      } else {
        out_ += characters;
      }
      return true;
    }
    if (std::string_view("QEC").contains(letter) || (letter >= '1' && letter <= '9')) return false;
    if (letter == 'u' || letter == 'U') return code_point(letter == 'u' ? 4 : 8);
    if (letter == 'p' || letter == 'P') return property();
    out_.append(pattern_, at_, 2);
    at_ += 2;
    return true;
  }

  // \p{Script=Latin} is \p{Latin}, and \p{gc=L} is \p{L}.
  bool property() {
    out_.append(pattern_, at_, 2);
    at_ += 2;
    if (!begins("{")) return true;
    copy();
    for (const std::string_view kind : {"Script=", "script=", "sc=", "General_Category=", "gc="}) {
      if (begins(kind)) at_ += kind.size();
    }
    return true;
  }

  // \u0041 and \u{41} are \x{…}.
  bool code_point(std::size_t digits) {
    at_ += 2;
    if (begins("{")) {
      out_ += "\\x";
      return true;
    }
    if (pattern_.size() - at_ < digits) return false;
    out_.append("\\x{").append(pattern_, at_, digits).append("}");
    at_ += digits;
    return true;
  }

  bool brackets() {
    copy();
    if (begins("^")) copy();
    if (begins("]")) copy();
    while (at_ < pattern_.size() && pattern_[at_] != ']') {
      if (begins("[:")) {
        const std::size_t end = pattern_.find(":]", at_);
        if (end == std::string_view::npos) return false;
        out_.append(pattern_, at_, end + 2 - at_);
        at_ = end + 2;
        continue;
      }
      if (begins("[") || begins("&&") || begins("--") || begins("~~")) return false;
      if (!(pattern_[at_] == '\\' ? escape(true) : copy())) return false;
    }
    return at_ < pattern_.size() && copy();
  }

  bool group() {
    if (begins("(?<") && !begins("(?<=") && !begins("(?<!")) {
      out_ += "(?P<";
      at_ += 3;
      return true;
    }
    if (begins("(?")) {
      const std::size_t end = pattern_.find_first_of(":)", at_);
      const std::string_view flags = pattern_.substr(at_ + 2, end == std::string_view::npos ? 0 : end - at_ - 2);
      if (!flags.starts_with('P') && flags.contains('x')) return false;
    }
    return copy();
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> re2_pattern(std::string_view pattern) { return Translation(pattern).run(); }

}  // namespace millrace::surrealql
