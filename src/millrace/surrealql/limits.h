// SPDX-License-Identifier: Apache-2.0
//
// What one record may take, so that no query and no record takes all memory: `array::repeat` within `array::repeat` is short and very
// large. What would take more is the record's failure.
//
//   Datum row = within_limits(evaluation, [&] { return make_row(); });      // NONE, and evaluation.failed()
//
// Inside this room TooLarge is thrown, by arenas and by what writes values as text; it is thrown so rarely that looking for it costs nothing.
#pragma once

#include <cstddef>
#include <string>

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

// Of a record's arena: a record of 16 MiB, opened (at most 32 bytes for a byte of it), would just pass.
inline constexpr std::size_t evaluation_bytes_max = std::size_t{512} << 20;
// Of what a query computes before the first record.
inline constexpr std::size_t constant_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t folded_bytes_max = std::size_t{1} << 20;  // of one of them
// Of a value whose parts are shared, as array::repeat makes it, if they were not.
inline constexpr std::size_t shared_bytes_max = std::size_t{4} << 30;
// Of a row, or a value, as text.
inline constexpr std::size_t written_bytes_max = std::size_t{128} << 20;
inline constexpr std::string_view too_large_words = "the record needs more memory to be computed than the 512 MiB that one may take";

// `begin`: where in `out` the row begins.
inline void check_written(const std::string& out, std::size_t begin = 0) {
  if (out.size() - begin > written_bytes_max) [[unlikely]]
    throw TooLarge{};
}

template <typename Compute>
auto within_limits(Evaluation& evaluation, const Compute& compute) -> decltype(compute()) {
  try {
    return compute();
  } catch (const TooLarge&) {
    evaluation.fail(std::string(too_large_words));
    return decltype(compute())();
  }
}

// The bytes that a copy would take with all that it points at; counts no further than `enough`. What is shared counts each time.
std::size_t weight(const Datum& datum, std::size_t enough);
// Fails the record for a value that is to be kept, and is too large for it.
inline void check_weight(const Datum& datum, Evaluation& evaluation) {
  if (!datum.is(Type::array) && !datum.is(Type::object)) return;
  if (weight(datum, evaluation_bytes_max) >= evaluation_bytes_max) evaluation.fail(std::string(too_large_words));
}

}  // namespace millrace::surrealql
