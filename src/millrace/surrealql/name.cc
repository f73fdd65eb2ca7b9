// SPDX-License-Identifier: Apache-2.0
// How SurrealQL writes an expression: the name of an output member without AS.
#include <algorithm>
#include <array>

#include "millrace/surrealql/expression.h"
#include "millrace/surrealql/parser.h"

namespace millrace::surrealql {
namespace {

constexpr auto operator_words = std::to_array<std::string_view>({"?:", "??", "OR", "AND", "=", "==", "!=", "*=", "?=", "<", "<=", ">", ">=", "CONTAINS", "CONTAINSNOT",
  "CONTAINSALL", "CONTAINSANY", "CONTAINSNONE", "INSIDE", "NOTINSIDE", "ALLINSIDE", "ANYINSIDE", "NONEINSIDE", "+", "-", "*", "/", "%", "**"});

Power power_of(BinaryOperator operation) {
  using enum BinaryOperator;
  switch (operation) {
    case either:
    case coalesce: return Power::nullish;
    case logical_or: return Power::logical_or;
    case logical_and: return Power::logical_and;
    case equal:
    case exactly_equal:
    case not_equal:
    case all_equal:
    case any_equal: return Power::equality;
    case add:
    case subtract: return Power::sum;
    case multiply:
    case divide:
    case remainder: return Power::product;
    case power: return Power::power;
    default: return Power::relation;
  }
}
Power power_of(const Expression& expression) {
  if (expression.blocks > 0) return Power::prime;
  if (const auto* const binary = expression.as<Binary>()) return power_of(binary->operation);
  if (expression.as<Unary>() != nullptr || expression.as<CastTo>() != nullptr) return Power::prefix;
  if (expression.as<RangeOf>() != nullptr) return Power::range;
  if (expression.as<IfElse>() != nullptr) return Power::base;
  return Power::prime;
}

bool is_name(std::string_view text) {
  const auto is_start = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_start(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); });
}
bool is_constant_word(std::string_view text) {
  Token token{.kind = TokenKind::name, .text = std::string(text)};
  return token.is_keyword("NONE") || token.is_keyword("NULL") || token.is_keyword("TRUE") || token.is_keyword("FALSE");
}
void append_name(std::string& out, std::string_view name, bool first) {
  if (is_name(name) && !(first && is_constant_word(name))) {
    out += name;
    return;
  }
  out += '`';
  for (const char c : name) {
    if (c == '`' || c == '\\') out += '\\';
    out += c;
  }
  out += '`';
}

// Before the parts of a path.
bool is_covered(const Expression& start) {
  const auto* const literal = start.as<Literal>();
  return power_of(start) < Power::prime || (literal != nullptr && literal->value.is<RecordLink>() && start.blocks == 0);
}
bool is_if(const Expression& expression) { return expression.as<IfElse>() != nullptr && expression.blocks == 0; }

bool begins_with_minus(const Expression& expression) {
  const auto* const literal = expression.as<Literal>();
  if (literal == nullptr || !literal->name.empty()) return false;
  Arena arena;
  std::string written;
  append_sql(written, literal->datum(arena));
  return written.starts_with('-');
}

std::string type_text(const Cast& cast) {
  std::string out(to_string(cast.kind));
  if ((cast.kind == CastKind::array || cast.kind == CastKind::set) && (cast.element != CastKind::any || cast.size_max >= 0)) {
    out += '<' + std::string(to_string(cast.element)) + (cast.size_max >= 0 ? ", " + std::to_string(cast.size_max) : "") + '>';
  }
  return out;
}

class Writer {
 public:
  std::string out;

  void write(const Expression& expression) {
    for (int i = 0; i < expression.blocks; ++i) out += "{ ";
    std::visit([&](const auto& node) { write_node(node); }, expression.node);
    for (int i = 0; i < expression.blocks; ++i) out += " }";
  }
  void write_start(const Expression& start) { write_within(start, is_covered(start)); }
  void write_field(std::string_view name) {
    const bool first = out.empty();
    if (!first) out += '.';
    append_name(out, name, first);
  }
  void write_parts(const std::vector<Part>& parts, bool from_record) {
    for (std::size_t i = 0; i < parts.size(); ++i) write_part(parts[i], from_record && i == 0);
  }

