// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/json_line.h"

#include <fmt/format.h>

#include <iterator>
#include <span>

#include "millrace/record/json.h"

namespace millrace::gateway {

namespace {

void append_text(std::string& out, std::string_view text) {
  if (is_utf8(text)) return append_json_string(out, text);
  std::string ascii;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      ascii += c;
    } else {
      fmt::format_to(std::back_inserter(ascii), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  append_json_string(out, ascii);
}

}  // namespace

JsonLine::JsonLine(Timestamp time) {
  text_.reserve(512);
  text_ = R"({"time":")";
  const std::size_t at = text_.size();
  text_.append(rfc3339_milliseconds_size, ' ');
  write_rfc3339_milliseconds(time, std::span(text_).subspan(at));
  text_ += '"';
}

void JsonLine::add_key(std::string_view key) { text_.append(",\"").append(key).append("\":"); }

void JsonLine::add(std::string_view key, std::string_view text) {
  add_key(key);
  if (text.size() > text_bytes_max) {
    std::size_t end = text_bytes_max;
    while (end != 0 && (text[end] & 0xc0) == 0x80) --end;  // between two characters
    std::string cut(text.substr(0, end));
    return append_text(text_, cut += "...");
  }
  append_text(text_, text);
}

void JsonLine::add(std::string_view key, std::uint64_t number) {
  add_key(key);
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonLine::add_seconds(std::string_view key, std::chrono::nanoseconds time) {
  add_key(key);
  fmt::format_to(std::back_inserter(text_), "{:.6f}", std::chrono::duration<double>(time).count());
}

std::string_view JsonLine::end() {
  text_ += '}';
  return text_;
}

}  // namespace millrace::gateway
