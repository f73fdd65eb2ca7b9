// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "millrace/surrealql/decimal_rounding.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/number.h"
#include "millrace/surrealql/statistics.h"

namespace millrace::surrealql {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool is_less(const Datum& a, const Datum& b) { return compare(a, b) < 0; }

DatumSpan sorted(Evaluation& evaluation, DatumSpan numbers) {
  Datum* const copy = evaluation.arena.allocate<Datum>(numbers.size());
  std::ranges::copy(numbers, copy);
  // Stable, since 1 and 1f are equal and either may be the result.
  std::stable_sort(copy, copy + numbers.size(), is_less);
  return {copy, numbers.size()};
}

// A sum of floats or decimals by its count.
Datum divided(const Datum& sum, std::size_t count, Evaluation& evaluation) {
  if (sum.is(Type::real)) return Datum::of_real(sum.real() / static_cast<double>(count));
  return divide(sum, to_decimal(datum_of_size(count), evaluation), evaluation);
}

// The heap of Rust's standard library, by hand: SurrealDB gives what math::top and math::bottom leave in it in the order in
// which it lies there. `is_at_most` says which of two may lie below the other.
template <typename AtMost>
class Heap {
 public:
  Heap(Datum* memory, AtMost is_at_most) : data_(memory), is_at_most_(is_at_most) {}

  void push(const Datum& datum) {
    data_[size_] = datum;
    sift_up(size_++);
  }
  void pop() {
    if (--size_ == 0) return;
    data_[0] = data_[size_];
    sift_down_to_bottom();
  }
  DatumSpan span() const { return {data_, size_}; }

 private:
  void sift_up(std::size_t at) {
    const Datum moved = data_[at];
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (is_at_most_(moved, data_[parent])) break;
      data_[at] = data_[parent];
      at = parent;
    }
    data_[at] = moved;
  }
  void sift_down_to_bottom() {
    const Datum moved = data_[0];
    std::size_t at = 0;
    std::size_t child = 1;
    while (child + 1 < size_) {
      if (is_at_most_(data_[child], data_[child + 1])) ++child;
      data_[at] = data_[child];
      at = child;
      child = 2 * at + 1;
    }
    if (child + 1 == size_) {
      data_[at] = data_[child];
      at = child;
    }
    data_[at] = moved;
    sift_up(at);
  }

  Datum* data_;
  std::size_t size_ = 0;
  AtMost is_at_most_;
};

template <typename AtMost>
Datum keep(Evaluation& evaluation, DatumSpan numbers, std::int64_t count, AtMost is_at_most) {
  Heap heap(evaluation.arena.allocate<Datum>(numbers.size() + 1), is_at_most);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    heap.push(numbers[i]);
    if (i >= static_cast<std::size_t>(count)) heap.pop();
  }
  return Datum::of_array(heap.span());
}

bool is_count(Evaluation& evaluation, Text function, std::int64_t count) {
  if (count > 0) return true;
  wrong_arguments(evaluation, function, "The second argument must be an integer greater than 0.");
  return false;
}

}  // namespace

Datum mean_of(DatumSpan numbers, Evaluation& evaluation) {
  if (numbers.empty()) return Datum::of_real(nan);
  Datum sum = Datum::of_real(0.0);
  for (const Datum& number : numbers) sum = add(sum, number, evaluation);
  return evaluation.failed() ? Datum() : divided(sum, numbers.size(), evaluation);
}

Datum variance_of(DatumSpan numbers, Evaluation& evaluation) {
  if (numbers.size() < 2) return Datum::of_real(numbers.empty() ? nan : 0.0);
  const Datum mean = mean_of(numbers, evaluation);
  Datum sum = Datum::of_real(0.0);
  for (const Datum& number : numbers) {
    if (evaluation.failed()) return {};
    sum = add(sum, power(subtract(number, mean, evaluation), Datum::of_integer(2), evaluation), evaluation);
  }
  return evaluation.failed() ? Datum() : divided(sum, numbers.size() - 1, evaluation);
}

double median_of_sorted(DatumSpan numbers) {
  if (numbers.empty()) return nan;
  const std::size_t middle = numbers.size() / 2;
  if (numbers.size() % 2 == 1) return to_real(numbers[middle]);
  return (to_real(numbers[middle - 1]) + to_real(numbers[middle])) / 2.0;
}

double percentile_of_sorted(DatumSpan numbers, double percent) {
  if (numbers.empty() || !(percent >= 0.0 && percent <= 100.0)) return nan;
  const double place = static_cast<double>(numbers.size() - 1) * percent * (1.0 / 100.0);
  const double below = to_real(numbers[static_cast<std::size_t>(place)]);
  const double part = place - std::floor(place);
  if (part <= std::numeric_limits<double>::epsilon()) return below;
  const double above = to_real(numbers[static_cast<std::size_t>(std::ceil(place))]);
  return below + (above - below) * part;
}

