// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/clock.h"

#include <fmt/format.h>

#include "millrace/base/assert.h"

namespace millrace {
namespace {

using namespace std::chrono;

class SystemClock final : public Clock {
 public:
  Timestamp now() const override { return time_point_cast<nanoseconds>(system_clock::now()); }
};

// A cursor over the text; each step says whether it fitted.
struct Cursor {
  std::string_view text;

  bool digits(std::size_t count, int& value) {
    if (text.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text[i] < '0' || text[i] > '9') return false;
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return true;
  }
  bool one_of(std::string_view characters) {
    if (text.empty() || !characters.contains(text.front())) return false;
    text.remove_prefix(1);
    return true;
  }
};

bool read_fraction(Cursor& cursor, nanoseconds& fraction) {
  if (!cursor.one_of(".")) return true;
  std::int64_t value = 0;
  int count = 0;
  for (; !cursor.text.empty() && cursor.text.front() >= '0' && cursor.text.front() <= '9'; ++count) {
    if (count < 9) value = value * 10 + (cursor.text.front() - '0');
    cursor.text.remove_prefix(1);
  }
  for (int i = count; i < 9; ++i) value *= 10;
  fraction = nanoseconds(value);
  return count > 0;
}

bool read_offset(Cursor& cursor, minutes& offset) {
  if (cursor.one_of("Zz")) return true;
  const bool minus = cursor.text.starts_with('-');
  int hour = 0;
  int minute = 0;
  if (!cursor.one_of("+-") || !cursor.digits(2, hour) || !cursor.one_of(":") || !cursor.digits(2, minute)) return false;
  if (hour > 23 || minute > 59) return false;
  offset = hours(hour) + minutes(minute);
  if (minus) offset = -offset;
  return true;
}

void put_digits(char*& out, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
  out += count;
}

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Cursor cursor{text};
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  if (!cursor.digits(4, y) || !cursor.one_of("-") || !cursor.digits(2, mo) || !cursor.one_of("-") || !cursor.digits(2, d) ||
      !cursor.one_of("Tt ") || !cursor.digits(2, h) || !cursor.one_of(":") || !cursor.digits(2, mi) ||
      !cursor.one_of(":") || !cursor.digits(2, s)) {
    return std::nullopt;
  }
  nanoseconds fraction{0};
  minutes offset{0};
  if (!read_fraction(cursor, fraction) || !read_offset(cursor, offset) || !cursor.text.empty()) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60 || y < 1678 || y > 2261) return std::nullopt;
  return Timestamp(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + fraction - offset;
}

void write_rfc3339_milliseconds(Timestamp time, std::span<char> out) {
  MILLRACE_ASSERT(out.size() == rfc3339_milliseconds_size);
  const auto rounded = floor<milliseconds>(time);  // coarser first: the first day of all begins before a Timestamp's range
  const auto midnight = floor<days>(rounded);
  const year_month_day date(midnight);
  const hh_mm_ss clock(rounded - midnight);
  char* p = out.data();
  put_digits(p, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *p++ = '-';
  put_digits(p, static_cast<unsigned>(date.month()), 2);
  *p++ = '-';
  put_digits(p, static_cast<unsigned>(date.day()), 2);
  *p++ = 'T';
  put_digits(p, static_cast<unsigned>(clock.hours().count()), 2);
  *p++ = ':';
  put_digits(p, static_cast<unsigned>(clock.minutes().count()), 2);
  *p++ = ':';
  put_digits(p, static_cast<unsigned>(clock.seconds().count()), 2);
  *p++ = '.';
  put_digits(p, static_cast<unsigned>(clock.subseconds().count()), 3);
  *p = 'Z';
}

std::string format_rfc3339_milliseconds(Timestamp time) {
  std::string out(rfc3339_milliseconds_size, '\0');
  write_rfc3339_milliseconds(time, out);
  return out;
}

std::string format_rfc3339(Timestamp time) {
  std::string out = format_rfc3339_milliseconds(time).substr(0, 19);
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t fraction = (time.time_since_epoch().count() % second + second) % second;
  if (fraction == 0) return out + "Z";
  if (fraction % 1'000'000 == 0) return out + fmt::format(".{:03}Z", fraction / 1'000'000);
  if (fraction % 1'000 == 0) return out + fmt::format(".{:06}Z", fraction / 1'000);
  return out + fmt::format(".{:09}Z", fraction);
}

}  // namespace millrace
