// SPDX-License-Identifier: Apache-2.0
//
// docs/surrealql.md and docs/surrealql-functions.md list what there is, no more and no less, and the examples are cases that the engine
// answers, too (cases/documented.cases).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/surrealql/compiler.h"
#include "millrace/surrealql/constant.h"
#include "millrace/surrealql/function.h"
#include "millrace/surrealql/parser.h"

namespace millrace::surrealql {
namespace {

using Names = std::set<std::string, std::less<>>;

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(MILLRACE_SOURCE_FOLDER "/") + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What stands below a heading, up to the next.
std::string section(const std::string& docs, const std::string& heading) {
  const std::size_t begin = docs.find("\n## " + heading + "\n");
  EXPECT_NE(begin, std::string::npos) << heading;
  if (begin == std::string::npos) return "";
  return docs.substr(begin + 1, docs.find("\n## ", begin + 1) - begin - 1);
}

std::string unescaped(std::string text) {
  for (std::size_t at = text.find("\\|"); at != std::string::npos; at = text.find("\\|", at)) text.erase(at, 1);
  return text;
}

// The code in a line's first cell, or in all of the line.
Names code_of(std::string_view line) {
  Names found;
  for (std::size_t at = line.find('`'); at != std::string_view::npos;) {
    const std::size_t end = line.find('`', at + 1);
    if (end == std::string_view::npos) break;
    found.insert(unescaped(std::string(line.substr(at + 1, end - at - 1))));
    at = line.find('`', end + 1);
  }
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Names first_cells(const std::string& text) {
  Names found;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("| `")) found.merge(code_of(line.substr(0, line.find(" | "))));
  }
  return found;
}

Names names(const std::vector<std::string_view>& words) { return {words.begin(), words.end()}; }

TEST(Docs, list_every_operator) {
  const std::string operators = section(text_of("docs/surrealql.md"), "Operators");
  Names listed = first_cells(operators.substr(0, operators.find("| expression |")));
  listed.erase("!");
  listed.erase("<type>");
  EXPECT_EQ(listed, names(operator_words()));
}

TEST(Docs, list_every_cast) {
  const std::string casts = section(text_of("docs/surrealql.md"), "Casts");
  Names listed;
  for (const std::string& name : code_of(casts.substr(0, casts.find(';')))) listed.insert(name.substr(1, name.size() - 2));
  EXPECT_EQ(listed, names(cast_words()));
}

TEST(Docs, list_every_aggregate) {
  Names listed;
  for (const std::string& name : first_cells(section(text_of("docs/surrealql.md"), "Groups"))) listed.insert(name.substr(0, name.find('(')));
  EXPECT_EQ(listed, names(aggregate_functions()));
}

TEST(Docs, list_every_method) {
  const std::string methods = section(text_of("docs/surrealql.md"), "Methods");
  for (const auto& [name, type] : {std::pair{"number", Type::integer}, {"string", Type::string}, {"array", Type::array}, {"object", Type::object}, {"duration", Type::duration},
                                   {"datetime", Type::datetime}, {"bytes", Type::bytes}, {"record", Type::record}}) {
    const auto lines = lines_of(methods);
    const auto line = std::ranges::find_if(lines, [&](const std::string& one) { return one.starts_with("| " + std::string(name) + " |"); });
    ASSERT_NE(line, lines.end()) << name;
    EXPECT_EQ(code_of(*line), names(method_names(type))) << name;
    for (const std::string_view method : method_names(type)) EXPECT_NE(find_method(type, method), nullptr) << name << "." << method;
  }
}

TEST(Docs, list_every_constant) {
  Names known{"NaN", "Infinity"};
  for (const Constant& constant : all_constants()) known.emplace(constant.written);
  EXPECT_EQ(code_of(section(text_of("docs/surrealql.md"), "Constants")), known);
}

TEST(Docs, list_every_function_that_a_file_does_not_have) {
  Names listed;
  for (const std::string& line : lines_of(section(text_of("docs/surrealql-functions.md"), "What a file does not have"))) {
    if (!line.starts_with("| `")) continue;
    const std::size_t cell = line.find(" | ");
    const std::string why = line.substr(cell + 3, line.size() - cell - 5);
    for (const std::string& name : code_of(line.substr(0, cell))) {
      EXPECT_EQ(why_not_here(name), why) << name;
      listed.insert(name);
    }
  }
  EXPECT_EQ(listed, names(functions_not_here()));
}

TEST(Docs, show_examples_that_are_run_in_the_engine_too) {
  Names cases;
  for (const std::string& line : lines_of(text_of("tests/surrealql/cases/documented.cases"))) {
    if (!line.starts_with("= ")) continue;
    const std::size_t tab = line.find('\t');
    cases.insert(line.substr(2, line.find('\t', tab + 1) - 2));  // the answer, and not the engine's where it has another
  }
  std::size_t shown = 0;
  for (const std::string& line : lines_of(text_of("docs/surrealql.md"))) {
    // | `expression` | `value` |
    const std::size_t cell = line.find("` | `");
    if (!line.starts_with("| `") || cell == std::string::npos || !line.ends_with("` |")) continue;
    std::string expression = line.substr(2, cell - 1);
    const bool is_double = expression.starts_with("`` ");
    expression = is_double ? expression.substr(3, expression.size() - 6) : expression.substr(1, expression.size() - 2);
    const std::string value = line.substr(cell + 5, line.size() - cell - 8);
    EXPECT_TRUE(cases.contains(unescaped(expression + "\t" + value))) << line;
    ++shown;
  }
  EXPECT_GT(shown, 60u);
  EXPECT_EQ(shown, cases.size());
}

}  // namespace
}  // namespace millrace::surrealql
