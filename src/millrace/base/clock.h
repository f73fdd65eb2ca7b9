// SPDX-License-Identifier: Apache-2.0
//
// Points in time, and their RFC 3339 form. A Timestamp counts nanoseconds since 1970 in UTC (years 1678 to 2262).
//
//   parse_rfc3339("2024-05-01T12:00:00+02:00")  → 2024-05-01T10:00:00Z
//   format_rfc3339_milliseconds(t)              → "2024-05-01T10:00:00.000Z", always 24 characters
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

// Wall-clock time, behind an interface so that a test can set it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  static const Clock& system();
};

inline constexpr std::size_t rfc3339_milliseconds_size = 24;

// Reads a date-time of RFC 3339 section 5.6: date, 'T' (or 't', or a space), time, optional fraction (digits past the
// ninth are cut), and 'Z' or an offset. Nothing for any other text, for a day that does not exist, and for a year outside
// a Timestamp's range. A leap second :60 is read as the following second.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

std::string format_rfc3339_milliseconds(Timestamp time);
// The same, written over `out`, which is exactly rfc3339_milliseconds_size long.
void write_rfc3339_milliseconds(Timestamp time, std::span<char> out);
// With as many fraction digits as the time has: none, 3, 6 or 9.
std::string format_rfc3339(Timestamp time);

}  // namespace millrace
