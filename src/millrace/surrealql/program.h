// SPDX-License-Identifier: Apache-2.0
//
// An expression as instructions over numbered registers: compiled once, run for each record by a Machine, with no allocation but in
// the record's arena and no virtual call.
//
//   score * 2 > 10   →   slot r0 ← score;   constant r1 ← 2;   multiply r0 ← r0 r1;   constant r1 ← 10;   greater r0 ← r0 r1
//
// Registers are a stack: an operand's register is the next free one, a result takes the place of its first operand.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "millrace/surrealql/datum.h"
#include "millrace/surrealql/expression.h"
#include "millrace/surrealql/function.h"

namespace millrace::surrealql {

enum class Opcode : std::uint8_t {
  constant,        // to ← constants[index]
  slot,            // to ← slot `index` of the record
  whole,           // to ← the whole record, as an object
  given,           // to ← given[index]: a group's key or aggregate
  document,        // to ← the object that a [WHERE] or .{…} looks at
  path,            // to ← to, followed along paths[index]; what stands in brackets is in the registers behind `to`
  jump,            // to instruction `index`
  jump_if_truthy,  // of `to`
  jump_if_falsy,
  jump_if_something,  // neither NONE nor NULL
  logical_not,
  negate,
  cast,            // to ← to, as casts[index]
  equal,           // to ← to, operand; and so on. An operand that is a constant is constants[index - 1], of no register
  exactly_equal,
  not_equal,
  all_equal,
  any_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  contains,
  contains_not,
  contains_all,
  contains_any,
  contains_none,
  inside,
  not_inside,
  all_inside,
  any_inside,
  none_inside,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  power,
  call,            // to ← functions[index](to, … operand registers)
  array,           // to ← array of `operand` registers from `to`
  object,          // to ← object of objects[index]'s keys and the registers from `to`
  range,           // to ← range of to and to + 1, as ranges[index] says
};

struct Instruction {
  Opcode opcode = Opcode::constant;
  std::uint16_t to = 0;
  std::uint16_t operand = 0;  // a register, or how many
  std::uint32_t index = 0;
};

struct Program;

// A step of a path, with what it needs at run time.
struct Step {
  PartKind kind = PartKind::field;
  std::string name;                                               // of a field or method
  std::uint16_t argument = 0;                                     // the register, counted from the path's own, of an index; [n] of a plain path
  std::unique_ptr<Program> condition;                             // of [WHERE …]
  std::vector<std::unique_ptr<Program>> arguments;                // of a method; they see its receiver as their record
  std::array<const Function*, type_count> functions{};            // which function the method is, by the value's type
  bool is_fixed = true;                                           // the arguments are constants
  struct Member {
    std::string name;
    std::unique_ptr<Program> program;
    bool is_all = false;  // k.*: the members of what k is
  };
  std::vector<Member> members;  // of .{…}, sorted by name; with one that is_all, as they are written
};

struct RangeShape {
  bool has_from = false;
  bool has_to = false;
  bool from_excluded = false;
  bool to_included = false;
};

struct Program {
  std::vector<Instruction> code;
  std::vector<Datum> constants;  // what they point at lives as long as the query
  std::vector<std::vector<Step>> paths;
  std::vector<Cast> casts;
  std::vector<const Function*> functions;
  // Keys sorted, and for each the register, counted from the object's own, that holds its value.
  std::vector<std::vector<std::pair<std::string, std::uint16_t>>> objects;
  std::vector<RangeShape> ranges;
  std::size_t registers = 0;  // its own
  std::size_t stack = 0;      // and with those of the programs inside its paths
  // Nothing but a slot of the record.
  bool is_slot() const { return code.size() == 1 && code.front().opcode == Opcode::slot; }
  // Every value that it can give is one of the constants: it was folded.
  bool is_constant() const { return code.size() == 1 && code.front().opcode == Opcode::constant; }
};

}  // namespace millrace::surrealql
