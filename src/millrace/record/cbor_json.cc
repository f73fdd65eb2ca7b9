// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/json_rewrite.h"

namespace millrace::cbor {
namespace {

Result<void> append_number(std::string& out, std::string_view digits) {
  const char* const end = digits.data() + digits.size();
  if (digits.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t integer = 0;
    if (std::from_chars(digits.data(), end, integer).ec == std::errc{}) {
      append_int(out, integer);
    } else {
      append_decimal(out, digits);
    }
    return {};
  }
  double real = 0;
  if (std::from_chars(digits.data(), end, real).ec != std::errc{} && std::abs(real) != 0) {
    return fail(Code::invalid_record, fmt::format("{} is outside a float's range", digits.substr(0, 60)));
  }
  append_double(out, real);
  return {};
}

}  // namespace

// One pass, no recursion: containers have no stated length, so that their ends need no looking back.
Result<void> append_json_text(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ',':
      case ':': ++at; break;
      case '{':
        append_open_map(out);
        ++at;
        break;
      case '[':
        append_open_array(out);
        ++at;
        break;
      case '}':
      case ']':
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
      case '"': {
        const std::string_view quoted = text.substr(at, skip_json_string(text.substr(at)));
        at += quoted.size();
        const std::string_view plain = quoted.substr(1, quoted.size() - 2);
        if (plain.contains('\\')) {
          append_text(out, decode_json_string(quoted));
        } else {
          append_text(out, plain);
        }
        break;
      }
      default: {
        const std::string_view digits = text.substr(at, skip_json_value(text.substr(at)));
        at += digits.size();
        if (Result<void> done = append_number(out, digits); !done) return done;
      }
    }
  }
  return {};
}

}  // namespace millrace::cbor
