// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on Decimal96: 96 bits and a scale of 0 to 28, rounded half to even where digits do not fit. Private to this
// room.
//
// The results are those of the engine's library (rust_decimal), which keeps the larger scale of a sum (1.50 + 1.5 = 3.00)
// and does not cut zeros from a product.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

inline constexpr int decimal_scale_max = 28;
inline constexpr Wide decimal_mantissa_max = (Wide{1} << 96) - 1;

inline Wide mantissa(const Decimal96& value) { return Wide{value.high} << 64 | value.low; }
inline bool is_zero(const Decimal96& value) { return (value.low | value.high) == 0; }
inline Decimal96 make_decimal(Wide mantissa, int scale, bool negative) {
  return {static_cast<std::uint64_t>(mantissa), static_cast<std::uint32_t>(mantissa >> 64),
          static_cast<std::uint8_t>(scale), negative};
}

Decimal96 decimal_of(std::int64_t value);
// To some 15 or 16 digits, as the engine does; nothing for what is not finite or beyond 96 bits.
std::optional<Decimal96> decimal_of(double value);
// "-1.10", ".5", "1_000": nothing for other text, and for more than 96 bits before the point. One digit rounds, a half up.
std::optional<Decimal96> parse_decimal_digits(std::string_view text);
// The same, and "1.5e3" with an exponent of at most 28 either way.
std::optional<Decimal96> parse_decimal(std::string_view text);
// The same without zeros behind the last digit.
Decimal96 normalized(Decimal96 value);
// As the engine calculates it: the last bit may be off.
double to_double(const Decimal96& value);
// The double next to it.
double nearest_double(const Decimal96& value);
// The whole part when it fits.
std::optional<std::int64_t> to_integer(const Decimal96& value);
bool is_whole(const Decimal96& value);

// -1, 0 or 1.
int compare_decimals(const Decimal96& a, const Decimal96& b);

// Nothing when the result has more than 96 bits, and for a divisor of zero.
std::optional<Decimal96> add_decimals(const Decimal96& a, const Decimal96& b);
std::optional<Decimal96> subtract_decimals(const Decimal96& a, Decimal96 b);
std::optional<Decimal96> multiply_decimals(const Decimal96& a, const Decimal96& b);
std::optional<Decimal96> divide_decimals(const Decimal96& a, const Decimal96& b);
std::optional<Decimal96> remainder_of_decimals(const Decimal96& a, const Decimal96& b);
std::optional<Decimal96> power_of_decimal(const Decimal96& base, std::int64_t exponent);
// By e^(exponent · ln base) unless the exponent is whole.
std::optional<Decimal96> power_of_decimal(const Decimal96& base, const Decimal96& exponent);

}  // namespace millrace::surrealql
