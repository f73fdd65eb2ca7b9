// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "millrace/surrealql/datum_set.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/integer_range.h"
#include "millrace/surrealql/limits.h"

namespace millrace::surrealql {
namespace {

// What the engine takes a value to weigh where it limits what is made.
constexpr std::size_t engine_value_bytes = 56;

bool are_few(Evaluation& evaluation, Text function, std::uint64_t count) {
  if (count <= generated_bytes_max / engine_value_bytes) return true;
  too_much(evaluation, function);
  return false;
}

// What grows with the product of two sizes has a limit of ours, which the engine does not have.
constexpr std::size_t made_elements_max = std::size_t{1} << 20;
constexpr std::size_t joined_bytes_max = std::size_t{64} << 20;

Datum too_many(Evaluation& evaluation, Text function) {
  return wrong_arguments(evaluation, function, fmt::format("Output must not exceed {} elements.", made_elements_max));
}

// Whether `value` so many times is not too much for whoever looks at all of it: the copies share their parts.
bool is_light(Evaluation& evaluation, const Datum& value, std::size_t count) {
  if (count == 0 || (!value.is(Type::array) && !value.is(Type::object)) || weight(value, shared_bytes_max / count) < shared_bytes_max / count) return true;
  evaluation.fail(std::string(too_large_words));
  return false;
}

// The place that an index means of `size` elements, -1 being the last; it may be outside.
std::int64_t from_back(std::int64_t index, std::size_t size) {
  return index < 0 ? index + static_cast<std::int64_t>(size) : index;
}

// The array with `count` elements from `at` on replaced by one, or by none.
Datum replaced(Evaluation& evaluation, DatumSpan array, std::size_t at, std::size_t count, std::span<const Datum> by) {
  ArrayBuilder out(evaluation, array.size() + by.size());
  for (const Datum& each : array.first(at)) out.push(each);
  for (const Datum& each : by) out.push(each);
  for (const Datum& each : array.subspan(at + count)) out.push(each);
  return out.datum();
}

Datum integers(Evaluation& evaluation, std::int64_t first, std::size_t count) {
  ArrayBuilder out(evaluation, count);
  for (std::size_t i = 0; i < count; ++i) out.push(Datum::of_integer(first + static_cast<std::int64_t>(i)));
  return out.datum();
}

bool has(DatumSpan array, const Datum& value) {
  return std::ranges::any_of(array, [&](const Datum& each) { return exactly_equal(each, value); });
}

}  // namespace

Datum array_add(Evaluation& evaluation, ArrayArgument array, Datum value) {
  const DatumSpan added = value.is(Type::array) ? value.elements() : DatumSpan(&value, 1);
  const std::size_t size = array.elements.size();
  ArrayBuilder out(evaluation, size + added.size());
  Distinct seen(added.size() == 1 ? 0 : size + added.size());
  for (const Datum& each : array.elements) {
    out.push(each);
    if (added.size() > 1) seen.is_new(each);
  }
  for (const Datum& each : added) {
    if (added.size() == 1 ? !has(array.elements, each) : seen.is_new(each)) out.push(each);
  }
  return out.datum();
}

Datum array_all(Evaluation&, ArrayArgument array, OptionalDatum value) {
  return Datum::of_boolean(std::ranges::all_of(
      array.elements, [&](const Datum& each) { return value ? exactly_equal(each, *value) : is_truthy(each); }));
}

Datum array_any(Evaluation&, ArrayArgument array, OptionalDatum value) {
  return Datum::of_boolean(value ? has(array.elements, *value) : std::ranges::any_of(array.elements, is_truthy));
}

Datum array_append(Evaluation& evaluation, ArrayArgument array, Datum value) {
  return replaced(evaluation, array.elements, array.elements.size(), 0, {&value, 1});
}
Datum array_prepend(Evaluation& evaluation, ArrayArgument array, Datum value) {
  return replaced(evaluation, array.elements, 0, 0, {&value, 1});
}

Datum array_at(Evaluation&, ArrayArgument array, std::int64_t index) {
  const std::int64_t at = from_back(index, array.elements.size());
  return at < 0 || static_cast<std::size_t>(at) >= array.elements.size() ? Datum()
                                                                         : array.elements[static_cast<std::size_t>(at)];
}

Datum array_clump(Evaluation& evaluation, ArrayArgument array, std::int64_t size) {
  if (size < 1) return wrong_arguments(evaluation, "array::clump", "The second argument must be an integer greater than 0");
  ArrayBuilder out(evaluation, array.elements.size());
  for (DatumSpan rest = array.elements; !rest.empty();) {
    const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(size));
    out.push(Datum::of_array(rest.first(count)));
    rest = rest.subspan(count);
  }
  return out.datum();
}

