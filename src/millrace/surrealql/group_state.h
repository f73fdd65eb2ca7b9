// SPDX-License-Identifier: Apache-2.0
//
// What a group keeps of the records in it: for each aggregate of the plan as many bytes as its kind needs, one behind the other.
//
//   GroupLayout layout(plan);
//   layout.begin(state);                                        // state: layout.bytes() of them
//   layout.add(state, arguments, position, table_arena);        // a record's
//   layout.merge(state, other, …);                              // another worker's, or a run's
//   layout.values(state, out, arena);                           // a Datum for each aggregate
//
// What is no number is left out of sums, means and extremes, as in the engine. Two states merge to the same, in either order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/surrealql/number_sum.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"

namespace millrace::surrealql {

class GroupLayout {
 public:
  explicit GroupLayout(const Plan& plan);

  std::size_t bytes() const { return bytes_; }
  void begin(std::byte* state) const;
  // `position` tells where the record stands among all: what is collected comes out in their order. What is kept is copied into
  // `arena`, which lives as long as the state.
  void add(std::byte* state, std::span<const Datum> arguments, std::uint64_t position, Arena& arena, Evaluation& scratch) const;
  void merge(std::byte* state, const std::byte* other, Arena& arena, Evaluation& scratch) const;
  void values(const std::byte* state, Datum* out, Arena& arena) const;

  // What the values that it has gathered take beside their bytes.
  std::size_t gathered_bytes(const std::byte* state) const;
  // To put a state aside, and back.
  void append_stored(std::string& out, const std::byte* state) const;
  void read_stored(std::string_view& in, std::byte* state, Arena& arena) const;

 private:
  struct Field {
    Aggregate aggregate;
    std::size_t offset = 0;
  };
  std::vector<Field> fields_;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::surrealql
