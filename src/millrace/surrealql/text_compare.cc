// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/text_compare.h"

#include <cstdint>

#include "millrace/surrealql/characters.h"

namespace millrace::surrealql {
namespace {

// A text's characters; when they are compared lexically, in lower case and ASCII as far as they are letters.
class Characters {
 public:
  Characters(std::string_view text, bool is_lexical) : text_(text), is_lexical_(is_lexical) {}

  bool next(char32_t& out) {
    if (pending_at_ < pending_.size()) {
      out = static_cast<unsigned char>(pending_[pending_at_++]);
      return true;
    }
    if (at_ >= text_.size()) return false;
    out = next_character(text_, at_);
    if (!is_lexical_) return true;
    if (out >= 0x80 && (is_alphabetic(out) || is_numeric(out))) {
      pending_.clear();
      pending_at_ = 0;
      if (append_ascii(pending_, out) && !pending_.empty()) out = static_cast<unsigned char>(pending_[pending_at_++]);
      for (char& c : pending_) c = lower(c);
    }
    if (out < 0x80) out = static_cast<unsigned char>(lower(static_cast<char>(out)));
    return true;
  }
  // The next one, if it is a digit of ASCII.
  bool next_digit(std::uint64_t& out) {
    const std::string_view rest =
        pending_at_ < pending_.size() ? std::string_view(pending_).substr(pending_at_) : text_.substr(at_);
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return false;
    char32_t digit = 0;
    next(digit);
    out = digit - '0';
    return true;
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_lexical_;
  std::string pending_;  // of one character, when it became several
  std::size_t pending_at_ = 0;
};

bool is_digit(char32_t point) { return point >= '0' && point <= '9'; }

// From the first digits on. Leading zeros count as digits, and 64 bits are reckoned with, as the engine does it.
std::strong_ordering compare_digits(std::uint64_t left, std::uint64_t right, Characters& a, Characters& b) {
  for (;;) {
    std::uint64_t left_digit = 0;
    std::uint64_t right_digit = 0;
    const bool has_left = a.next_digit(left_digit);
    const bool has_right = b.next_digit(right_digit);
    if (has_left != has_right) return has_left <=> has_right;
    if (!has_left) return left <=> right;
    left = left * 10 + left_digit;
    right = right * 10 + right_digit;
  }
}

}  // namespace

std::strong_ordering compare_text(std::string_view a, std::string_view b, TextOrder order) {
  Characters left(a, order.is_lexical);
  Characters right(b, order.is_lexical);
  for (;;) {
    char32_t x = 0;
    char32_t y = 0;
    const bool has_x = left.next(x);
    const bool has_y = right.next(y);
    if (has_x != has_y) return has_x <=> has_y;
    if (!has_x) return a <=> b;
    if (order.is_natural && is_digit(x) && is_digit(y)) {
      const auto digits = compare_digits(x - '0', y - '0', left, right);
      if (digits != 0) return digits;
    } else if (x != y && !order.is_lexical) {
      return x <=> y;
    } else if (x != y) {
      const bool is_x_letter = is_alphabetic(x) || is_numeric(x);
      const bool is_y_letter = is_alphabetic(y) || is_numeric(y);
      return is_x_letter == is_y_letter ? x <=> y : is_x_letter <=> is_y_letter;
    }
  }
}

}  // namespace millrace::surrealql