Datum array_windows(Evaluation& evaluation, ArrayArgument array, std::int64_t size) {
  if (size < 1)
    return wrong_arguments(evaluation, "array::windows", "The second argument must be an integer greater than 0");
  const auto count = static_cast<std::size_t>(size);
  if (count <= array.elements.size() && !is_light(evaluation, Datum::of_array(array.elements), count)) return {};
  ArrayBuilder out(evaluation, array.elements.size());
  for (std::size_t at = 0; at < array.elements.size() && count <= array.elements.size() - at; ++at) {
    out.push(Datum::of_array(array.elements.subspan(at, count)));
  }
  return out.datum();
}

Datum array_combine(Evaluation& evaluation, ArrayArgument a, ArrayArgument b) {
  if (!b.elements.empty() && a.elements.size() > made_elements_max / b.elements.size())
    return too_many(evaluation, "array::combine");
  if (!is_light(evaluation, Datum::of_array(a.elements), b.elements.size()) || !is_light(evaluation, Datum::of_array(b.elements), a.elements.size())) return {};
  ArrayBuilder out(evaluation, a.elements.size() * b.elements.size());
  for (const Datum& left : a.elements) {
    for (const Datum& right : b.elements) {
      ArrayBuilder pair(evaluation, 2);
      pair.push(left);
      pair.push(right);
      out.push(pair.datum());
    }
  }
  return out.datum();
}

Datum array_concat(Evaluation& evaluation, Rest<ArrayArgument> arrays) {
  std::size_t count = 0;
  for (const Datum& array : arrays.values) count += array.elements().size();
  if (!are_few(evaluation, "array::concat", count)) return {};
  ArrayBuilder out(evaluation, count);
  for (const Datum& array : arrays.values) {
    for (const Datum& each : array.elements()) out.push(each);
  }
  return out.datum();
}

Datum array_fill(Evaluation& evaluation, ArrayArgument array, Datum value, OptionalDatum from, OptionalInt to) {
  const std::size_t size = array.elements.size();
  SliceBounds bounds{.begin = 0};
  if (from) {
    const auto range = read_integer_range(evaluation, "array::fill", *from, to);
    if (!range) return {};
    bounds = slice_bounds(*range, static_cast<std::int64_t>(size));
  }
  if (!is_light(evaluation, value, size)) return {};
  ArrayBuilder out(evaluation, size);
  for (std::size_t i = 0; i < size; ++i) {
    out.push(!bounds.is_empty && i >= bounds.begin && i <= bounds.last ? value : array.elements[i]);
  }
  return out.datum();
}

Datum array_filter(Evaluation& evaluation, ArrayArgument array, Datum value) {
  ArrayBuilder out(evaluation, array.elements.size());
  for (const Datum& each : array.elements) {
    if (exactly_equal(each, value)) out.push(each);
  }
  return out.datum();
}

Datum array_filter_index(Evaluation& evaluation, ArrayArgument array, Datum value) {
  ArrayBuilder out(evaluation, array.elements.size());
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    if (exactly_equal(array.elements[i], value)) out.push(datum_of_size(i));
  }
  return out.datum();
}

