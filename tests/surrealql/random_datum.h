// SPDX-License-Identifier: Apache-2.0
//
// Random values of every type, most of all numbers that lie close to each other in different kinds.
#pragma once

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/regex.h"
#include "support/random.h"

namespace millrace::surrealql::test {

using millrace::test::Random;

inline Datum random_number(Random& random, Arena& arena) {
  const auto decimal = [&](const Decimal96& value) { return Datum::of_decimal(arena.make(value)); };
  const auto integer = static_cast<std::int64_t>(random.bits()) >> random.below(64);
  switch (random.below(8)) {
    case 0: return Datum::of_integer(static_cast<std::int64_t>(random.below(5)) - 2);
    case 1: return Datum::of_integer(integer);
    case 2: return Datum::of_real(static_cast<double>(integer) / (random.one_in(2) ? 1 : 8));
    case 3: return decimal(make_decimal(static_cast<Wide>(random.below(5)) * (random.one_in(2) ? 1 : 100), random.one_in(2) ? 0 : 2, random.one_in(2)));
    case 4: return decimal(decimal_of(integer));
    case 5: {
      const Wide digits = (Wide{random.bits()} << 32 | random.bits() >> 32) >> random.below(96);
      return decimal(make_decimal(digits, static_cast<int>(random.below(29)), digits != 0 && random.one_in(2)));
    }
    case 6: {
      constexpr double special[] = {0.0, -0.0, 0.1, 0.5, 1e300, 5e-324, 0x1p63, -0x1p63, 0x1p96, 1e28, INFINITY, -INFINITY, NAN, -NAN};
      return Datum::of_real(special[random.below(std::size(special))]);
    }
    default: {
      const double real = std::bit_cast<double>(random.bits());
      const auto near = decimal_of(real);
      return near && random.one_in(2) ? decimal(*near) : Datum::of_real(real);
    }
  }
}

inline std::string random_string(Random& random) {
  constexpr std::string_view pieces[] = {"a", "b", "B", "'", "\"", "\\", " ", "\n", "é", "日", "🦀", "0", std::string_view("\0", 1)};
  std::string text;
  for (std::size_t i = random.below(random.one_in(8) ? 40 : 4); i > 0; --i) text += pieces[random.below(std::size(pieces))];
  return text;
}

inline Datum random_datum(Random& random, Arena& arena, int depth = 3) {
  switch (random.below(depth > 0 ? 16 : 12)) {
    case 0: return random.one_in(2) ? Datum::none() : Datum::null();
    case 1: return Datum::of_boolean(random.one_in(2));
    case 2: return Datum::of_string(arena.copy(random_string(random)));
    case 3: return Datum::of_bytes(arena.copy(random_string(random)));
    case 4: return Datum::of_duration(random.bits() >> random.below(64), static_cast<std::uint32_t>(random.below(3)));
    case 5: return Datum::of_datetime(static_cast<std::int64_t>(random.bits()) >> (22 + random.below(42)), static_cast<std::uint32_t>(random.below(1'000'000'000)));
    case 6: {
      std::uint8_t* const bytes = arena.allocate<std::uint8_t>(16);
      for (int i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(random.below(3));
      return Datum::of_uuid(bytes);
    }
    case 7: return Datum::of_regex(Regex::cached(random.one_in(2) ? "a+" : "^b"));
    case 12: {
      std::vector<Datum> elements;
      for (std::size_t i = random.below(4); i > 0; --i) elements.push_back(random_datum(random, arena, depth - 1));
      Datum* const kept = arena.allocate<Datum>(elements.size());
      std::copy(elements.begin(), elements.end(), kept);
      return Datum::of_array({kept, elements.size()});
    }
    case 13: {
      const std::size_t count = random.below(4);
      DatumMember* const members = arena.allocate<DatumMember>(count);
      for (std::size_t i = 0; i < count; ++i) members[i] = {arena.copy(random_string(random)), random_datum(random, arena, depth - 1)};
      return Datum::of_object(sort_members({members, count}));
    }
    case 14: return Datum::of_record(arena.make(DatumRecord{arena.copy(random_string(random)), random.one_in(2) ? Datum::of_integer(1) : Datum::of_string("k")}));
    case 15: {
      DatumRange range{.has_from = random.one_in(2), .has_to = random.one_in(2)};
      if (range.has_from) range.from = random_datum(random, arena, depth - 1);
      if (range.has_to) range.to = random_datum(random, arena, depth - 1);
      range.from_excluded = range.has_from && random.one_in(2);
      range.to_included = range.has_to && random.one_in(2);
      return Datum::of_range(arena.make(range));
    }
    default: return random_number(random, arena);
  }
}

}  // namespace millrace::surrealql::test
