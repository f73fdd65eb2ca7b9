// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>

#include "millrace/surrealql/civil_time.h"
#include "millrace/surrealql/time_format.h"

namespace millrace::surrealql {
namespace {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
}

bool take_text(std::string_view& text, std::string_view wanted) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  if (text.size() < wanted.size() ||
      !std::equal(wanted.begin(), wanted.end(), text.begin(), [&](char a, char b) { return lower(a) == lower(b); })) {
    return false;
  }
  text.remove_prefix(wanted.size());
  return true;
}

// 1 to `width` digits.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t width) {
  std::size_t size = 0;
  std::int64_t number = 0;
  while (size < width && size < text.size() && is_digit(text[size])) {
    if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, text[size] - '0', &number))
      return std::nullopt;
    ++size;
  }
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

// What a text says, by the letter that says it; 'p' is 0 or 1, 'z' is not kept.
class Fields {
 public:
  // False when it was said otherwise before.
  bool set(char letter, std::int64_t value) { return values_.emplace(letter, value).first->second == value; }
  std::optional<std::int64_t> get(char letter) const {
    const auto found = values_.find(letter);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  bool agrees(char letter, std::int64_t value) const { return get(letter).value_or(value) == value; }

  bool make_a_time() const;

 private:
  std::optional<std::int64_t> year(char whole, char in_century, char century) const;
  std::optional<std::int64_t> days() const;
  std::optional<std::int64_t> second_of_day() const;
  bool agree_with(std::int64_t days) const;

  std::map<char, std::int64_t> values_;
};

std::optional<std::int64_t> Fields::year(char whole, char in_century, char century) const {
  if (const auto year = get(whole)) return year;
  const auto last = get(in_century);
  if (!last) return std::nullopt;
  if (const auto first = get(century)) return *first * 100 + *last;
  return *last + (*last < 70 ? 2000 : 1900);
}

std::optional<std::int64_t> Fields::days() const {
  const auto weekday = get('u');
  if (const auto year_number = year('Y', 'y', 'C')) {
    if (get('m') && get('d')) return days_since_1970(*year_number, *get('m'), *get('d'));
    const auto first = days_since_1970(*year_number, 1, 1);
    if (!first) return std::nullopt;
    if (const auto day = get('j'))
      return *day >= 1 && *day <= (is_leap_year(*year_number) ? 366 : 365) ? std::optional(*first + *day - 1)
                                                                           : std::nullopt;
    for (const char letter : {'U', 'W'}) {
      const auto week = get(letter);
      if (!week || !weekday) continue;
      const std::int64_t start = letter == 'U' ? 7 : 1;  // Sunday or Monday
      const std::int64_t to_first_week = floor_modulo(start - iso_weekday(*first), 7);
      return *first + to_first_week + (*week - 1) * 7 + floor_modulo(*weekday - start, 7);
    }
  }
  const auto iso_year = year('G', 'g', '\0');
  if (!iso_year || !get('V') || !weekday) return std::nullopt;
  const auto fourth = days_since_1970(*iso_year, 1, 4);  // always in the first week
  return fourth ? std::optional(*fourth - iso_weekday(*fourth) + *weekday + (*get('V') - 1) * 7) : std::nullopt;
}

bool Fields::agree_with(std::int64_t days) const {
  const CivilTime date = civil_time(days * seconds_in_day);
  const IsoWeek week = iso_week(days);
  const unsigned weekday = iso_weekday(days);
  const std::int64_t day = day_of_year(date);
  return agrees('Y', date.year) && agrees('C', floor_divide(date.year, 100)) && agrees('y', floor_modulo(date.year, 100)) &&
         agrees('m', date.month) && agrees('d', date.day) && agrees('j', day) && agrees('q', (date.month - 1) / 3 + 1) &&
         agrees('u', weekday) && agrees('G', week.year) && agrees('g', floor_modulo(week.year, 100)) &&
         agrees('V', week.week) && agrees('U', (day + 6 - weekday % 7) / 7) &&
         agrees('W', (day + 6 - (weekday + 6) % 7) / 7);
}

// An hour and a minute have to be there.
std::optional<std::int64_t> Fields::second_of_day() const {
  std::optional<std::int64_t> hour = get('H');
  const auto of_half = get('I');
  const auto half = get('p');
  if (!hour && of_half && half) hour = *of_half % 12 + *half * 12;
  const auto minute = get('M');
  if (!hour || !minute || (get('f') && !get('S'))) return std::nullopt;
  if (!agrees('H', *hour) || (of_half && *of_half % 12 != *hour % 12) || (half && *half != *hour / 12)) return std::nullopt;
  return *hour * 3600 + *minute * 60 + get('S').value_or(0);
}

bool Fields::make_a_time() const {
  if (const auto seconds = get('s')) {
    if (floor_divide(*seconds, seconds_in_day) > *days_since_1970(year_max, 12, 31)) return false;
    const CivilTime time = civil_time(*seconds);
    return agree_with(floor_divide(*seconds, seconds_in_day)) && agrees('H', time.hour) && agrees('M', time.minute) &&
           agrees('S', time.second);
  }
  const auto day = days();
  return day && agree_with(*day) && second_of_day().has_value();
}

// A name of the table, or its first three letters.
template <std::size_t N>
std::optional<std::int64_t> take_name(std::string_view& text, const std::string_view (&names)[N], bool may_be_long) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!take_text(text, names[i].substr(0, 3))) continue;
    if (may_be_long) take_text(text, names[i].substr(3));
    return static_cast<std::int64_t>(i) + 1;
  }
  return std::nullopt;
}