Datum array_find(Evaluation&, ArrayArgument array, Datum value) {
  const auto found = std::ranges::find_if(array.elements, [&](const Datum& each) { return exactly_equal(each, value); });
  return found == array.elements.end() ? Datum() : *found;
}

Datum array_find_index(Evaluation&, ArrayArgument array, Datum value) {
  const auto found = std::ranges::find_if(array.elements, [&](const Datum& each) { return exactly_equal(each, value); });
  return found == array.elements.end() ? Datum() : datum_of_size(static_cast<std::size_t>(found - array.elements.begin()));
}

Datum array_first(Evaluation&, ArrayArgument array) { return array.elements.empty() ? Datum() : array.elements.front(); }
Datum array_last(Evaluation&, ArrayArgument array) { return array.elements.empty() ? Datum() : array.elements.back(); }
Datum array_pop(Evaluation&, ArrayArgument array) { return array.elements.empty() ? Datum() : array.elements.back(); }
Datum array_is_empty(Evaluation&, ArrayArgument array) { return Datum::of_boolean(array.elements.empty()); }
Datum array_len(Evaluation&, ArrayArgument array) { return datum_of_size(array.elements.size()); }

Datum array_flatten(Evaluation& evaluation, ArrayArgument array) {
  std::size_t count = 0;
  for (const Datum& each : array.elements) count += each.is(Type::array) ? each.elements().size() : 1;
  ArrayBuilder out(evaluation, count);
  for (const Datum& each : array.elements) {
    for (const Datum& inner : each.is(Type::array) ? each.elements() : DatumSpan(&each, 1)) out.push(inner);
  }
  return out.datum();
}

Datum array_insert(Evaluation& evaluation, ArrayArgument array, Datum value, OptionalInt index) {
  const std::size_t size = array.elements.size();
  const std::int64_t at = from_back(index.value_or(static_cast<std::int64_t>(size)), size);
  if (at < 0 || at > static_cast<std::int64_t>(size)) return Datum::of_array(array.elements);
  return replaced(evaluation, array.elements, static_cast<std::size_t>(at), 0, {&value, 1});
}

Datum array_remove(Evaluation& evaluation, ArrayArgument array, std::int64_t index) {
  const std::int64_t at = from_back(index, array.elements.size());
  if (at < 0 || at >= static_cast<std::int64_t>(array.elements.size())) return Datum::of_array(array.elements);
  return replaced(evaluation, array.elements, static_cast<std::size_t>(at), 1, {});
}

Datum array_join(Evaluation& evaluation, ArrayArgument array, Text separator) {
  std::string out;
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    if (i > 0) out += separator;
    out += value_text(array.elements[i], evaluation);
    if (out.size() > joined_bytes_max) {
      return wrong_arguments(evaluation, "array::join", fmt::format("Output must not exceed {} bytes.", joined_bytes_max));
    }
  }
  return datum_of_text(evaluation, out);
}

Datum array_matches(Evaluation& evaluation, ArrayArgument array, Datum value) {
  ArrayBuilder out(evaluation, array.elements.size());
  for (const Datum& each : array.elements) out.push(Datum::of_boolean(exactly_equal(each, value)));
  return out.datum();
}

Datum array_range(Evaluation& evaluation, Datum from, OptionalInt to) {
  const auto range = read_integer_range(evaluation, "array::range", from, to);
  if (!range) return {};
  __extension__ using Wider = __int128;
  const Wider first = Wider{range->from.value_or(INT64_MIN)} + (range->from_excluded ? 1 : 0);
  const Wider last = Wider{range->to.value_or(INT64_MAX)} - (range->to && !range->to_included ? 1 : 0);
  if (first > last) return Datum::of_array({});
  const Wider steps = last - first;
  if (steps > INT64_MAX || !are_few(evaluation, "array::range", static_cast<std::uint64_t>(steps)))
    return too_much(evaluation, "array::range");
  return integers(evaluation, static_cast<std::int64_t>(first), static_cast<std::size_t>(steps) + 1);
}

