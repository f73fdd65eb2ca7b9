// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/text_compare.h"

namespace millrace::surrealql {
namespace {

// 'desc' and false mean descending; everything else ascending.
bool is_descending(const OptionalDatum& order) {
  if (!order) return false;
  if (order->is(Type::boolean)) return !order->boolean();
  return order->is(Type::string) && order->string() == "desc";
}

template <typename Compare>
Datum sorted(Evaluation& evaluation, DatumSpan array, bool is_down, Compare compare_two) {
  ArrayBuilder out(evaluation, array.size());
  for (const Datum& each : array) out.push(each);
  std::stable_sort(out.span().begin(), out.span().end(),
                   [&](const Datum& a, const Datum& b) { return is_down ? compare_two(b, a) < 0 : compare_two(a, b) < 0; });
  return out.datum();
}

Datum sorted_as_text(Evaluation& evaluation, ArrayArgument array, const OptionalDatum& order, TextOrder text_order) {
  return sorted(evaluation, array.elements, is_descending(order), [=](const Datum& a, const Datum& b) {
    return a.is(Type::string) && b.is(Type::string) ? compare_text(a.string(), b.string(), text_order) : compare(a, b);
  });
}

std::strong_ordering by_value(const Datum& a, const Datum& b) { return compare(a, b); }

}  // namespace

Datum array_sort(Evaluation& evaluation, ArrayArgument array, OptionalDatum order) {
  return sorted(evaluation, array.elements, is_descending(order), by_value);
}
Datum array_sort_asc(Evaluation& evaluation, ArrayArgument array) {
  return sorted(evaluation, array.elements, false, by_value);
}
Datum array_sort_desc(Evaluation& evaluation, ArrayArgument array) {
  return sorted(evaluation, array.elements, true, by_value);
}

Datum array_sort_lexical(Evaluation& evaluation, ArrayArgument array, OptionalDatum order) {
  return sorted_as_text(evaluation, array, order, {.is_lexical = true});
}
Datum array_sort_natural(Evaluation& evaluation, ArrayArgument array, OptionalDatum order) {
  return sorted_as_text(evaluation, array, order, {.is_natural = true});
}
Datum array_sort_natural_lexical(Evaluation& evaluation, ArrayArgument array, OptionalDatum order) {
  return sorted_as_text(evaluation, array, order, {.is_lexical = true, .is_natural = true});
}

// Of equal ones the last, as Rust's max takes it; min takes the first.
Datum array_max(Evaluation&, ArrayArgument array) {
  Datum best;
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    if (i == 0 || compare(array.elements[i], best) >= 0) best = array.elements[i];
  }
  return best;
}
Datum array_min(Evaluation&, ArrayArgument array) {
  Datum best;
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    if (i == 0 || compare(array.elements[i], best) < 0) best = array.elements[i];
  }
  return best;
}

}  // namespace millrace::surrealql
