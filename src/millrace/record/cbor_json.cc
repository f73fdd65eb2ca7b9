// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace::cbor {
namespace {

Result<void> append_number(std::string& out, std::string_view digits) {
  const char* const end = digits.data() + digits.size();
  if (digits.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t integer = 0;
    if (std::from_chars(digits.data(), end, integer).ec == std::errc{}) {
      append_int(out, integer);
    } else if (digits.size() - digits.starts_with('-') <= Decimal::digits_max) {
      append_decimal(out, digits);
    } else {
      return fail(Code::invalid_record,
                  fmt::format("{} has more digits than a decimal's {}", show_json(digits), Decimal::digits_max));
    }
    return {};
  }
  const double real = read_json_double(digits);
  if (!std::isfinite(real)) {
    return fail(Code::invalid_record, fmt::format("{} is outside a float's range", show_json(digits)));
  }
  append_double(out, real);
  return {};
}

// Returns the size of what it read.
std::size_t append_string(std::string& out, std::string_view quoted) {
  if (unquoted(quoted).contains('\\')) {
    append_text(out, decode_json_string(quoted));
  } else {
    append_text(out, unquoted(quoted));
  }
  return quoted.size();
}

}  // namespace

// One pass, no recursion: containers have no stated length, so that their ends need no looking back.
Result<void> append_json_text(std::string& out, std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    switch (rest.front()) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ',':
      case ':': ++at; break;
      case '{':
      case '[':
        if (++depth > json_depth_max) {
          return fail(Code::invalid_record,
                      fmt::format("nested deeper than the {} levels that SurrealDB takes", json_depth_max));
        }
        rest.front() == '{' ? append_open_map(out) : append_open_array(out);
        ++at;
        break;
      case '}':
      case ']':
        --depth;
        append_break(out);
        ++at;
        break;
      case 't':
        append_bool(out, true);
        at += 4;
        break;
      case 'f':
        append_bool(out, false);
        at += 5;
        break;
      case 'n':
        append_null(out);
        at += 4;
        break;
      case '"': at += append_string(out, rest.substr(0, skip_json_string(rest))); break;
      default: {
        const std::string_view number = rest.substr(0, skip_json_value(rest));
        if (Result<void> done = append_number(out, number); !done) return done;
        at += number.size();
      }
    }
  }
  return {};
}

}  // namespace millrace::cbor
