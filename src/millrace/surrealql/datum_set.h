// SPDX-License-Identifier: Apache-2.0
//
// Hash tables of values, by compare(): 1, 1f and 1dec are one. Private to this room.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

struct DatumHash {
  std::size_t operator()(const Datum& datum) const { return hash(datum); }
};
struct DatumEqual {
  bool operator()(const Datum& a, const Datum& b) const { return compare(a, b) == 0; }
};
using DatumSet = std::unordered_set<Datum, DatumHash, DatumEqual>;
template <typename T>
using DatumMap = std::unordered_map<Datum, T, DatumHash, DatumEqual>;

// Which values come for the first time. Up to a few, looking at each of those before is faster than a table.
class Distinct {
 public:
  explicit Distinct(std::size_t count_max) : is_few_(count_max <= few) {}

  bool is_new(const Datum& datum) {
    if (!is_few_) return set_.insert(datum).second;
    for (std::size_t i = 0; i < size_; ++i) {
      if (compare(first_[i], datum) == 0) return false;
    }
    first_[size_++] = datum;
    return true;
  }

 private:
  static constexpr std::size_t few = 16;

  bool is_few_;
  Datum first_[few];
  std::size_t size_ = 0;
  DatumSet set_;
};

}  // namespace millrace::surrealql
