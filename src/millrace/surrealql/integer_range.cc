// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/integer_range.h"

#include <algorithm>

namespace millrace::surrealql {
namespace {

// Like Rust's saturating_add.
std::int64_t add_within(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace

std::optional<IntegerRange> read_integer_range(Evaluation& evaluation, std::string_view function, const Datum& from,
                                               std::optional<std::int64_t> to) {
  IntegerRange range;
  if (to || !from.is(Type::range)) {
    range.from = coerce_integer(from);
    range.to = to;
    if (range.from) return range;
    wrong_type(evaluation, function, 0, "int", from);
    return std::nullopt;
  }
  const DatumRange& given = from.range();
  range.from_excluded = given.from_excluded;
  range.to_included = given.to_included;
  const auto read_end = [&](bool is_there, const Datum& end, std::optional<std::int64_t>& out) {
    if (!is_there) return true;
    out = coerce_integer(end);
    return out || wrong_type(evaluation, function, 0, "int", end, "range<int>");
  };
  if (!read_end(given.has_from, given.from, range.from) || !read_end(given.has_to, given.to, range.to)) return std::nullopt;
  return range;
}

SliceBounds slice_bounds(const IntegerRange& range, std::int64_t size) {
  SliceBounds bounds;
  constexpr SliceBounds empty{.is_empty = true};
  if (range.from) {
    std::int64_t from = *range.from;
    if (from < 0) from = add_within(size, from);
    if (range.from_excluded) {
      if (from == INT64_MAX) return empty;
      ++from;
    }
    bounds.begin = static_cast<std::size_t>(std::max<std::int64_t>(from, 0));
  }
  if (range.to) {
    std::int64_t to = *range.to;
    if (to < 0) {
      to = add_within(size, to);
      if (range.to_included) to = std::max<std::int64_t>(to, 0);
    }
    if (to < (range.to_included ? 0 : 1)) return empty;
    if (!range.to_included) --to;
    bounds.last = static_cast<std::size_t>(to);
  }
  if (bounds.last < bounds.begin) return empty;
  return bounds;
}

}  // namespace millrace::surrealql
