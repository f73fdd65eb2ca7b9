// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/text.h"

#include <charconv>
#include <cmath>
#include <concepts>

namespace millrace::telemetry::detail {
namespace {

constexpr std::size_t number_size_max = 32;  // the shortest form of a double has at most 24 characters

template <typename... Format>
void append_number(auto value, std::string& out, Format... format) {
  char text[number_size_max];
  const std::to_chars_result result = std::to_chars(text, text + sizeof text, value, format...);
  out.append(text, result.ptr);
}

bool append_if_not_finite(double value, std::string& out) {
  if (std::isfinite(value)) return false;
  out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return true;
}

// Bytes of the UTF-8 character at the start of `text`, 0 when there is none (table 3-7 of the Unicode standard) or it is
// NUL.
std::size_t utf8_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto follows = [&](std::size_t i, int low = 0x80, int high = 0xbf) { return byte(i) >= low && byte(i) <= high; };
  const int first = byte(0);
  if (first < 0x80) return first != 0;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool good = first == 0xe0 ? follows(1, 0xa0) : first == 0xed ? follows(1, 0x80, 0x9f) : follows(1);
    return good && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool good = first == 0xf0 ? follows(1, 0x90) : first == 0xf4 ? follows(1, 0x80, 0x8f) : follows(1);
    return good && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void append_integer(std::uint64_t value, std::string& out) { append_number(value, out); }

void append_value(double value, std::string& out) {
  if (!append_if_not_finite(value, out)) append_number(value, out);
}

// As Go's 'g' in its shortest form, with ".0" where it would look like an integer: exponents from 1e-05 down and from 1e+06
// up.
void append_bound(double value, std::string& out) {
  if (append_if_not_finite(value, out)) return;
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e6)) return append_number(value, out, std::chars_format::scientific);
  const std::size_t start = out.size();
  append_number(value, out, std::chars_format::fixed);
  if (out.find('.', start) == out.npos) out += ".0";
}

void append_seconds(Timestamp time, std::string& out) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  append_integer(static_cast<std::uint64_t>(milliseconds / 1000), out);
  const auto rest = static_cast<int>(milliseconds % 1000);
  out += '.';
  for (const int digit : {rest / 100, rest / 10 % 10, rest % 10}) out += static_cast<char>('0' + digit);
}

void append_escaped(std::string_view text, Escape escape, std::string& out) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && escape == Escape::and_quote) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    out += size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace millrace::telemetry::detail
