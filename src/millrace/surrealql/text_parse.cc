// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

struct Cursor {
  std::string_view text;

  bool eat(char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  }
  bool eat_one_of(std::string_view characters) {
    if (text.empty() || !characters.contains(text.front())) return false;
    text.remove_prefix(1);
    return true;
  }
  bool at_digit() const { return !text.empty() && text.front() >= '0' && text.front() <= '9'; }
  unsigned digit() {
    const char c = text.front();
    text.remove_prefix(1);
    return static_cast<unsigned>(c - '0');
  }
  // `least` to `most` digits whose number is at most `value_max`.
  bool number(std::size_t least, std::size_t most, unsigned value_max, unsigned& value) {
    value = 0;
    std::size_t count = 0;
    for (; count < most && at_digit(); ++count) value = value * 10 + digit();
    return count >= least && value <= value_max;
  }
};

constexpr std::uint32_t in_a_second = 1'000'000'000;

// Days since 1970 of a day that exists. (Howard Hinnant, chrono-compatible low-level date algorithms)
std::optional<std::int64_t> days_of(std::int64_t year, unsigned month, unsigned day) {
  constexpr unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return std::nullopt;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > lengths[month - 1] + (month == 2 && leap ? 1U : 0U)) return std::nullopt;
  const std::int64_t shifted = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const std::int64_t year_of_era = shifted - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

// The digits behind the point; those past the ninth only round, each of them by itself, as in the engine.
bool read_fraction(Cursor& cursor, std::uint32_t& nanoseconds) {
  std::size_t count = 0;
  for (; cursor.at_digit(); ++count) {
    const unsigned digit = cursor.digit();
    if (count < 9) {
      nanoseconds = nanoseconds * 10 + digit;
    } else if (digit >= 5) {
      ++nanoseconds;
    }
  }
  if (count == 0) return false;
  for (; count < 9; ++count) nanoseconds *= 10;
  return true;
}

bool read_offset(Cursor& cursor, std::int64_t& seconds) {
  if (cursor.eat_one_of("Zz")) return true;
  const bool west = cursor.text.starts_with('-');
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!cursor.eat_one_of("+-") || !cursor.number(2, 2, 23, hours) || !cursor.eat(':') || !cursor.number(2, 2, 59, minutes))
    return false;
  seconds = static_cast<std::int64_t>(hours) * 3'600 + minutes * 60;
  if (west) seconds = -seconds;
  return true;
}

struct Unit {
  std::string_view name;
  std::uint64_t seconds;
  std::uint32_t nanoseconds;
};
// Longer names first where one begins another. The µ is U+00B5.
constexpr Unit units[] = {{"ns", 0, 1}, {"us", 0, 1'000}, {"µs", 0, 1'000}, {"ms", 0, 1'000'000}, {"s", 1, 0},
                          {"m", 60, 0}, {"h", 3'600, 0},  {"d", 86'400, 0}, {"w", 604'800, 0},    {"y", 31'536'000, 0}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Instant> parse_datetime(std::string_view text) {
  Cursor cursor{text};
  const bool before_christ = cursor.eat('-');
  if (!before_christ) cursor.eat('+');
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!cursor.number(4, 6, 999'999, year) || !cursor.eat('-') || !cursor.number(2, 2, 12, month) || !cursor.eat('-') ||
      !cursor.number(2, 2, 31, day)) {
    return std::nullopt;
  }
  const auto days = days_of(before_christ ? -static_cast<std::int64_t>(year) : year, month, day);
  if (!days) return std::nullopt;
  Instant instant{*days * 86'400, 0};
  if (!cursor.text.empty()) {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    std::int64_t offset = 0;
    if (!cursor.eat_one_of("Tt ") || !cursor.number(2, 2, 23, hour) || !cursor.eat(':') ||
        !cursor.number(2, 2, 59, minute) || !cursor.eat(':') || !cursor.number(2, 2, 59, second)) {
      return std::nullopt;
    }
    if (cursor.eat('.') && !read_fraction(cursor, instant.nanoseconds)) return std::nullopt;
    if (instant.nanoseconds >= in_a_second) {  // rounded up: the engine takes it for a leap second, and only behind :59
      if (second != 59) return std::nullopt;
      instant.nanoseconds -= in_a_second;
      ++instant.seconds;
    }
    if (!read_offset(cursor, offset)) return std::nullopt;
    instant.seconds += static_cast<std::int64_t>(hour) * 3'600 + minute * 60 + second - offset;
  }
  if (instant.seconds < datetime_seconds_min || instant.seconds > datetime_seconds_max) return std::nullopt;
  return instant;
}

std::optional<Span64> parse_duration_text(std::string_view text) {
  Cursor cursor{text};
  Span64 sum;
  if (text.empty()) return std::nullopt;
  while (!cursor.text.empty()) {
    if (!cursor.at_digit()) return std::nullopt;
    std::uint64_t count = 0;
    while (cursor.at_digit()) {
      if (__builtin_mul_overflow(count, 10U, &count) || __builtin_add_overflow(count, cursor.digit(), &count))
        return std::nullopt;
    }
    const Unit* found = nullptr;
    for (const Unit& unit : units) {
      if (found == nullptr && cursor.text.starts_with(unit.name)) found = &unit;
    }
    if (found == nullptr) return std::nullopt;
    cursor.text.remove_prefix(found->name.size());
    std::uint64_t seconds = 0;
    std::uint64_t nanoseconds = sum.nanoseconds;
    if (found->nanoseconds == 0) {
      if (__builtin_mul_overflow(count, found->seconds, &seconds)) return std::nullopt;
    } else {
      const std::uint64_t units_in_a_second = in_a_second / found->nanoseconds;
      seconds = count / units_in_a_second;
      nanoseconds += count % units_in_a_second * found->nanoseconds;
    }
    if (__builtin_add_overflow(seconds, nanoseconds / in_a_second, &seconds)) return std::nullopt;
    if (__builtin_add_overflow(sum.seconds, seconds, &sum.seconds)) return std::nullopt;
    sum.nanoseconds = static_cast<std::uint32_t>(nanoseconds % in_a_second);
  }
  return sum;
}

bool parse_uuid_text(std::string_view text, std::uint8_t (&out)[16]) {
  if (text.size() == 45 && text.starts_with("urn:uuid:")) text.remove_prefix(9);
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36 && text.size() != 32) return false;
  const bool hyphens = text.size() == 36;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') return false;
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return true;
}

}  // namespace millrace::surrealql
