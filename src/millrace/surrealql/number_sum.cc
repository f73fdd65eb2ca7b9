// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/number_sum.h"

#include <cstring>
#include <limits>
#include <type_traits>

#include "millrace/surrealql/stored_number.h"

namespace millrace::surrealql {

void NumberSum::add_decimal(const Datum& number, Evaluation& scratch) {
  const Datum sum = surrealql::add(Datum::of_decimal(&decimals_), number, scratch);
  if (sum.is(Type::decimal)) {
    decimals_ = sum.decimal();
  } else {  // beyond a decimal's range
    reals_.add(nearest_real(number));
    has_reals_ = true;
  }
  scratch.failure.clear();
  scratch.arena.reset();
}

void NumberSum::add(const Datum& number, Evaluation& scratch) {
  if (number.is(Type::integer)) {
    integers_ += number.integer();
  } else if (number.is(Type::real)) {
    reals_.add(number.real());
    has_reals_ = true;
  } else {
    has_decimals_ = true;
    add_decimal(number, scratch);
  }
}

void NumberSum::merge(const NumberSum& other, Evaluation& scratch) {
  integers_ += other.integers_;
  reals_.add(other.reals_);
  has_reals_ = has_reals_ || other.has_reals_;
  if (!other.has_decimals_) return;
  has_decimals_ = true;
  const Decimal96 theirs = other.decimals_;
  add_decimal(Datum::of_decimal(&theirs), scratch);
}

// A byte that says what there is; all of it, or an int that has 64 bits.
void NumberSum::append_stored(std::string& out) const {
  static_assert(std::is_trivially_copyable_v<NumberSum>);
  const auto integer = static_cast<std::int64_t>(integers_);
  const bool is_integer = !has_reals_ && !has_decimals_ && integer == integers_;
  out += is_integer ? '\1' : '\0';
  if (is_integer) return put_signed(out, integer);
  out.append(reinterpret_cast<const char*>(this), sizeof(*this));
}

void NumberSum::read_stored(std::string_view& in) {
  const bool is_integer = in.front() == '\1';
  in.remove_prefix(1);
  if (is_integer) {
    *this = NumberSum();
    integers_ = take_signed(in);
    return;
  }
  std::memcpy(static_cast<void*>(this), in.data(), sizeof(*this));
  in.remove_prefix(sizeof(*this));
}

double NumberSum::real() const {
  DoubleDouble sum = reals_;
  // In two halves, so that no digit of the whole numbers is lost.
  sum.add(static_cast<double>(integers_ >> 64) * 0x1p64);
  sum.add(static_cast<double>(static_cast<std::uint64_t>(integers_) >> 32) * 0x1p32);
  sum.add(static_cast<double>(static_cast<std::uint32_t>(integers_)));
  if (has_decimals_) sum.add(nearest_real(Datum::of_decimal(&decimals_)));
  return sum.value();
}

Datum NumberSum::value(Arena& arena) const {
  const bool fits = integers_ >= std::numeric_limits<std::int64_t>::min() && integers_ <= std::numeric_limits<std::int64_t>::max();
  if (!has_decimals_ && !has_reals_ && fits) return Datum::of_integer(static_cast<std::int64_t>(integers_));
  if (!has_decimals_ && has_reals_) return Datum::of_real(real());
  // Decimals, and whole numbers of more than 64 bits: in three pieces that each are an int.
  Evaluation evaluation;
  Decimal96 sum = decimals_;
  const auto plus = [&](const Datum& number) {
    const Datum total = surrealql::add(Datum::of_decimal(&sum), number, evaluation);
    if (total.is(Type::decimal)) sum = total.decimal();
  };
  constexpr Int128 base = 1'000'000'000'000'000'000;
  const Decimal96 scale{.low = static_cast<std::uint64_t>(base)};
  plus(Datum::of_integer(static_cast<std::int64_t>(integers_ % base)));
  plus(multiply(Datum::of_integer(static_cast<std::int64_t>(integers_ / base)), Datum::of_decimal(&scale), evaluation));
  if (has_reals_) {
    const Datum total = surrealql::add(Datum::of_decimal(&sum), Datum::of_real(reals_.value()), evaluation);
    if (!total.is(Type::decimal)) return Datum::of_real(real());
    sum = total.decimal();
  }
  if (evaluation.failed()) return Datum::of_real(real());
  return Datum::of_decimal(arena.make(sum));
}

}  // namespace millrace::surrealql