Datum array_sequence(Evaluation& evaluation, std::int64_t first_or_count, OptionalInt count) {
  const std::int64_t first = count ? first_or_count : 0;
  const std::int64_t wanted = count.value_or(first_or_count);
  if (wanted <= 0) return Datum::of_array({});
  // What would be beyond the greatest int is left out.
  const auto room = static_cast<std::uint64_t>(INT64_MAX) - static_cast<std::uint64_t>(first);
  const std::uint64_t steps = std::min(static_cast<std::uint64_t>(wanted) - 1, room);
  if (!are_few(evaluation, "array::sequence", steps)) return {};
  return integers(evaluation, first, steps + 1);
}

Datum array_repeat(Evaluation& evaluation, Datum value, std::int64_t count) {
  if (count < 0) return wrong_arguments(evaluation, "array::repeat", "Expected argument 2 to be a positive number");
  if (!are_few(evaluation, "array::repeat", static_cast<std::uint64_t>(count))) return {};
  if (!is_light(evaluation, value, static_cast<std::size_t>(count))) return {};
  ArrayBuilder out(evaluation, static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) out.push(value);
  return out.datum();
}

Datum array_reverse(Evaluation& evaluation, ArrayArgument array) {
  ArrayBuilder out(evaluation, array.elements.size());
  for (std::size_t i = array.elements.size(); i > 0; --i) out.push(array.elements[i - 1]);
  return out.datum();
}

Datum array_slice(Evaluation& evaluation, ArrayArgument array, OptionalDatum from, OptionalInt to) {
  if (!from) return Datum::of_array(array.elements);
  const std::size_t size = array.elements.size();
  const auto range = read_integer_range(evaluation, "array::range", *from, to);  // the engine's name for it, too
  if (!range) return {};
  const SliceBounds bounds = slice_bounds(*range, static_cast<std::int64_t>(size));
  if (bounds.is_empty || bounds.begin >= size) return Datum::of_array({});
  return Datum::of_array(array.elements.subspan(bounds.begin, std::min(bounds.last, size - 1) + 1 - bounds.begin));
}

Datum array_swap(Evaluation& evaluation, ArrayArgument array, std::int64_t from, std::int64_t to) {
  const std::size_t size = array.elements.size();
  const auto place = [&](std::int64_t index, int argument) {
    const std::int64_t at = from_back(index, size);
    if (at >= 0 && at < static_cast<std::int64_t>(size)) return at;
    const std::int64_t least = -static_cast<std::int64_t>(size);
    wrong_arguments(evaluation, "array::swap",
                    fmt::format("Argument {} is out of range. Expected a number between {} and {}", argument, least, size));
    return std::int64_t{-1};
  };
  const std::int64_t first = place(from, 1);
  if (first < 0) return {};
  const std::int64_t second = place(to, 2);
  if (second < 0) return {};
  ArrayBuilder out(evaluation, size);
  for (const Datum& each : array.elements) out.push(each);
  std::swap(out.span()[static_cast<std::size_t>(first)], out.span()[static_cast<std::size_t>(second)]);
  return out.datum();
}

// A row for each place in the longest element: what stands there in each, NONE where one is shorter. What is no array is
// one of one.
Datum array_transpose(Evaluation& evaluation, ArrayArgument array) {
  const auto row_of = [](const Datum& each) { return each.is(Type::array) ? each.elements() : DatumSpan(&each, 1); };
  std::size_t height = 0;
  for (const Datum& each : array.elements) height = std::max(height, row_of(each).size());
  if (height > 0 && array.elements.size() > made_elements_max / height) return too_many(evaluation, "array::transpose");
  ArrayBuilder out(evaluation, height);
  for (std::size_t i = 0; i < height; ++i) {
    ArrayBuilder row(evaluation, array.elements.size());
    for (const Datum& each : array.elements) row.push(i < row_of(each).size() ? row_of(each)[i] : Datum());
    out.push(row.datum());
  }
  return out.datum();
}

}  // namespace millrace::surrealql
