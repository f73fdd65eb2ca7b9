// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/rust_pattern.h"

#include <fmt/format.h>
#include <unicode/uset.h>

#include <algorithm>
#include <memory>

namespace millrace::surrealql {
namespace {

// Within brackets. Word characters are letters, marks, decimal digits, letter numbers, connectors, joiners and ⓐ to ⓩ and
// the like.
constexpr std::string_view digit = R"(\p{Nd})";
constexpr std::string_view word =
    R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}\x{200D}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189})";
constexpr std::string_view no_space =
    R"(\x{0}-\x{8}\x{E}-\x{1F}!-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF})";
constexpr std::string_view space = R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

// What is no word character, as ranges: RE2 has no class in a class.
const std::string& no_word() {
  static const std::string ranges = [] {
    constexpr std::u16string_view pattern =
        u"[^\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\u200C\\u200D\\u24B6-\\u24E9\\U0001F130-\\U0001F149\\U0001F150-"
        u"\\U0001F169\\U0001F170-\\U0001F189]";
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<USet, decltype(&uset_close)> set(
        uset_openPattern(pattern.data(), static_cast<std::int32_t>(pattern.size()), &error), &uset_close);
    std::string out;
    for (std::int32_t i = 0; U_SUCCESS(error) && i < uset_getItemCount(set.get()); ++i) {
      UChar32 first = 0;
      UChar32 last = 0;
      uset_getItem(set.get(), i, &first, &last, nullptr, 0, &error);
      out += fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last));
    }
    return out;
  }();
  return ranges;
}

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
      if (!step()) return std::nullopt;
    }
    return out_;
  }

 private:
  bool begins(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  bool step() {
    switch (pattern_[at_]) {
      case '\\': return escape(false);
      case '[': return brackets();
      case '(': return group();
      case '{': return count();
      default: return copy();
    }
  }
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
      } else if (is_not) {
        out_ += letter == 'D' ? R"(\P{Nd})" : letter == 'S' ? no_space : no_word();
      } else {
        out_ += characters;
      }
      return true;
    }
    if (std::string_view("QEC<>").contains(letter) || (letter >= '1' && letter <= '9')) return false;
    if (letter == 'u' || letter == 'U') return code_point(letter == 'u' ? 4 : 8);
    if (letter == 'p' || letter == 'P' || letter == 'x') return property();
    out_.append(pattern_, at_, 2);
    at_ += 2;
    return true;
  }

  // \p{Script=Latin} is \p{Latin}, and \p{gc=L} is \p{L}; \x{41} and \x41 are the same to both.
  bool property() {
    out_.append(pattern_, at_, 2);
    at_ += 2;
    if (!begins("{")) return true;
    copy();
    for (const std::string_view kind : {"Script=", "script=", "sc=", "General_Category=", "gc="}) {
      if (begins(kind)) at_ += kind.size();
    }
    while (at_ < pattern_.size() && pattern_[at_ - 1] != '}') copy();
    return true;
  }

  // \u0041 and \u{41} are \x{…}.
  bool code_point(std::size_t digits) {
    at_ += 2;
    if (begins("{")) {
      out_ += "\\x";
      while (at_ < pattern_.size() && pattern_[at_ - 1] != '}') copy();
      return true;
    }
    if (pattern_.size() - at_ < digits) return false;
    out_.append("\\x{").append(pattern_, at_, digits).append("}");
    at_ += digits;
    return true;
  }

  // {2}, {2,} or {2,3}; RE2 takes what is none of these for itself.
  bool count() {
    const std::size_t end = std::min(pattern_.find('}', at_), pattern_.size());
    std::string inside(pattern_.substr(at_ + 1, end - at_ - 1));
    std::erase(inside, ' ');
    const std::string_view text = inside;
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto is_number = [](std::string_view part) {
      return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const std::string_view most = text.substr(std::min(comma + 1, text.size()));
    if (end == pattern_.size() || !is_number(text.substr(0, comma)) || (!most.empty() && !is_number(most))) return false;
    out_.append("{").append(inside).append("}");
    at_ = end + 1;
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
