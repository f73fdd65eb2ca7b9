// SPDX-License-Identifier: Apache-2.0
//
// Times as text by a pattern: the dialect of strftime that the engine's library (chrono) has.
//
//   %Y %C %y %G %g   year, its century, its last two digits; the same of the ISO week
//   %q %m %b %B %h   quarter; month as number, Jan, January
//   %d %e %j         day of the month, with a space before one digit; day of the year
//   %a %A %w %u      Wed, Wednesday, 0 to 6 from Sunday, 1 to 7 from Monday
//   %U %W %V         week from Sunday, from Monday, of ISO 8601
//   %H %k %I %l %p %P %M %S
//   %f %.f %3f %.3f  nanoseconds; as many digits as are needed, with a point; so many, without and with a point (3, 6 or 9)
//   %R %T %X %r %D %x %F %v %c %+ %s    put together: 02:04, 02:04:06, RFC 3339, seconds since 1970
//   %z %:z %::z %:::z %Z                +0000, +00:00, +00:00:00, +00, UTC
//   %t %n %%
//
// %-d, %_d and %0d print a number without padding, with spaces, with zeros. Everything else behind a % is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::surrealql {

// False when the pattern has something that is not above; `out` has then what came before it.
bool append_time(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds, std::string_view format);

// Whether `text` is a date and time as `format` says, nothing behind it, and what it says twice agrees.
bool matches_time_format(std::string_view text, std::string_view format);

// The next thing in a pattern.
struct TimeItem {
  enum class Kind : std::uint8_t { end, wrong, literal, space, number, fixed };
  Kind kind = Kind::end;
  std::string_view text;  // of a literal or spaces
  char letter = 0;        // 'Y' of %Y; of %.3f 'f'; of %:z 'z'
  char padding = 0;       // '-', '_', '0' where the pattern has one
  bool has_point = false;
  int digits = 0;  // 3, 6 or 9 of %3f and %.3f
  int colons = 0;
};
TimeItem next_time_item(std::string_view& format);
// What a letter that stands for several is short for: "%H:%M" of R; empty for others.
std::string_view expanded_time_item(char letter);

inline constexpr std::string_view month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                                   "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::string_view weekday_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};

}  // namespace millrace::surrealql
