// SPDX-License-Identifier: Apache-2.0
//
// How scalar values look as text, as the engine prints and reads them. Private to this room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

void append_integer(std::string& out, std::int64_t value);
// The shortest digits that give the same float, never with an exponent: 3, 0.0000001, -0; NaN, Infinity, -Infinity.
void append_real(std::string& out, double value);
// "-1.10": digits are kept as they are.
void append_decimal(std::string& out, const Decimal96& value);
// RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second; years beyond 9999 and before 0 with a sign.
void append_datetime(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds);
// 1y2w3d4h5m6s7ms8µs9ns
void append_duration(std::string& out, std::uint64_t seconds, std::uint32_t nanoseconds);
void append_uuid(std::string& out, const std::uint8_t* sixteen_bytes);
// 'text', or "text" when it holds a '; escaped.
void append_quoted(std::string& out, std::string_view text);
// The text between two of `quote`, with what needs it escaped.
void append_escaped(std::string& out, std::string_view text, char quote);

struct Instant {
  std::int64_t seconds = 0;  // since 1970, rounded down
  std::uint32_t nanoseconds = 0;
};
struct Span64 {
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};
// What the engine takes in d'…': a date, or a date and time with Z or an offset; digits past the ninth are cut.
std::optional<Instant> parse_datetime(std::string_view text);
std::optional<Span64> parse_duration_text(std::string_view text);
// With or without hyphens, in braces, behind urn:uuid:.
bool parse_uuid_text(std::string_view text, std::uint8_t (&out)[16]);

// The years that the engine's datetimes have, in seconds since 1970.
inline constexpr std::int64_t datetime_seconds_min = -8'334'601'228'800;
inline constexpr std::int64_t datetime_seconds_max = 8'210'266'876'799;

}  // namespace millrace::surrealql
