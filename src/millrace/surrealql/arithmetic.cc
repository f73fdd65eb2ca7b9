// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/raw_text.h"
#include "millrace/surrealql/time_arithmetic.h"

namespace millrace::surrealql {
namespace {

Datum cannot(Evaluation& evaluation, std::string_view what, const std::string& a, const std::string& b) {
  return evaluation.fail(fmt::format("Cannot perform {} with '{}' and '{}'", what, a, b));
}
Datum cannot(Evaluation& evaluation, std::string_view what, const Datum& a, const Datum& b) {
  return cannot(evaluation, what, raw_text(a), raw_text(b));
}
Datum cannot_raise(Evaluation& evaluation, const std::string& a, const std::string& b) {
  return evaluation.fail(fmt::format("Cannot raise the value '{}' with '{}'", a, b));
}
// Two numbers in a message: a decimal among others says that it is one.
Datum cannot_with_numbers(Evaluation& evaluation, std::string_view what, const Datum& a, const Datum& b) {
  if (a.type() == b.type()) return cannot(evaluation, what, number_text(a), number_text(b));
  return cannot(evaluation, what, a, b);
}

Datum keep(const std::optional<Decimal96>& value, Evaluation& evaluation) {
  return Datum::of_decimal(evaluation.arena.make(*value));
}

double as_real(const Datum& number) {
  if (number.is(Type::real)) return number.real();
  return number.is(Type::integer) ? static_cast<double>(number.integer()) : to_double(number.decimal());
}

// A float that is no decimal counts as zero, as in the engine.
Decimal96 as_decimal(const Datum& number) {
  if (number.is(Type::decimal)) return number.decimal();
  if (number.is(Type::integer)) return decimal_of(number.integer());
  return decimal_of(number.real()).value_or(Decimal96{});
}

struct Addition {
  static constexpr std::string_view name = "addition";
  static bool integers(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_add_overflow(a, b, &out); }
  static double reals(double a, double b) { return a + b; }
  static std::optional<Decimal96> decimals(const Decimal96& a, const Decimal96& b) { return add_decimals(a, b); }
};
struct Subtraction {
  static constexpr std::string_view name = "subtraction";
  static bool integers(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_sub_overflow(a, b, &out); }
  static double reals(double a, double b) { return a - b; }
  static std::optional<Decimal96> decimals(const Decimal96& a, const Decimal96& b) { return subtract_decimals(a, b); }
};
struct Multiplication {
  static constexpr std::string_view name = "multiplication";
  static bool integers(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_mul_overflow(a, b, &out); }
  static double reals(double a, double b) { return a * b; }
  static std::optional<Decimal96> decimals(const Decimal96& a, const Decimal96& b) { return multiply_decimals(a, b); }
};
struct Division {
  static constexpr std::string_view name = "division";
  static bool integers(std::int64_t a, std::int64_t b, std::int64_t& out) {
    if (b == 0 || (a == INT64_MIN && b == -1)) return false;
    out = a / b;
    return true;
  }
  static double reals(double a, double b) { return a / b; }
  static std::optional<Decimal96> decimals(const Decimal96& a, const Decimal96& b) { return divide_decimals(a, b); }
};
struct Remainder {
  static constexpr std::string_view name = "remainder";
  static bool integers(std::int64_t a, std::int64_t b, std::int64_t& out) {
    if (b == 0 || (a == INT64_MIN && b == -1)) return false;
    out = a % b;
    return true;
  }
  static double reals(double a, double b) { return std::fmod(a, b); }
  static std::optional<Decimal96> decimals(const Decimal96& a, const Decimal96& b) { return remainder_of_decimals(a, b); }
};

// False when it cannot be done. Ints stay ints; an int with a float is a float; anything with a decimal is one.
template <typename Operation>
bool calculate(const Datum& a, const Datum& b, Evaluation& evaluation, Datum& out) {
  if (a.is(Type::integer) && b.is(Type::integer)) {
    std::int64_t result = 0;
    if (!Operation::integers(a.integer(), b.integer(), result)) return false;
    out = Datum::of_integer(result);
    return true;
  }
  if (!a.is(Type::decimal) && !b.is(Type::decimal)) {
    out = Datum::of_real(Operation::reals(as_real(a), as_real(b)));
    return true;
  }
  const auto result = Operation::decimals(as_decimal(a), as_decimal(b));
  if (!result) return false;
  out = keep(result, evaluation);
  return true;
}

template <typename Operation>
Datum calculate(const Datum& a, const Datum& b, Evaluation& evaluation) {
  Datum out;
  return calculate<Operation>(a, b, evaluation, out) ? out : cannot_with_numbers(evaluation, Operation::name, a, b);
}

// One behind the other. A text that ends where the arena does, as the sum of a + b before + c, grows where it is.
Datum join(std::string_view a, std::string_view b, Arena& arena) {
  if (a.empty()) return Datum::of_string(b);
  if (b.empty()) return Datum::of_string(a);
  return Datum::of_string(arena.append(a, b));
}

Datum concatenate(std::span<const Datum> a, std::span<const Datum> b, Arena& arena) {
  Datum* const out = arena.allocate<Datum>(a.size() + b.size());
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), out));
  return Datum::of_array({out, a.size() + b.size()});
}