 private:
  // With parentheses where it binds less than what is around it.
  void write_within(const Expression& expression, bool needs_parentheses) {
    if (needs_parentheses) out += '(';
    write(expression);
    if (needs_parentheses) out += ')';
  }
  template <typename List>
  void write_list(const List& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ", ";
      write_within(*list[i], is_if(*list[i]));
    }
  }
  // With `short_forms` {k}, not {k: k}.
  void write_members(const std::vector<ObjectOf::Member>& members, bool short_forms = false) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ", ";
      const auto* const path = members[i].value->as<Path>();
      if (short_forms && path != nullptr && path->start == nullptr && path->parts.size() == 1 && path->parts.front().name == members[i].key) {
        append_name(out, members[i].key, false);
        continue;
      }
      if (is_name(members[i].key)) {
        out += members[i].key;
      } else {
        Arena arena;
        std::string quoted;
        append_sql(quoted, Datum::of_string(members[i].key));
        std::replace(quoted.begin(), quoted.end(), '\'', '"');
        out += quoted;
      }
      out += ": ";
      write_within(*members[i].value, is_if(*members[i].value));
    }
  }

  void write_node(const Literal& literal) {
    if (!literal.name.empty()) {
      out += literal.name;
      return;
    }
    Arena arena;
    append_sql(out, literal.datum(arena));
  }
  void write_node(const RegexLiteral& regex) {
    out += '/';
    for (const char c : regex.pattern) {
      if (c == '/') out += '\\';
      out += c;
    }
    out += '/';
  }
  void write_node(const Parameter& parameter) { out += '$' + parameter.name; }
  void write_node(const Unary& unary) {
    out += unary.operation == UnaryOperator::minus ? "-" : unary.operation == UnaryOperator::plus ? "+" : "!";
    const auto* const inner = unary.operand->as<Unary>();
    const bool double_minus = unary.operation == UnaryOperator::minus && ((inner != nullptr && inner->operation == UnaryOperator::minus) || begins_with_minus(*unary.operand));
    write_within(*unary.operand, power_of(*unary.operand) < Power::prefix || double_minus);
  }
  void write_node(const CastTo& cast) {
    out += '<' + type_text(cast.to) + "> ";
    write_within(*cast.operand, power_of(*cast.operand) < Power::prefix);
  }
  void write_node(const Binary& binary) {
    const Power own = power_of(binary.operation);
    const bool chains = own != Power::equality && own != Power::relation;
    const auto loose = [&](const Expression& side) { return power_of(side) < own || (power_of(side) == own && !chains); };
    write_within(*binary.left, loose(*binary.left));
    out += ' ';
    out += operator_words[static_cast<std::size_t>(binary.operation)];
    out += ' ';
    write_within(*binary.right, loose(*binary.right));
  }
  void write_node(const RangeOf& range) {
    if (range.from != nullptr) write_within(*range.from, power_of(*range.from) <= Power::range);
    out += range.from_excluded ? ">.." : "..";
    if (range.to_included) out += '=';
    if (range.to != nullptr) write_within(*range.to, power_of(*range.to) <= Power::range);
  }
  void write_node(const Call& call) {
    out += call.name + '(';
    write_list(call.arguments);
    out += ')';
  }
  void write_node(const ArrayOf& array) {
    out += '[';
    write_list(array.elements);
    out += ']';
  }
  void write_node(const ObjectOf& object) {
    out += "{ ";
    write_members(object.members);
    out += " }";
  }
  void write_block(const Expression& expression) {
    out += " { ";
    write(expression);
    out += " }";
  }
  void write_node(const IfElse& if_else) {
    for (std::size_t i = 0; i < if_else.branches.size(); ++i) {
      out += i == 0 ? "IF " : " ELSE IF ";
      write_within(*if_else.branches[i].condition, is_if(*if_else.branches[i].condition));
      const Expression& then = *if_else.branches[i].then;
      if (if_else.in_braces) {
        write_block(then);
      } else {
        out += " THEN ";
        write_within(then, is_if(then) && then.as<IfElse>()->in_braces);
      }
    }
    if (if_else.otherwise != nullptr) {
      out += " ELSE";
      if (if_else.in_braces) {
        write_block(*if_else.otherwise);
      } else {
        out += ' ';
        write_within(*if_else.otherwise, is_if(*if_else.otherwise));
      }
    }
    if (!if_else.in_braces) out += " END";
  }
  void write_node(const Path& path) {
    if (path.start != nullptr) write_within(*path.start, is_covered(*path.start));
    write_parts(path.parts, path.start == nullptr);
  }
  void write_part(const Part& part, bool first) {
    switch (part.kind) {
      case PartKind::field:
        if (!first) out += '.';
        append_name(out, part.name, first);
        break;
      case PartKind::index:
        out += '[';
        write(*part.value);
        out += ']';
        break;
      case PartKind::all: out += ".*"; break;
      case PartKind::last: out += "[$]"; break;
      case PartKind::where:
        out += "[WHERE ";
        write(*part.value);
        out += ']';
        break;
      case PartKind::flatten: out += "…"; break;
      case PartKind::optional: out += ".?"; break;
      case PartKind::destructure:
        out += ".{ ";
        write_members(part.members, true);
        out += " }";
        break;
      case PartKind::method:
        out += '.';
        append_name(out, part.name, false);
        out += '(';
        write_list(part.arguments);
        out += ')';
        break;
    }
  }
};

}  // namespace

std::string to_sql(const Expression& expression) {
  Writer writer;
  writer.write(expression);
  return std::move(writer.out);
}

std::string to_sql(const PlainPath& path) {
  Writer writer;
  writer.write_parts(path.parts, true);
  return std::move(writer.out);
}

namespace {

// The fields of a path, and before them what it starts with, as it is written: a path of names, unless there are brackets or quotes in it.
std::vector<std::string> path_names(const Path& path) {
  std::vector<std::string> fields;
  for (const Part& part : path.parts) {
    if (part.kind == PartKind::field) fields.push_back(part.name);
  }
  const bool is_plain = std::ranges::all_of(fields, is_name);
  if (path.start == nullptr && (is_plain || fields.size() == 1)) return fields;
  Writer writer;
  if (path.start != nullptr) {
    writer.write_start(*path.start);
  }
  for (const std::string& field : fields) writer.write_field(field);
  const std::string& text = writer.out;
  if (text.find_first_of("([{`") != std::string::npos) return {text};
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    names.push_back(text.substr(at, dot - at));
    at = dot + 1;
  }
  return names;
}

}  // namespace

std::vector<std::string> output_path(const SelectItem& item) {
  std::vector<std::string> names;
  if (item.alias) {
    for (const Part& part : item.alias->parts) {
      if (part.kind == PartKind::field) names.push_back(part.name);
    }
    return names;
  }
  return default_path(*item.expression);
}

std::vector<std::string> default_path(const Expression& expression) {
  if (expression.blocks > 0) return {to_sql(expression)};
  if (const auto* const path = expression.as<Path>()) return path_names(*path);
  if (const auto* const parameter = expression.as<Parameter>()) return {parameter->name};
  if (const auto* const call = expression.as<Call>()) return {call->name};
  return {to_sql(expression)};
}

}  // namespace millrace::surrealql
