// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/machine.h"

#include <algorithm>

#include "millrace/base/assert.h"
#include "millrace/record/json.h"
#include "millrace/surrealql/limits.h"

namespace millrace::surrealql {
namespace {

// By way of its JSON text, which is what a conversion begins with.
Result<Value> convert_value(const Value& value, const TypeRule& rule) {
  const std::string json = to_json(value);
  const JsonKind kind = json.front() == '"' ? JsonKind::string : json.front() == '[' ? JsonKind::array : json.front() == '{' ? JsonKind::object
                        : json == "null" ? JsonKind::null_value : json == "true" ? JsonKind::true_value : json == "false" ? JsonKind::false_value
                        : json.find_first_of(".eE") != std::string::npos ? JsonKind::real : JsonKind::integer;
  return convert({.key = rule.field, .value = json, .kind = kind, .escaped = json.find('\\') != std::string::npos}, rule.type);
}

}  // namespace

Machine::Machine(std::size_t stack, const std::vector<FieldPath>& paths)
    : evaluation_(evaluation_bytes_max), registers_(stack), paths_(paths), slots_(paths.size()), read_(paths.size()) {}

void Machine::begin(const RowView& row) {
  row_ = &row;
  object_ = nullptr;
  given_ = {};
  forget_slots();
  evaluation_.arena.reset();
  evaluation_.failure.clear();
}

void Machine::begin_split(const Datum& object) {
  object_ = &object;
  forget_slots();
}

void Machine::forget_slots() {
  if (++record_ != 0) return;
  read_.assign(read_.size(), 0);
  record_ = 1;
}

void Machine::begin(std::span<const Datum> given) {
  row_ = nullptr;
  object_ = nullptr;
  given_ = given;
  evaluation_.arena.reset();
  evaluation_.failure.clear();
}

void Machine::convert_fields(const TypeRules& types) {
  if (types.rules.empty()) return;
  types_ = &types;
  for (const FieldPath& path : paths_) slot_types_.push_back(path.size() == 1 ? types.find(path.front()) : nullptr);
}

Datum Machine::slot(std::size_t index) {
  if (read_[index] == record_) return slots_[index];
  read_[index] = record_;
  if (object_ != nullptr) return slots_[index] = member_at(*object_, paths_[index]);
  const Slot& slot = row_->slots[index];
  const TypeRule* const rule = types_ != nullptr ? slot_types_[index] : nullptr;
  return slots_[index] = rule != nullptr ? converted(slot, *rule) : read(slot, evaluation_);
}

Datum Machine::converted(const Slot& slot, const TypeRule& rule) {
  if (slot.kind == SlotKind::missing) return {};
  FieldView field{.key = rule.field, .value = slot.text, .kind = static_cast<JsonKind>(static_cast<int>(slot.kind) - 1), .escaped = slot.escaped};
  // A slot's string stands between its quotes.
  if (slot.kind == SlotKind::string) field.value = {slot.text.data() - 1, slot.text.size() + 2};
  Result<Value> value = convert(field, rule.type);
  return value ? to_datum(*value, evaluation_.arena) : evaluation_.fail(value.error().message);
}

Datum Machine::whole() {
  if (object_ != nullptr) return *object_;
  const Datum text = Datum::of_object_text(row_->text);
  if (types_ == nullptr) return text;
  const Datum object = open(text, evaluation_);
  DatumMember* const members = evaluation_.arena.allocate<DatumMember>(object.members().size());
  std::copy(object.members().begin(), object.members().end(), members);
  for (DatumMember& member : std::span(members, object.members().size())) {
    const TypeRule* const rule = types_->find(member.key);
    if (rule == nullptr) continue;
    Result<Value> value = convert_value(to_value(member.value), *rule);
    member.value = value ? to_datum(*value, evaluation_.arena) : evaluation_.fail(value.error().message);
  }
  return Datum::of_object({members, object.members().size()});
}

Datum Machine::run(const Program& program) {
  MILLRACE_ASSERT(program.stack <= registers_.size());
  return within_limits(evaluation_, [&] { return program.is_slot() ? slot(program.code.front().index) : run(program, 0, nullptr); });
}

Datum Machine::run(const Program& program, std::size_t base, const Datum* document) {
  Datum* const registers = registers_.data() + base;
  const Instruction* const code = program.code.data();
  const std::size_t size = program.code.size();
  for (std::size_t at = 0; at < size;) {
    const Instruction& instruction = code[at++];
    Datum& to = registers[instruction.to];
    switch (instruction.opcode) {
      case Opcode::constant: to = program.constants[instruction.index]; break;
      case Opcode::slot:
        to = slot(instruction.index);
        if (evaluation_.failed()) return {};
        break;
      case Opcode::whole:
        to = whole();
        if (evaluation_.failed()) return {};
        break;
      case Opcode::given: to = given_[instruction.index]; break;
      case Opcode::document: to = *document; break;
      case Opcode::path:
        to = follow(to, 0, {&program.paths[instruction.index], &to, base + program.registers, program.paths[instruction.index].size()});
        if (evaluation_.failed()) return {};
        break;
      case Opcode::jump: at = instruction.index; break;
      case Opcode::jump_if_truthy:
        if (is_truthy(to)) at = instruction.index;
        break;
      case Opcode::jump_if_falsy:
        if (!is_truthy(to)) at = instruction.index;
        break;
      case Opcode::jump_if_something:
        if (!to.is_nothing()) at = instruction.index;
        break;
      case Opcode::logical_not: to = Datum::of_boolean(!is_truthy(to)); break;
      case Opcode::negate:
        to = negate(to, evaluation_);
        if (evaluation_.failed()) return {};
        break;
      case Opcode::cast:
        to = cast(to, program.casts[instruction.index], evaluation_);
        if (evaluation_.failed()) return {};
        break;
      case Opcode::call:
        open_all(&to, instruction.operand);
        to = program.functions[instruction.index]->run({&to, instruction.operand}, evaluation_);
        if (evaluation_.failed()) return {};
        break;
      case Opcode::array: {
        Datum* const elements = evaluation_.arena.allocate<Datum>(instruction.operand);
        for (std::size_t i = 0; i < instruction.operand; ++i) elements[i] = open((&to)[i], evaluation_);
        to = Datum::of_array({elements, instruction.operand});
        break;
      }
      case Opcode::object: to = object(program.objects[instruction.index], &to); break;
      case Opcode::range: {
        const RangeShape& shape = program.ranges[instruction.index];
        to = Datum::of_range(evaluation_.arena.make(DatumRange{.from = shape.has_from ? to : Datum(), .to = shape.has_to ? (&to)[1] : Datum(),
          .has_from = shape.has_from, .has_to = shape.has_to, .from_excluded = shape.from_excluded, .to_included = shape.to_included}));
        break;
      }
      default:
        binary(instruction, to, instruction.index != 0 ? program.constants[instruction.index - 1] : registers[instruction.operand]);
        if (evaluation_.failed()) return {};
        break;
    }
  }
  return registers[0];
}

void Machine::open_all(Datum* arguments, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (arguments[i].is_text()) arguments[i] = open(arguments[i], evaluation_);
  }
}

