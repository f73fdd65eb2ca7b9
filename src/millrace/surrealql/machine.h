// SPDX-License-Identifier: Apache-2.0
//
// Runs programs over one record at a time.
//
//   machine.begin(row);                                  // forgets the record before
//   Datum result = machine.run(program);
//   if (machine.evaluation().failed()) …                 // the record is a reject, with evaluation().failure
//
// A slot is read when a program first asks for it, once for each record.
// Threads: one machine for each. Memory: registers, and the arena of the record.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "millrace/record/field_type.h"
#include "millrace/record/row_view.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/program.h"

namespace millrace::surrealql {

class Machine {
 public:
  // `stack`: the most that a program of the query needs.
  Machine(std::size_t stack, const std::vector<FieldPath>& paths, std::size_t arena_bytes_max = evaluation_bytes_max);
  // Turns fields of the record into other types before a program sees them. The rules outlive the machine.
  void convert_fields(const TypeRules& types);
  // The record as an object, its fields converted.
  Datum whole();

  void begin(const RowView& row);
  // A record that is an object already: what SPLIT makes. It outlives the runs, and so does the record before, whose arena is kept.
  void begin_split(const Datum& object);
  // No record: `given` is what programs over groups read. It outlives the runs.
  void begin(std::span<const Datum> given);

  Datum run(const Program& program);
  Evaluation& evaluation() { return evaluation_; }
  const std::string& evaluation_failure() const { return evaluation_.failure; }

 private:
  Datum run(const Program& program, std::size_t base, const Datum* document);
  void forget_slots();
  Datum slot(std::size_t index);
  static Datum member_at(const Datum& object, const FieldPath& path);
  Datum converted(const Slot& slot, const TypeRule& rule);
  void open_all(Datum* arguments, std::size_t count);
  void binary(const Instruction& instruction, Datum& to, const Datum& operand);
  void compare_with(const Instruction& instruction, Datum& to, const Datum& operand);
  Datum object(const std::vector<std::pair<std::string, std::uint16_t>>& keys, const Datum* registers);

  // A path's steps from `step` on; path.cc.
  struct Walk {
    const std::vector<Step>* steps = nullptr;
    const Datum* registers = nullptr;  // from the path's own on
    std::size_t free = 0;              // the first register that nobody uses
    std::size_t end = 0;               // the steps' end
    // Within an element of an array: there a field of an array is that of all its elements, and the next step sees them together.
    // Before, all steps behind a field are taken for each element: `list.tags[0]` is the first of each, `list.lists.tags[0]` is not.
    bool apart = false;
  };
  Datum follow(const Datum& datum, std::size_t step, const Walk& walk);
  Datum follow_object(const Datum& object, std::size_t step, const Walk& walk);
  Datum follow_array(const Datum& array, std::size_t step, const Walk& walk);
  Datum follow_other(const Datum& datum, std::size_t step, const Walk& walk);
  Datum follow_each(const Datum& array, std::size_t step, const Walk& walk);
  Datum follow_all(const Datum& array, std::size_t step, const Walk& walk);
  Datum at_index(const Datum& array, const Datum& index, std::size_t step, const Walk& walk);
  Datum filtered(std::span<const Datum> elements, const Step& step, const Walk& walk);
  Datum flattened(const Datum& array);
  Datum destructured(const Datum& object, const Step& step, const Walk& walk);
  Datum call_method(const Datum& datum, const Step& step, const Walk& walk);

  Evaluation evaluation_;
  std::vector<Datum> registers_;
  const RowView* row_ = nullptr;
  const Datum* object_ = nullptr;  // in place of the row
  const std::vector<FieldPath>& paths_;
  const TypeRules* types_ = nullptr;
  std::vector<const TypeRule*> slot_types_;  // for each path, or none at all
  std::vector<Datum> slots_;          // those that were read
  std::vector<std::uint32_t> read_;   // the record that each was read of
  std::uint32_t record_ = 0;
  std::span<const Datum> given_;
};

}  // namespace millrace::surrealql