Datum math_bottom(Evaluation& evaluation, NumbersArgument numbers, std::int64_t count) {
  if (!is_count(evaluation, "math::bottom", count)) return {};
  return keep(evaluation, numbers.elements, count, [](const Datum& a, const Datum& b) { return compare(a, b) <= 0; });
}

Datum math_top(Evaluation& evaluation, NumbersArgument numbers, std::int64_t count) {
  if (!is_count(evaluation, "math::top", count)) return {};
  return keep(evaluation, numbers.elements, count, [](const Datum& a, const Datum& b) { return compare(a, b) >= 0; });
}

Datum math_interquartile(Evaluation& evaluation, NumbersArgument numbers) {
  const DatumSpan order = sorted(evaluation, numbers.elements);
  return Datum::of_real(percentile_of_sorted(order, 75) - percentile_of_sorted(order, 25));
}

Datum math_midhinge(Evaluation& evaluation, NumbersArgument numbers) {
  const DatumSpan order = sorted(evaluation, numbers.elements);
  return Datum::of_real((percentile_of_sorted(order, 75) + percentile_of_sorted(order, 25)) / 2.0);
}

Datum math_trimean(Evaluation& evaluation, NumbersArgument numbers) {
  const DatumSpan order = sorted(evaluation, numbers.elements);
  const double midhinge = (percentile_of_sorted(order, 75) + percentile_of_sorted(order, 25)) / 2.0;
  return Datum::of_real((midhinge + median_of_sorted(order)) * 0.5);
}

// Of equal ones the last, as 1f of [1, 1f]; math_min gives the first.
Datum math_max(Evaluation&, NumbersArgument numbers) {
  Datum best = Datum::of_real(-std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < numbers.elements.size(); ++i) {
    if (i == 0 || !is_less(numbers.elements[i], best)) best = numbers.elements[i];
  }
  return best;
}

Datum math_min(Evaluation&, NumbersArgument numbers) {
  Datum best = Datum::of_real(std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < numbers.elements.size(); ++i) {
    if (i == 0 || is_less(numbers.elements[i], best)) best = numbers.elements[i];
  }
  return best;
}

Datum math_mean(Evaluation& evaluation, NumbersArgument numbers) { return mean_of(numbers.elements, evaluation); }

Datum math_median(Evaluation& evaluation, NumbersArgument numbers) {
  if (numbers.elements.empty()) return {};
  return Datum::of_real(median_of_sorted(sorted(evaluation, numbers.elements)));
}

// Of those that are there most often the greatest.
Datum math_mode(Evaluation& evaluation, NumbersArgument numbers) {
  const DatumSpan order = sorted(evaluation, numbers.elements);
  Datum best = Datum::of_real(nan);
  std::size_t best_count = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && compare(order[begin], order[end]) == 0) ++end;
    if (end - begin >= best_count) {
      best = order[begin];
      best_count = end - begin;
    }
    begin = end;
  }
  return best;
}

Datum math_nearestrank(Evaluation& evaluation, NumbersArgument numbers, NumberArgument percent) {
  const double share = to_real(percent.value);
  if (numbers.elements.empty() || !(share >= 0.0 && share <= 100.0)) return Datum::of_real(nan);
  const DatumSpan order = sorted(evaluation, numbers.elements);
  const double place = static_cast<double>(order.size()) * (share * (1.0 / 100.0));
  return order[std::min(static_cast<std::size_t>(place), order.size() - 1)];
}

Datum math_percentile(Evaluation& evaluation, NumbersArgument numbers, NumberArgument percent) {
  return Datum::of_real(percentile_of_sorted(sorted(evaluation, numbers.elements), to_real(percent.value)));
}

Datum math_product(Evaluation& evaluation, NumbersArgument numbers) {
  Datum product = Datum::of_integer(1);
  for (const Datum& number : numbers.elements) {
    product = multiply(product, number, evaluation);
    if (evaluation.failed()) return {};
  }
  return product;
}

Datum math_spread(Evaluation& evaluation, NumbersArgument numbers) {
  if (numbers.elements.empty()) return Datum::of_real(nan);
  return subtract(math_max(evaluation, numbers), math_min(evaluation, numbers), evaluation);
}

Datum math_stddev(Evaluation& evaluation, NumbersArgument numbers) {
  const Datum variance = variance_of(numbers.elements, evaluation);
  if (evaluation.failed()) return {};
  if (variance.is(Type::real)) return Datum::of_real(std::sqrt(variance.real()));
  return Datum::of_decimal(evaluation.arena.make(square_root(variance.decimal())));
}

Datum math_sum(Evaluation& evaluation, NumbersArgument numbers) {
  Datum sum = Datum::of_integer(0);
  for (const Datum& number : numbers.elements) {
    sum = add(sum, number, evaluation);
    if (evaluation.failed()) return {};
  }
  return sum;
}

Datum math_variance(Evaluation& evaluation, NumbersArgument numbers) { return variance_of(numbers.elements, evaluation); }

}  // namespace millrace::surrealql
