// SPDX-License-Identifier: Apache-2.0
//
// Values to JSON text and back.
#pragma once

#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/record_view.h"
#include "millrace/record/value.h"

namespace millrace {

// Appends `text` with quotes around it and every control character, quote and backslash escaped. `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Appends the value as contract.md has it: datetime as RFC 3339 in UTC; decimal, duration, uuid and record link as text;
// bytes as base64; NaN and infinities as null. None members are left out; a lone None is null.
void append_json(std::string& out, const Value& value);
std::string to_json(const Value& value);

// What a JSON string says: without quotes, escapes decoded. `quoted` was validated by the scanner.
std::string decode_json_string(std::string_view quoted);

// The tree of JSON text that the scanner has accepted. Integers outside int64 become Decimal, reals beyond a double's range
// an infinity; the last of duplicate keys wins.
Value parse_validated_json(std::string_view text);
// The same for text of unknown origin: validates first (UTF-8 too). Surrounding white space is allowed.
Result<Value> parse_json(std::string_view text);

bool is_utf8(std::string_view bytes);

// Appends validated JSON text with a space for each line break between its tokens (it has none within one): a body is one
// line, so that it can be printed as one.
void append_one_line(std::string& out, std::string_view validated);

// Standard base64 with padding, RFC 4648 section 4.
std::string encode_base64(std::string_view bytes);
Result<std::string> decode_base64(std::string_view text);

// "1h30m", "0ns"
std::string to_string(const Duration& duration);
Result<Duration> parse_duration(std::string_view text);

}  // namespace millrace
