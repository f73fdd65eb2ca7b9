// SPDX-License-Identifier: Apache-2.0
//
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the key of a create gives its record's id, so that a repeat meets the
// record itself, whichever gateway takes it, after any restart.
//
//   const Result<std::optional<IdempotencyKey>> key = idempotency_key_of(request);   // invalid_argument: 400
//   if (*key) id = derived_id(token.name, "post", (*key)->text());
//
// The draft has the key as a string of RFC 8941, in quotes; most clients send it bare. "k" and k are the same key.
// A key has 1 to 255 visible ASCII characters.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/base/uuid.h"
#include "millrace/net/http.h"

namespace millrace::gateway {

class IdempotencyKey {
 public:
  static constexpr std::size_t bytes_max = 255;

  // Of a header's value. invalid_argument: empty or too long, other characters, quotes that do not close, more behind them.
  static Result<IdempotencyKey> parse(std::string_view value);
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, bytes_max> bytes_;
  std::uint8_t size_ = 0;
};

// Nothing when the request has none. Two are invalid_argument: which one is meant?
Result<std::optional<IdempotencyKey>> idempotency_key_of(const net::HttpRequest& request);

// A UUID of version 8 (RFC 9562, section 5.8; appendix B.2 makes one of a SHA-256 likewise): the first 122 bits of SHA-256 over the three,
// each behind its length in eight bytes, most significant first. `token_name` is empty where there are no tokens. Other tokens' keys
// give other ids. It is no secret: who knows a name and a key, and may create in the table, can take the id first.
Uuid derived_id(std::string_view token_name, std::string_view table, std::string_view key);

}  // namespace millrace::gateway
