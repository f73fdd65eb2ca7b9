// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/uuid.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr bool hyphen_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Uuid make_uuid_v7(Timestamp time, const Hash128& random) {
  Uuid uuid;
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  std::memcpy(uuid.bytes.data() + 6, &random[0], 2);
  std::memcpy(uuid.bytes.data() + 8, &random[1], 8);
  uuid.bytes[6] = static_cast<std::uint8_t>(0x70 | (uuid.bytes[6] & 0x0f));
  uuid.bytes[8] = static_cast<std::uint8_t>(0x80 | (uuid.bytes[8] & 0x3f));
  return uuid;
}

void write_uuid(const Uuid& uuid, std::span<char, uuid_text_size> out) {
  char* p = out.data();
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (hyphen_before(i)) *p++ = '-';
    *p++ = hex_digits[uuid.bytes[i] >> 4];
    *p++ = hex_digits[uuid.bytes[i] & 15];
  }
}

std::string to_string(const Uuid& uuid) {
  std::array<char, uuid_text_size> text;
  write_uuid(uuid, text);
  return {text.data(), text.size()};
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != uuid_text_size) return std::nullopt;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (hyphen_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return uuid;
}

IdSource IdSource::for_source(Timestamp start, const HashKey& key, std::string_view source) {
  return {start, key, keyed_hash(key, std::as_bytes(std::span(source)))[0]};
}

Uuid IdSource::id_at(std::uint64_t byte, std::uint32_t row) const {
  const std::array<std::uint64_t, 3> message{source_hash, byte, row};
  const std::span<const std::uint64_t> whole(message);
  return make_uuid_v7(start, keyed_hash(key, std::as_bytes(row == 0 ? whole.first(2) : whole)));
}

Uuid UuidSequence::next(Timestamp now) {
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto milliseconds = static_cast<std::uint64_t>(nanoseconds / 1'000'000);
  const auto fraction = static_cast<std::uint64_t>(nanoseconds % 1'000'000) * 4096 / 1'000'000;
  last_ = std::max(last_ + 1, milliseconds << 12 | fraction);
  Hash128 bits = keyed_hash(key_, std::as_bytes(std::span(&last_, 1)));
  bits[0] = std::byteswap(static_cast<std::uint16_t>(last_ & 0xfff));
  return make_uuid_v7(Timestamp(std::chrono::milliseconds(last_ >> 12)), bits);
}

}  // namespace millrace
