// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json.h"

#include <emmintrin.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "millrace/record/record.h"

namespace millrace {
namespace {

void append_utf8(std::string& out, unsigned point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

unsigned read_unit(std::string_view hex) {
  unsigned unit = 0;
  std::from_chars(hex.data(), hex.data() + 4, unit, 16);
  return unit;
}

char unescape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // " \ /
  }
}

// True when a text key can stand bare behind its table: letters, digits and _, and not digits alone, which would be an int.
bool is_bare_key(std::string_view key) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return key.find_first_not_of(letters) == std::string_view::npos &&
         key.find_first_not_of(digits) != std::string_view::npos;
}

// The record id as SurrealQL writes it: post:1, post:abc, post:⟨a b⟩, post:u'0190…'.
std::string link_text(const RecordLink& link) {
  const Value& key = link.key.front();
  if (const auto* uuid = key.get_if<Uuid>()) return fmt::format("{}:u'{}'", link.table, to_string(*uuid));
  if (!key.is<std::string>()) return fmt::format("{}:{}", link.table, to_json(key));
  return is_bare_key(key.text()) ? fmt::format("{}:{}", link.table, key.text())
                                 : fmt::format("{}:⟨{}⟩", link.table, key.text());
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  const std::string_view digits(text.data(), end);
  out.append(digits);
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";  // so that a float stays one when read again
}

struct JsonWriter {
  std::string& out;

  void operator()(const None&) const { out += "null"; }
  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
  void operator()(double value) const { append_double(out, value); }
  void operator()(const Decimal& value) const { append_json_string(out, value.digits); }
  void operator()(const std::string& value) const { append_json_string(out, value); }
  void operator()(const Bytes& value) const { append_json_string(out, encode_base64(value.data)); }
  void operator()(Timestamp value) const { append_json_string(out, format_rfc3339(value)); }
  void operator()(const Duration& value) const { append_json_string(out, to_string(value)); }
  void operator()(const Uuid& value) const { append_json_string(out, to_string(value)); }
  void operator()(const RecordLink& value) const { append_json_string(out, link_text(value)); }
  void operator()(const Tagged& value) const { append_json(out, value.content.empty() ? Value() : value.content.front()); }
  void operator()(const Array& values) const {
    out += '[';
    for (const Value& value : values) {
      if (&value != values.data()) out += ',';
      append_json(out, value);
    }
    out += ']';
  }
  void operator()(const Object& members) const {
    out += '{';
    bool first = true;
    for (const Member& member : members) {
      if (member.value.is<None>()) continue;
      if (!first) out += ',';
      first = false;
      append_json_string(out, member.key);
      out += ':';
      append_json(out, member.value);
    }
    out += '}';
  }
};

// A bit for each of the sixteen bytes that needs no escape.
unsigned plain_bytes(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  const __m128i printed = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(' ')), bytes);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_andnot_si128(special, printed)));
}

// The first byte from `at` on that may need an escape, or the end.
std::size_t skip_plain(std::string_view text, std::size_t at) {
  for (; at + 16 <= text.size(); at += 16) {
    const unsigned plain = plain_bytes(text.data() + at);
    if (plain != 0xffff) return at + static_cast<std::size_t>(std::countr_one(plain));
  }
  if (at == text.size() || text.size() < 16) return at;
  // The last sixteen, of which some were seen already.
  const std::size_t seen = at + 16 - text.size();
  const bool all_plain = plain_bytes(text.data() + text.size() - 16) >> seen == 0xffffU >> seen;
  return all_plain ? text.size() : at;
}

// Copies `text` to `to`, where 16 bytes more may be written; false when a byte needs an escape.
bool copy_plain(std::string_view text, char* to) {
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    if (plain_bytes(text.data() + at) != 0xffff) return false;
    std::memcpy(to + at, text.data() + at, 16);
  }
  const std::size_t left = text.size() - at;
  if (left == 0) return true;
  if (text.size() >= 16) {  // the last sixteen, of which some were seen already
    std::memcpy(to + text.size() - 16, text.data() + text.size() - 16, 16);
    return plain_bytes(text.data() + text.size() - 16) == 0xffff;
  }
  std::array<char, 16> padded;
  padded.fill(' ');
  std::memcpy(padded.data(), text.data(), left);
  std::memcpy(to, padded.data(), padded.size());
  return plain_bytes(padded.data()) == 0xffff;
}

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + text.size() + 18, [&](char* begin, std::size_t) {
    begin[before] = '"';
    if (!copy_plain(text, begin + before + 1)) return before;
    begin[before + 1 + text.size()] = '"';
    return before + text.size() + 2;
  });
  if (out.size() != before) return;
  out += '"';
  std::size_t copied = 0;
  for (std::size_t at = skip_plain(text, 0); at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') [[likely]]
      continue;
    out.append(text.substr(copied, at - copied));
    copied = at + 1;
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
    at = skip_plain(text, copied) - 1;
  }
  out.append(text.substr(copied));
  out += '"';
}

void append_json(std::string& out, const Value& value) { std::visit(JsonWriter{out}, value.variant()); }

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string decode_json_string(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t backslash = text.find('\\', at);
    out.append(text.substr(at, backslash - at));
    if (backslash == std::string_view::npos) break;
    const char letter = text[backslash + 1];
    at = backslash + 2;
    if (letter != 'u') {
      out += unescape(letter);
      continue;
    }
    unsigned point = read_unit(text.substr(at));
    at += 4;
    if (point >= 0xd800 && point <= 0xdbff) {
      point = 0x10000 + ((point - 0xd800) << 10) + (read_unit(text.substr(at + 2)) - 0xdc00);
      at += 6;
    }
    append_utf8(out, point);
  }
  return out;
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) word = word << 8 | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0);
    for (std::size_t i = 0; i < 4; ++i) out += i <= have ? base64_digits[word >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  const auto broken = [] { return fail(Code::invalid_record, "is no base64 text"); };
  if (text.size() % 4 != 0) return broken();
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t word = 0;
    std::size_t pads = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const char c = text[at + i];
      const std::size_t digit = c == '=' ? 0 : base64_digits.find(c);
      if (c == '=') ++pads;
      if (digit == std::string_view::npos || (c != '=' && pads != 0)) return broken();
      word = word << 6 | static_cast<std::uint32_t>(digit);
    }
    if (pads > 2 || (pads != 0 && at + 4 != text.size())) return broken();
    for (std::size_t i = 0; i < 3 - pads; ++i) out += static_cast<char>(word >> (16 - 8 * i) & 0xff);
  }
  return out;
}

}  // namespace millrace