// The members of both; b's where both have one.
Datum merge(std::span<const DatumMember> a, std::span<const DatumMember> b, Arena& arena) {
  DatumMember* const out = arena.allocate<DatumMember>(a.size() + b.size());
  std::size_t count = 0;
  while (!a.empty() || !b.empty()) {
    const auto order = a.empty()   ? std::strong_ordering::greater
                       : b.empty() ? std::strong_ordering::less
                                   : a.front().key <=> b.front().key;
    out[count++] = order < 0 ? a.front() : b.front();
    if (order <= 0) a = a.subspan(1);
    if (order >= 0) b = b.subspan(1);
  }
  return Datum::of_object({out, count});
}

}  // namespace

Datum add(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is_number() && b.is_number()) return calculate<Addition>(a, b, evaluation);
  if (a.is(Type::string) && b.is(Type::string)) return join(a.string(), b.string(), evaluation.arena);
  if (is_time(a) && is_time(b) && (a.is(Type::duration) || b.is(Type::duration))) return add_times(a, b, evaluation);
  if (a.is(Type::array) && b.is(Type::array)) {
    return concatenate(open(a, evaluation).elements(), open(b, evaluation).elements(), evaluation.arena);
  }
  if (a.is(Type::object) && b.is(Type::object)) {
    return merge(open(a, evaluation).members(), open(b, evaluation).members(), evaluation.arena);
  }
  return cannot(evaluation, Addition::name, a, b);
}

Datum subtract(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is_number() && b.is_number()) return calculate<Subtraction>(a, b, evaluation);
  if (is_time(a) && is_time(b)) return subtract_times(a, b, evaluation);
  return cannot(evaluation, Subtraction::name, a, b);
}

Datum multiply(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is_number() && b.is_number()) return calculate<Multiplication>(a, b, evaluation);
  if (a.is(Type::duration) && b.is_number()) return multiply_duration(a, b, evaluation);
  return cannot(evaluation, Multiplication::name, a, b);
}

// What cannot be divided is NaN.
Datum divide(const Datum& a, const Datum& b, Evaluation& evaluation) {
  Datum out = Datum::of_real(std::numeric_limits<double>::quiet_NaN());
  if (a.is_number() && b.is_number()) {
    calculate<Division>(a, b, evaluation, out);
  } else if (a.is(Type::duration) && b.is_number()) {
    divide_duration(a, b, out);
  }
  return out;
}

Datum remainder(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is_number() && b.is_number()) return calculate<Remainder>(a, b, evaluation);
  return cannot(evaluation, Remainder::name, a, b);
}

namespace {

// False when it has no 64 bits; 0 to a negative power has no value.
bool power_of_integer(std::int64_t base, std::int64_t exponent, std::int64_t& out) {
  out = 1;
  if (base == 1 || exponent == 0) return true;
  if (base == -1) {
    out = exponent % 2 == 0 ? 1 : -1;
    return true;
  }
  if (exponent < 0) return false;
  out = 0;
  if (base == 0) return true;
  if (exponent > UINT32_MAX) return false;
  out = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(out, base, &out)) return false;
    exponent >>= 1;
    if (exponent == 0) return true;
    if (__builtin_mul_overflow(base, base, &base)) return false;
  }
}

}  // namespace

Datum power(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (!a.is_number() || !b.is_number()) return cannot_raise(evaluation, raw_text(a), raw_text(b));
  if (a.is(Type::integer) && b.is(Type::integer)) {
    std::int64_t result = 0;
    if (!power_of_integer(a.integer(), b.integer(), result))
      return cannot_raise(evaluation, number_text(a), number_text(b));
    return Datum::of_integer(result);
  }
  if (!a.is(Type::decimal)) return Datum::of_real(std::pow(as_real(a), as_real(b)));
  std::optional<Decimal96> result;
  if (b.is(Type::integer)) {
    result = power_of_decimal(a.decimal(), b.integer());
  } else if (b.is(Type::decimal)) {
    result = power_of_decimal(a.decimal(), b.decimal());
  } else if (const auto exponent = decimal_of(b.real())) {
    result = power_of_decimal(a.decimal(), *exponent);
  }
  return result ? keep(result, evaluation) : cannot_raise(evaluation, number_text(a), number_text(b));
}

Datum negate(const Datum& a, Evaluation& evaluation) {
  const auto cannot_negate = [&](const std::string& text) {
    return evaluation.fail(fmt::format("Cannot negate the value '{}'", text));
  };
  if (a.is(Type::integer)) {
    if (a.integer() == INT64_MIN) return cannot_negate(number_text(a));
    return Datum::of_integer(-a.integer());
  }
  if (a.is(Type::real)) return Datum::of_real(-a.real());
  if (a.is(Type::decimal)) {
    Decimal96 value = a.decimal();
    value.negative = !value.negative;
    return keep(value, evaluation);
  }
  std::string text;
  append_sql(text, a);
  return cannot_negate(text);
}

}  // namespace millrace::surrealql
