// SPDX-License-Identifier: Apache-2.0
//
// Tree to plan: names are looked up, arguments counted, constants folded. Private to this room. Throws a Problem.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "millrace/record/value.h"
#include "millrace/surrealql/expression.h"
#include "millrace/surrealql/plan.h"

namespace millrace::surrealql {

// What a query with GROUP computes of a group: for the docs.
std::vector<std::string_view> aggregate_functions();

using Parameters = std::vector<std::pair<std::string, Value>>;

class Compiler {
 public:
  explicit Compiler(const Parameters& parameters);
  Plan compile(const Select& select);

 private:
  // What a path without a start begins at.
  enum class Scope : std::uint8_t { record, document, group };

  // compiler.cc: clauses
  void compile_columns(const Select& select);
  void compile_group(const Select& select);
  void compile_order(const Select& select);
  static std::optional<std::size_t> key_of(const SelectItem& item, const std::unordered_map<std::string, std::size_t>& keys);
  Program given_program(std::size_t index);
  Program plain_program(const PlainPath& path);
  std::uint64_t count_of(const Expression* expression, std::string_view clause);
  std::vector<Step> plain_steps(const PlainPath& path);

  // compiler_expression.cc
  Program program(const Expression& expression, Scope scope);
  void finish(Program& program);
  void emit(const Expression& expression, std::uint16_t to);
  void emit_node(const Literal& node, const Expression& at, std::uint16_t to);
  void emit_node(const RegexLiteral& node, const Expression& at, std::uint16_t to);
  void emit_node(const Parameter& node, const Expression& at, std::uint16_t to);
  void emit_node(const Unary& node, const Expression& at, std::uint16_t to);
  void emit_node(const CastTo& node, const Expression& at, std::uint16_t to);
  void emit_node(const Binary& node, const Expression& at, std::uint16_t to);
  void emit_node(const RangeOf& node, const Expression& at, std::uint16_t to);
  void emit_node(const Call& node, const Expression& at, std::uint16_t to);
  void emit_node(const ArrayOf& node, const Expression& at, std::uint16_t to);
  void emit_node(const ObjectOf& node, const Expression& at, std::uint16_t to);
  void emit_node(const IfElse& node, const Expression& at, std::uint16_t to);
  void emit_node(const Path& node, const Expression& at, std::uint16_t to);
  void emit_jumping(const Binary& node, Opcode jump, std::uint16_t to);
  void emit_start(const Path& node, const Expression& at, std::uint16_t to, std::size_t& used);
  void emit_steps(const std::vector<Part>& parts, std::size_t used, std::uint16_t to);
  Step step(const Part& part, std::uint16_t to, std::uint16_t& next);
  std::size_t add(Opcode opcode, std::uint16_t to, std::size_t operand = 0, std::size_t index = 0);
  void add_constant(const Datum& datum, std::uint16_t to);
  bool fold(const Expression& expression, std::uint16_t to);
  Program whole_program(const Expression& expression);
  bool is_constant(const Expression& expression) const;
  bool is_constant(const std::vector<Part>& parts) const;
  std::uint16_t next(std::uint16_t after, const Expression& at) const;

  // compiler_call.cc
  const Function& function_of(const Call& call);
  static std::array<const Function*, type_count> functions_of(const Part& part);
  static bool has_aggregate(const Expression& expression);
  static bool is_of_each_record(const Expression& expression);
  bool emit_aggregate(const Call& call, std::uint16_t to);
  void emit_collected(const Call& call, std::uint16_t to);
  void add_aggregate(AggregateKind kind, std::size_t argument, std::uint16_t to);
  bool emit_group_path(const Path& path, std::uint16_t to, std::size_t& used);
  std::size_t argument(const Expression& expression);
  std::size_t slot(const std::string& field);

  const Parameters& parameters_;
  Plan plan_;
  const Select* select_ = nullptr;
  Program* program_ = nullptr;  // the one that is being made
  Scope scope_ = Scope::record;
  bool is_whole_ = false;                    // nothing is folded
  std::unordered_map<std::string, std::size_t> argument_names_;  // of plan_.arguments, as SQL: what is the same is computed once
  std::unordered_map<std::string, std::size_t> slots_;           // of plan_.paths
  std::unordered_map<std::string, Datum> given_;                 // the parameters that were asked for
};

}  // namespace millrace::surrealql