Datum Machine::object(const std::vector<std::pair<std::string, std::uint16_t>>& keys, const Datum* registers) {
  DatumMember* const members = evaluation_.arena.allocate<DatumMember>(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) members[i] = {keys[i].first, open(registers[keys[i].second], evaluation_)};
  return Datum::of_object({members, keys.size()});
}

void Machine::binary(const Instruction& instruction, Datum& to, const Datum& operand) {
  // The two kinds that most columns are of; everything else has rules of its own.
  if (to.is(Type::integer) && operand.is(Type::integer)) {
    std::int64_t result = 0;
    switch (instruction.opcode) {
      case Opcode::equal:
      case Opcode::exactly_equal: to = Datum::of_boolean(to.integer() == operand.integer()); return;
      case Opcode::not_equal: to = Datum::of_boolean(to.integer() != operand.integer()); return;
      case Opcode::less: to = Datum::of_boolean(to.integer() < operand.integer()); return;
      case Opcode::less_or_equal: to = Datum::of_boolean(to.integer() <= operand.integer()); return;
      case Opcode::greater: to = Datum::of_boolean(to.integer() > operand.integer()); return;
      case Opcode::greater_or_equal: to = Datum::of_boolean(to.integer() >= operand.integer()); return;
      case Opcode::add:
        if (__builtin_add_overflow(to.integer(), operand.integer(), &result)) break;
        to = Datum::of_integer(result);
        return;
      case Opcode::subtract:
        if (__builtin_sub_overflow(to.integer(), operand.integer(), &result)) break;
        to = Datum::of_integer(result);
        return;
      case Opcode::multiply:
        if (__builtin_mul_overflow(to.integer(), operand.integer(), &result)) break;
        to = Datum::of_integer(result);
        return;
      default: break;
    }
  } else if (to.is(Type::string) && operand.is(Type::string)) {
    switch (instruction.opcode) {
      case Opcode::equal:
      case Opcode::exactly_equal: to = Datum::of_boolean(to.string() == operand.string()); return;
      case Opcode::not_equal: to = Datum::of_boolean(to.string() != operand.string()); return;
      default: break;
    }
  }
  compare_with(instruction, to, operand);
}

void Machine::compare_with(const Instruction& instruction, Datum& to, const Datum& operand) {
  const Datum a = open(to, evaluation_);
  const Datum b = open(operand, evaluation_);
  const auto boolean = [&](bool value) { to = Datum::of_boolean(value); };
  switch (instruction.opcode) {
    case Opcode::equal: return boolean(equal(a, b));
    case Opcode::exactly_equal: return boolean(exactly_equal(a, b));
    case Opcode::not_equal: return boolean(!equal(a, b));
    case Opcode::all_equal: return boolean(all_equal(a, b));
    case Opcode::any_equal: return boolean(any_equal(a, b));
    case Opcode::less: return boolean(compare(a, b) < 0);
    case Opcode::less_or_equal: return boolean(compare(a, b) <= 0);
    case Opcode::greater: return boolean(compare(a, b) > 0);
    case Opcode::greater_or_equal: return boolean(compare(a, b) >= 0);
    case Opcode::contains: return boolean(contains(a, b));
    case Opcode::contains_not: return boolean(!contains(a, b));
    case Opcode::contains_all: return boolean(contains_all(a, b));
    case Opcode::contains_any: return boolean(contains_any(a, b));
    case Opcode::contains_none: return boolean(contains_none(a, b));
    case Opcode::inside: return boolean(contains(b, a));
    case Opcode::not_inside: return boolean(!contains(b, a));
    case Opcode::all_inside: return boolean(contains_all(b, a));
    case Opcode::any_inside: return boolean(contains_any(b, a));
    case Opcode::none_inside: return boolean(contains_none(b, a));
    case Opcode::add: to = add(a, b, evaluation_); return;
    case Opcode::subtract: to = subtract(a, b, evaluation_); return;
    case Opcode::multiply: to = multiply(a, b, evaluation_); return;
    case Opcode::divide: to = divide(a, b, evaluation_); return;
    case Opcode::remainder: to = remainder(a, b, evaluation_); return;
    case Opcode::power: to = power(a, b, evaluation_); return;
    default: MILLRACE_ASSERT(false);
  }
}

}  // namespace millrace::surrealql
