// SPDX-License-Identifier: Apache-2.0
//
// Who may do what: a file of tokens, of which it has only the digests.
//
//   # name   digest             rights       tables      rate
//   writer   sha256:2c26…7ae    create,read  post        100/s
//   scraper  sha256:fcde…2b5    metrics      *
//   admin    sha256:baa5…095    all          *
//
//   Result<Tokens> tokens = Tokens::read("tokens");
//   const Token* token = tokens->find(request.header("authorization"));   // "Bearer foo"
//   if (token == nullptr || !token->allows(Right::create) || !token->covers("post")) …
//
// Rights: create, read, delete, metrics, trace, or `all`. Tables: names between commas, or `*`. Rate: N/s or N/m: so many records
// (rate_limit.h), N of them at once. `#` begins a comment at a line's beginning or behind a space. A token is 43 or more random
// characters of what RFC 6750 lets in; a digest of it is made by  printf %s "$TOKEN" | sha256sum
//
// Immutable once read: a reload makes another, and who holds the old one may go on with it.
// Time: a look-up hashes once and compares with every digest in constant time, so that how long it takes tells nothing of which is near.
// Measured (bench/gateway/parts_bench.cc): 0.14 us with one token, 0.3 us with 10, 18 us with 1,000.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::gateway {

enum class Right : std::uint8_t { create, read, remove, metrics, trace };  // remove: "delete"
inline constexpr std::size_t rights_count = 5;
std::string_view to_string(Right right);

// `records` at once, and as many again in each `seconds`.
struct Rate {
  std::uint32_t records = 0;
  std::uint32_t seconds = 1;  // 1 or 60
  friend bool operator==(const Rate&, const Rate&) = default;
};

struct Token {
  std::string name;
  std::uint8_t rights = 0;  // a bit for each
  bool all_tables = false;
  std::vector<std::string> tables;  // in order; none when all_tables
  std::optional<Rate> rate;

  bool allows(Right right) const { return (rights >> static_cast<unsigned>(right) & 1) != 0; }
  bool covers(std::string_view table) const;
};

class Tokens {
 public:
  static constexpr std::size_t file_bytes_max = 4u << 20;

  // invalid_argument with the place: a line that is none, a name or digest that is there twice, no token at all.
  static Result<Tokens> parse(std::string_view text, std::string_view source);
  // The same, or what reading says.
  static Result<Tokens> read(const std::string& path);

  // Of the value of an Authorization header; null when it is of another scheme, malformed, or not known. Valid as long as this.
  const Token* find(std::string_view authorization) const;

  const std::vector<Token>& all() const { return tokens_; }
  // Anybody on this machine may read the file: worth a warning, though digests of random tokens do not give them away.
  bool is_readable_by_others() const { return is_readable_by_others_; }

 private:
  using Digest = std::array<std::uint8_t, 32>;
  std::vector<Token> tokens_;
  std::vector<Digest> digests_;  // of each
  bool is_readable_by_others_ = false;
};

}  // namespace millrace::gateway
