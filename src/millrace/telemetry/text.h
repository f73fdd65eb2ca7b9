// SPDX-License-Identifier: Apache-2.0
//
// Pieces of the exposition formats: numbers and escaped text, appended to a string.
//
//   append_bound(0.5, out)     0.5     append_bound(1, out)   1.0     append_bound(2.5e6, out)   2.5e+06
//   append_value(1, out)       1       append_value(NAN, out) NaN     append_value(-INFINITY, out)   -Inf
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"

namespace millrace::telemetry::detail {

void append_integer(std::uint64_t value, std::string& out);
// The shortest digits that read back as the same number.
void append_value(double value, std::string& out);
// A bucket's bound in OpenMetrics' canonical form: the same number is the same text everywhere ("Considerations: Canonical Numbers").
void append_bound(double value, std::string& out);
// Seconds since 1970 with three decimals: 1732539870.123.
void append_seconds(Timestamp time, std::string& out);

enum class Escape : bool { backslash_and_newline, and_quote };
void append_escaped(std::string_view text, Escape escape, std::string& out);

// A copy in which every byte that is not part of UTF-8 (as Unicode has it: no surrogates, no overlong forms) is U+FFFD, and
// every NUL too, which ends a text for many a reader.
std::string to_utf8(std::string_view text);

}  // namespace millrace::telemetry::detail
