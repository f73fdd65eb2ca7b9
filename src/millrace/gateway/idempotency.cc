// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/idempotency.h"

#include <algorithm>
#include <string>

#include "millrace/gateway/sha256.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view header_name = "idempotency-key";

bool is_named_so(std::string_view name) {
  return std::ranges::equal(name, header_name, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

std::array<char, 8> length_of(std::string_view part) {
  std::array<char, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(part.size() >> (56 - 8 * i) & 0xff);
  return bytes;
}

std::string_view view(const std::array<char, 8>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

Result<IdempotencyKey> IdempotencyKey::parse(std::string_view value) {
  IdempotencyKey key;
  const bool is_quoted = value.starts_with('"');
  std::size_t at = is_quoted ? 1 : 0;
  for (; at < value.size() && !(is_quoted && value[at] == '"'); ++at) {
    if (is_quoted && value[at] == '\\') {  // RFC 8941, section 3.3.3: before a quote or a backslash only
      if (++at == value.size() || (value[at] != '"' && value[at] != '\\')) return fail(Code::invalid_argument, "Idempotency-Key: a backslash escapes a quote or a backslash only");
    }
    if (value[at] <= ' ' || value[at] > '~') return fail(Code::invalid_argument, "Idempotency-Key: only visible ASCII characters make a key");
    if (key.size_ == bytes_max) return fail(Code::invalid_argument, "Idempotency-Key: a key has at most 255 characters");
    key.bytes_[key.size_++] = value[at];
  }
  if (is_quoted && at + 1 != value.size()) {
    return fail(Code::invalid_argument, at == value.size() ? "Idempotency-Key: the quotes do not close" : "Idempotency-Key: there is more behind the quotes");
  }
  if (key.size_ == 0) return fail(Code::invalid_argument, "Idempotency-Key: the key is empty");
  return key;
}

Result<std::optional<IdempotencyKey>> idempotency_key_of(const net::HttpRequest& request) {
  std::optional<std::string_view> value;
  for (const net::HttpHeader& header : request.headers) {
    if (!is_named_so(header.name)) continue;
    if (value) return fail(Code::invalid_argument, "Idempotency-Key: there are two");
    value = header.value;
  }
  if (!value) return std::nullopt;
  return IdempotencyKey::parse(*value);
}

Uuid derived_id(std::string_view token_name, std::string_view table, std::string_view key) {
  const auto name_length = length_of(token_name);
  const auto table_length = length_of(table);
  const auto key_length = length_of(key);
  const Sha256 digest = sha256({view(name_length), token_name, view(table_length), table, view(key_length), key});
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace millrace::gateway