bool read_number(std::string_view& text, const TimeItem& item, Fields& fields) {
  struct Limits {
    std::size_t width;
    std::int64_t min;
    std::int64_t max;
  };
  const auto limits = [](char letter) -> Limits {
    switch (letter) {
      case 'Y':
      case 'G': return {4, year_min, year_max};
      case 'q': return {1, 1, 4};
      case 'm':
      case 'I': return {2, 1, 12};
      case 'd': return {2, 1, 31};
      case 'j': return {3, 1, 366};
      case 'w': return {1, 0, 6};
      case 'u': return {1, 1, 7};
      case 'U':
      case 'W': return {2, 0, 53};
      case 'V': return {2, 1, 53};
      case 'H': return {2, 0, 23};
      case 'M': return {2, 0, 59};
      case 'S': return {2, 0, 60};
      case 'f': return {9, 0, 999'999'999};
      case 's': return {SIZE_MAX, INT64_MIN, INT64_MAX};
      default: return {2, 0, 99};
    }
  };
  char letter = item.letter == 'e' ? 'd' : item.letter == 'k' ? 'H' : item.letter == 'l' ? 'I' : item.letter;
  const Limits limit = limits(letter);
  skip_space(text);
  std::size_t width = limit.width;
  bool is_negative = false;
  if (std::string_view("YGs").contains(letter) && (text.starts_with('-') || text.starts_with('+'))) {
    is_negative = text[0] == '-';
    text.remove_prefix(1);
    width = SIZE_MAX;
  }
  auto value = take_number(text, width);
  if (!value) return false;
  if (is_negative) value = -*value;
  if (*value < limit.min || *value > limit.max) return false;
  if (letter == 'w') {
    letter = 'u';
    if (*value == 0) value = 7;
  }
  return fields.set(letter, *value);
}

// Digits of a second, those behind the ninth passed over.
bool read_fraction(std::string_view& text, const TimeItem& item, Fields& fields) {
  if (item.has_point && !text.starts_with('.')) return true;
  if (item.has_point) text.remove_prefix(1);
  std::int64_t value = 0;
  int count = 0;
  while (!text.empty() && is_digit(text[0]) && (item.digits == 0 || count < item.digits)) {
    if (count < 9) value = value * 10 + (text[0] - '0');
    ++count;
    text.remove_prefix(1);
  }
  if (count == 0 || (item.digits != 0 && count != item.digits)) return false;
  for (int i = count; i < 9; ++i) value *= 10;
  return fields.set('f', value);
}

// Z, or a sign, two digits, perhaps a colon, and two digits; hours alone where `%:::z` says so.
bool read_offset(std::string_view& text) {
  skip_space(text);
  if (!text.starts_with('+') && !text.starts_with('-')) return false;
  text.remove_prefix(1);
  const auto hours = text.substr(0, 2);
  if (hours.size() < 2 || !take_number(text, 2) || !is_digit(hours[1])) return false;
  while (text.starts_with(':') || (!text.empty() && is_space(text[0]))) text.remove_prefix(1);
  const auto minutes = text.substr(0, 2);
  return minutes.size() == 2 && minutes[0] <= '5' && is_digit(minutes[1]) && take_number(text, 2).has_value();
}

bool read_items(std::string_view& text, std::string_view format, Fields& fields);

bool read_fixed(std::string_view& text, const TimeItem& item, Fields& fields) {
  if (const std::string_view longer = expanded_time_item(item.letter); !longer.empty())
    return read_items(text, longer, fields);
  std::optional<std::int64_t> value;
  switch (item.letter) {
    case 'b':
    case 'B': value = take_name(text, month_names, item.letter == 'B'); return value && fields.set('m', *value);
    case 'a':
    case 'A': value = take_name(text, weekday_names, item.letter == 'A'); return value && fields.set('u', *value);
    case 'p':
    case 'P':
      if (take_text(text, "AM")) return fields.set('p', 0);
      return take_text(text, "PM") && fields.set('p', 1);
    case 'Z':
      while (!text.empty() && !is_space(text[0])) text.remove_prefix(1);
      return true;
    case 'z': return read_offset(text);
    default: return read_fraction(text, item, fields);
  }
}

bool read_items(std::string_view& text, std::string_view format, Fields& fields) {
  for (;;) {
    const TimeItem item = next_time_item(format);
    bool is_read = true;
    switch (item.kind) {
      case TimeItem::Kind::end: return true;
      case TimeItem::Kind::wrong: return false;
      case TimeItem::Kind::literal:
        is_read = text.starts_with(item.text);
        if (is_read) text.remove_prefix(item.text.size());
        break;
      case TimeItem::Kind::space: skip_space(text); break;
      case TimeItem::Kind::number: is_read = read_number(text, item, fields); break;
      case TimeItem::Kind::fixed: is_read = read_fixed(text, item, fields); break;
    }
    if (!is_read) return false;
  }
}

}  // namespace

bool matches_time_format(std::string_view text, std::string_view format) {
  Fields fields;
  return read_items(text, format, fields) && text.empty() && fields.make_a_time();
}

}  // namespace millrace::surrealql
