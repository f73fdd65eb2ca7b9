// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/cursor.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "millrace/record/json.h"

namespace millrace::gateway {
namespace {

// The first byte says what follows: an int64, most significant byte first; a text; a uuid's 16 bytes.
constexpr char integer_kind = 'i';
constexpr char text_kind = 't';
constexpr char uuid_kind = 'u';

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned digit_bits = 6;

std::string encode_base64url(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 4 / 3 + 2);
  std::uint32_t word = 0;
  unsigned bits = 0;  // of `word` that are not out yet
  for (const char c : bytes) {
    word = word << 8 | static_cast<std::uint8_t>(c);
    for (bits += 8; bits >= digit_bits; bits -= digit_bits) out += digits[word >> (bits - digit_bits) & 0x3f];
  }
  if (bits != 0) out += digits[word << (digit_bits - bits) & 0x3f];
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    word = word << digit_bits | static_cast<std::uint32_t>(digit);
    bits += digit_bits;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(word >> bits & 0xff);
  }
  // Fewer bits than a digit's may be left over, and they are zero.
  if (bits >= digit_bits || (word & ((1u << bits) - 1)) != 0) return std::nullopt;
  return out;
}

std::optional<RecordId> read_id(char kind, std::string_view bytes) {
  switch (kind) {
    case integer_kind: {
      if (bytes.size() != sizeof(std::int64_t)) return std::nullopt;
      std::uint64_t integer = 0;
      for (const char c : bytes) integer = integer << 8 | static_cast<std::uint8_t>(c);
      return static_cast<std::int64_t>(integer);
    }
    case text_kind:
      if (bytes.empty() || !is_utf8(bytes)) return std::nullopt;
      return std::string(bytes);
    case uuid_kind: {
      Uuid uuid;
      if (bytes.size() != uuid.bytes.size()) return std::nullopt;
      std::ranges::copy(bytes, uuid.bytes.begin());
      return uuid;
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::string encode_cursor(const RecordId& id) {
  std::string bytes;
  if (const auto* integer = std::get_if<std::int64_t>(&id)) {
    bytes += integer_kind;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<std::uint64_t>(*integer) >> shift & 0xff);
  } else if (const auto* text = std::get_if<std::string>(&id)) {
    bytes += text_kind;
    bytes += *text;
  } else {
    bytes += uuid_kind;
    bytes.append(std::get<Uuid>(id).bytes.begin(), std::get<Uuid>(id).bytes.end());
  }
  return encode_base64url(bytes);
}

Result<RecordId> decode_cursor(std::string_view text) {
  const std::optional<std::string> bytes = decode_base64url(text);
  std::optional<RecordId> id;
  if (bytes && !bytes->empty()) id = read_id(bytes->front(), std::string_view(*bytes).substr(1));
  if (!id) return fail(Code::invalid_argument, "after is no cursor of this server");
  return *std::move(id);
}

}  // namespace millrace::gateway
