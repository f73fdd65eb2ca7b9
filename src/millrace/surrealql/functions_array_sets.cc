// SPDX-License-Identifier: Apache-2.0
//
// Arrays taken as sets, and as lists of yes and no.
#include <algorithm>
#include <utility>
#include <vector>

#include "millrace/surrealql/datum_set.h"
#include "millrace/surrealql/functions.h"

namespace millrace::surrealql {
namespace {

// The first of each value, in the order in which they come.
Datum distinct(Evaluation& evaluation, std::initializer_list<DatumSpan> arrays) {
  std::size_t count = 0;
  for (const DatumSpan array : arrays) count += array.size();
  ArrayBuilder out(evaluation, count);
  Distinct seen(count);
  for (const DatumSpan array : arrays) {
    for (const Datum& each : array) {
      if (seen.is_new(each)) out.push(each);
    }
  }
  return out.datum();
}

// Finds for each value the first equal element of an array that was not found before.
class Partners {
 public:
  Partners(Evaluation& evaluation, DatumSpan array)
      : array_(array), is_used_(evaluation.arena.allocate<bool>(array.size()), array.size()) {
    std::ranges::fill(is_used_, false);
    if (array.size() <= few) return;
    next_.resize(array.size());
    for (std::size_t at = array.size(); at > 0; --at) {
      const auto [found, is_new] = first_.try_emplace(array[at - 1], at - 1);
      next_[at - 1] = is_new ? array.size() : std::exchange(found->second, at - 1);
    }
  }
  bool take(const Datum& value) {
    std::size_t at = 0;
    if (array_.size() <= few) {
      while (at < array_.size() && (is_used_[at] || !exactly_equal(value, array_[at]))) ++at;
    } else {
      const auto found = first_.find(value);
      at = found == first_.end() ? array_.size() : found->second;
      if (at < array_.size()) found->second = next_[at];
    }
    if (at == array_.size()) return false;
    is_used_[at] = true;
    return true;
  }
  bool is_left(std::size_t at) const { return !is_used_[at]; }

 private:
  static constexpr std::size_t few = 16;

  DatumSpan array_;
  std::span<bool> is_used_;
  DatumMap<std::size_t> first_;    // of each value, where it stands next
  std::vector<std::size_t> next_;  // where the same value stands again
};

// Elements of `a` that have a partner in `b`, or those that have none and then what is left of `b`. A partner is used once.
Datum pair_up(Evaluation& evaluation, DatumSpan a, DatumSpan b, bool want_pairs) {
  ArrayBuilder out(evaluation, a.size() + b.size());
  Partners partners(evaluation, b);
  for (const Datum& each : a) {
    if (partners.take(each) == want_pairs) out.push(each);
  }
  for (std::size_t at = 0; at < b.size() && !want_pairs; ++at) {
    if (partners.is_left(at)) out.push(b[at]);
  }
  return out.datum();
}

// For each place of the longer array what `both` makes of two elements, and behind the shorter one what `one` makes of the
// rest.
template <typename Both, typename One>
Datum zip(Evaluation& evaluation, DatumSpan a, DatumSpan b, Both both, One one) {
  ArrayBuilder out(evaluation, std::max(a.size(), b.size()));
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) out.push(both(a[i], b[i]));
  for (const Datum& each : (a.size() > b.size() ? a : b).subspan(common)) out.push(one(each));
  return out.datum();
}

Datum truth(const Datum& datum) { return Datum::of_boolean(is_truthy(datum)); }

}  // namespace

Datum array_distinct(Evaluation& evaluation, ArrayArgument array) { return distinct(evaluation, {array.elements}); }
Datum array_union(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return distinct(evaluation, {a.elements, b.elements});
}

Datum array_group(Evaluation& evaluation, ArrayArgument array) {
  return distinct(evaluation, {array_flatten(evaluation, array).elements()});
}

Datum array_complement(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  const DatumSet others(b.elements.begin(), b.elements.end());
  ArrayBuilder out(evaluation, a.elements.size());
  for (const Datum& each : a.elements) {
    if (!others.contains(each)) out.push(each);
  }
  return out.datum();
}

Datum array_difference(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return pair_up(evaluation, a.elements, b.elements, false);
}
Datum array_intersect(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return pair_up(evaluation, a.elements, b.elements, true);
}

Datum array_boolean_not(Evaluation& evaluation, ArrayArgument array) {
  return zip(
      evaluation, array.elements, {}, [](const Datum&, const Datum&) { return Datum(); },
      [](const Datum& each) { return Datum::of_boolean(!is_truthy(each)); });
}
Datum array_boolean_and(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return zip(
      evaluation, a.elements, b.elements,
      [](const Datum& x, const Datum& y) { return Datum::of_boolean(is_truthy(x) && is_truthy(y)); },
      [](const Datum&) { return Datum::of_boolean(false); });
}
Datum array_boolean_or(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return zip(
      evaluation, a.elements, b.elements,
      [](const Datum& x, const Datum& y) { return Datum::of_boolean(is_truthy(x) || is_truthy(y)); }, truth);
}
Datum array_boolean_xor(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  return zip(
      evaluation, a.elements, b.elements,
      [](const Datum& x, const Datum& y) { return Datum::of_boolean(is_truthy(x) != is_truthy(y)); }, truth);
}

// The logical ones keep the values themselves. What stands behind the shorter array depends on which that is; as the engine
// has it.
Datum array_logical_and(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  const bool is_a_shorter = a.elements.size() < b.elements.size();
  return zip(
      evaluation, a.elements, b.elements, [](const Datum& x, const Datum& y) { return is_truthy(x) ? y : x; },
      [=](const Datum& each) { return is_a_shorter || is_truthy(each) ? Datum::null() : each; });
}
Datum array_logical_or(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  const bool is_a_shorter = a.elements.size() < b.elements.size();
  return zip(
      evaluation, a.elements, b.elements, [](const Datum& x, const Datum& y) { return is_truthy(x) ? x : y; },
      [=](const Datum& each) { return is_a_shorter || is_truthy(each) ? each : Datum::null(); });
}
Datum array_logical_xor(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  const bool is_a_shorter = a.elements.size() < b.elements.size();
  const auto both = [](const Datum& x, const Datum& y) {
    const bool is_either = is_truthy(x) != is_truthy(y);
    if (is_truthy(x) == is_either) return x;
    return is_truthy(y) == is_either ? y : Datum::of_boolean(is_either);
  };
  return zip(evaluation, a.elements, b.elements, both,
             [=](const Datum& each) { return !is_a_shorter || is_truthy(each) ? each : Datum::null(); });
}

}  // namespace millrace::surrealql
