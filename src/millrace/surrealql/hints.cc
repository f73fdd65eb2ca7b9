// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/hints.h"

#include <algorithm>
#include <array>
#include <span>

namespace millrace::surrealql {
namespace {

struct Hint {
  std::string_view word;
  std::string_view says;
};

constexpr auto words = std::to_array<Hint>({
    {"DISTINCT", "there is no DISTINCT in SurrealQL: group by what is selected, SELECT a FROM $input GROUP BY a"},
    {"NOT", "NOT takes parentheses, NOT(a), or write !a"},
    {"CASE", "there is no CASE in SurrealQL: write IF a THEN b ELSE c END"},
    {"LIKE", "there is no LIKE in SurrealQL: use CONTAINS, string::starts_with, or = /a regular expression/"},
    {"ILIKE", "there is no ILIKE in SurrealQL: use = /(?i)a regular expression/"},
    {"BETWEEN", "there is no BETWEEN in SurrealQL: write a IN 1..=9, or a >= 1 AND a <= 9"},
    {"XOR", "there is no XOR in SurrealQL: write (a AND !b) OR (!a AND b)"},
    {"HAVING", "there is no HAVING in SurrealQL: a group that is left out needs a second command over the first one's output"},
    {"OFFSET", "there is no OFFSET in SurrealQL: write START, behind or before LIMIT"},
    {"JOIN", "there is one input, and no JOIN"},
    {"INNER", "there is one input, and no JOIN"},
    {"LEFT", "there is one input, and no JOIN"},
    {"UNION", "there is no UNION in SurrealQL: several files are one input"},
    {"INTO", "there is no INTO: --output says where rows go"},
    {"?", "there is no ? operator in SurrealQL: write IF a THEN b ELSE c END; of a path that may end, a.?.b"},
    {"<>", "there is no <> in SurrealQL: write !="},
});

constexpr auto functions = std::to_array<Hint>({
    {"avg", "math::mean"},
    {"coalesce", "a ?? b"},
    {"ifnull", "a ?? b"},
    {"length", "string::len"},
    {"lcase", "string::lowercase"},
    {"lower", "string::lowercase"},
    {"substr", "string::slice"},
    {"substring", "string::slice"},
    {"ucase", "string::uppercase"},
    {"upper", "string::uppercase"},
    {"string::length", "string::len"},
    {"string::substring", "string::slice"},
    {"string::upper", "string::uppercase"},
    {"string::lower", "string::lowercase"},
    {"array::length", "array::len"},
    {"array::count", "array::len"},
    {"array::contains", "array CONTAINS value"},
    {"array::sum", "math::sum"},
    {"math::avg", "math::mean"},
    {"meta::id", "record::id"},
    {"type::thing", "type::record"},
});

constexpr auto types = std::to_array<Hint>({
    {"bigint", "int"},
    {"boolean", "bool"},
    {"date", "datetime"},
    {"double", "float"},
    {"integer", "int"},
    {"json", "object"},
    {"list", "array"},
    {"numeric", "decimal"},
    {"real", "float"},
    {"str", "string"},
    {"text", "string"},
    {"thing", "record"},
    {"timestamp", "datetime"},
    {"varchar", "string"},
});

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string_view find(std::span<const Hint> hints, std::string_view word) {
  const auto same = [](char a, char b) { return upper(a) == upper(b); };
  const auto found = std::ranges::find_if(hints, [&](const Hint& hint) { return std::ranges::equal(hint.word, word, same); });
  return found == hints.end() ? std::string_view{} : found->says;
}

}  // namespace

std::string_view hint_for(std::string_view word) { return find(words, word); }
std::string_view function_once_named(std::string_view name) { return find(functions, name); }
std::string_view type_once_named(std::string_view name) { return find(types, name); }

}  // namespace millrace::surrealql
