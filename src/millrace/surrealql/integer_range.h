// SPDX-License-Identifier: Apache-2.0
//
// The ends that slice, fill and range take: an int, two ints, or a range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "millrace/surrealql/argument.h"

namespace millrace::surrealql {

struct IntegerRange {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
  bool from_excluded = false;
  bool to_included = false;
};

// `from..to` when there is a `to`, the range that `from` is, or `from..`. Nothing, and a failure that names `function`'s
// first argument as the engine does, for what is no int.
std::optional<IntegerRange> read_integer_range(Evaluation& evaluation, std::string_view function, const Datum& from,
                                               std::optional<std::int64_t> to);

struct SliceBounds {
  bool is_empty = false;
  std::size_t begin = 0;
  std::size_t last = SIZE_MAX;  // inclusive; as large when there is no end
};
// What `range` is of `size` elements, of which negative ends count from the back.
SliceBounds slice_bounds(const IntegerRange& range, std::int64_t size);

}  // namespace millrace::surrealql
