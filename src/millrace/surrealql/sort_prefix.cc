// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/sort_prefix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {
namespace {

constexpr std::uint64_t sign = 1ULL << 63;

// The first eight bytes, the first of them highest. What is shorter ends in zeros: equal to what goes on with zeros.
std::uint64_t first_bytes(std::string_view text) {
  std::uint64_t word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), std::min(text.size(), sizeof(word)));
  return __builtin_bswap64(word);
}

// NaN of either sign stands at that end of the numbers, -0 is 0. Rounding to a float keeps the order of ints and decimals.
std::uint64_t of_number(const Datum& number) {
  const double real = nearest_real(number);
  if (std::isnan(real)) return std::signbit(real) ? 0 : ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::uint64_t>(real + 0.0);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

// Fifty-six bits behind the type.
std::uint64_t of_any(const Datum& key) {
  switch (key.type()) {
    case Type::boolean: return key.boolean() ? 1 : 0;
    case Type::integer:
    case Type::real:
    case Type::decimal: return of_number(key) >> 8;
    case Type::string:
    case Type::bytes: return first_bytes(key.string()) >> 8;
    case Type::duration: return key.duration_seconds() >> 8;
    case Type::datetime: {  // 44 bits of seconds: every year that there is
      const auto seconds = static_cast<std::uint64_t>(key.datetime_seconds() + (std::int64_t{1} << 43));
      return seconds << 12 | key.nanoseconds() >> 18;
    }
    case Type::uuid: return first_bytes({reinterpret_cast<const char*>(key.uuid()), 8}) >> 8;
    default: return 0;
  }
}

}  // namespace

void SortPrefix::see(const Datum& key) {
  if (is_first_) {
    is_first_ = false;
    type_ = key.type();
    if (type_ == Type::string) common_ = key.string();
    return;
  }
  if (key.type() != type_) is_mixed_ = true;
  if (is_mixed_ || type_ != Type::string || common_.empty()) return;
  const std::string_view text = key.string();
  if (text.starts_with(common_)) return;
  const auto [end, ignored] = std::mismatch(common_.begin(), common_.end(), text.begin(), text.end());
  common_ = common_.substr(0, static_cast<std::size_t>(end - common_.begin()));
}

std::uint64_t SortPrefix::of(const Datum& key) const {
  if (!is_mixed_ && type_ == Type::integer) return static_cast<std::uint64_t>(key.integer()) ^ sign;
  if (!is_mixed_ && type_ == Type::string) return first_bytes(key.string().substr(common_.size()));
  const Type family = key.is_number() ? Type::integer : key.type();
  return static_cast<std::uint64_t>(family) << 56 | of_any(key);
}

}  // namespace millrace::surrealql
