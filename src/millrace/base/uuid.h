// SPDX-License-Identifier: Apache-2.0
//
// A UUID of RFC 9562: sixteen bytes, and their 36-character text.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"
#include "millrace/base/keyed_hash.h"

namespace millrace {

inline constexpr std::size_t uuid_text_size = 36;

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Version 7: 48 bits of milliseconds since 1970, then 74 bits out of `random` (RFC 9562 section 5.7).
Uuid make_uuid_v7(Timestamp time, const Hash128& random);

// Lower-case, with hyphens.
std::string to_string(const Uuid& uuid);
void write_uuid(const Uuid& uuid, std::span<char, uuid_text_size> out);
// Takes the 36-character form, upper or lower case, of any version.
std::optional<Uuid> parse_uuid(std::string_view text);

// The ids of one load (design.md, promise 2): the time is the load's start, and the random bits are a keyed hash of
// (key, source, byte offset, and the row where there are several). The same record of the same load gets the same id again, however often the load is resumed.
struct IdSource {
  Timestamp start;
  HashKey key;
  std::uint64_t source_hash = 0;

  static IdSource for_source(Timestamp start, const HashKey& key, std::string_view source);
  // `row`: of several rows that were made of the record that begins there.
  Uuid id_at(std::uint64_t byte, std::uint32_t row = 0) const;
};

// The ids of records that come one at a time: version 7, each greater than the one before it (RFC 9562, section 6.2, method 3: the
// twelve bits behind the milliseconds are a fraction of one, and count on where the clock does not), so that an index of them
// grows at its end. 62 bits are a keyed hash: nobody guesses an id. Threads: one at a time.
class UuidSequence {
 public:
  UuidSequence() : key_(random_hash_key()) {}
  Uuid next(Timestamp now);

 private:
  HashKey key_;
  std::uint64_t last_ = 0;  // milliseconds * 4096 + fraction
};

}  // namespace millrace
