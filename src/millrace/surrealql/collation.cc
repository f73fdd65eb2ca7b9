// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/collation.h"

#include <algorithm>
#include <string>

#include "millrace/text/text.h"

namespace millrace::surrealql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_more(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// Runs of digits as numbers, of which the longer is the greater, leading zeros and all: the engine's rule.
std::strong_ordering compare_numbers(std::string_view& a, std::string_view& b) {
  const auto take = [](std::string_view& text) {
    const std::size_t size = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    const std::string_view number = text.substr(0, size);
    text.remove_prefix(size);
    return number;
  };
  const std::string_view x = take(a);
  const std::string_view y = take(b);
  return x.size() != y.size() ? x.size() <=> y.size() : x <=> y;
}

std::strong_ordering compare_folded(std::string_view a, std::string_view b, Collation how) {
  while (!a.empty() && !b.empty()) {
    if (how.numeric && is_digit(a.front()) && is_digit(b.front())) {
      if (const auto order = compare_numbers(a, b); order != 0) return order;
      continue;
    }
    if (a.front() != b.front()) {
      const bool x = is_letter_or_more(a.front());
      const bool y = is_letter_or_more(b.front());
      if (how.collate && x != y) return x <=> y;
      return static_cast<unsigned char>(a.front()) <=> static_cast<unsigned char>(b.front());
    }
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() <=> b.size();
}

}  // namespace

std::strong_ordering compare_texts(std::string_view a, std::string_view b, Collation how) {
  std::strong_ordering order = std::strong_ordering::equal;
  if (how.collate) {
    const CowString x = text::case_fold(a);
    const CowString y = text::case_fold(b);
    order = compare_folded(x, y, how);
  } else {
    order = compare_folded(a, b, how);
  }
  return order != 0 ? order : a <=> b;
}

}  // namespace millrace::surrealql
