// SPDX-License-Identifier: Apache-2.0
//
// Reads calls of functions from standard input, one a line, and writes what comes out, a JSON string each: for
// functions.mjs, which compares it with what the engine says. `--list` writes each function's name and its least and most
// arguments (255: any number);
// `--methods` a value of each type, names that might be its methods, and whether they are.
#include <iostream>
#include <set>
#include <string>

#include "millrace/record/json.h"
#include "surrealql/function_case.h"

namespace {

namespace surrealql = millrace::surrealql;

// What functions might be called as methods: string::is_ip as is_ip, vector::add as add and vector_add.
std::set<std::string> method_names() {
  std::set<std::string> names = {"type_of"};
  for (const surrealql::Function& function : surrealql::all_functions()) {
    std::string name;
    for (const char c : function.name) {
      if (c != ':') {
        name += c;
      } else if (!name.ends_with('_')) {
        name += '_';
      }
    }
    for (std::size_t at = 0; at != std::string::npos; at = name.find('_', at)) {
      if (at > 0) ++at;
      names.insert(name.substr(at));
    }
    if (name.starts_with("type_")) names.insert("to_" + name.substr(5));
  }
  return names;
}

constexpr const char* values[] = {"NONE",
                                  "NULL",
                                  "true",
                                  "5",
                                  "1.5f",
                                  "2dec",
                                  "'a'",
                                  "1h",
                                  "d'2024-01-01T00:00:00Z'",
                                  "u'018e2a4e-0000-7000-8000-000000000000'",
                                  "[1]",
                                  "{ a: 1 }",
                                  "b\"00\"",
                                  "a:1",
                                  "/a/",
                                  "1..2"};

void list_methods() {
  surrealql::Arena arena;
  const auto names = method_names();
  for (const char* const value : values) {
    for (const std::string& name : names) {
      const bool is_method = surrealql::find_method(surrealql::test::literal(value, arena).type(), name) != nullptr;
      std::cout << value << '\t' << name << '\t' << is_method << '\n';
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  if (count > 1 && std::string_view(arguments[1]) == "--methods") {
    list_methods();
    return 0;
  }
  if (count > 1) {
    for (const surrealql::Function& function : surrealql::all_functions()) {
      std::cout << function.name << ' ' << int{function.arguments_min} << ' ' << int{function.arguments_max} << ' '
                << function.same_each_time << '\n';
    }
    return 0;
  }
  surrealql::Evaluation evaluation;
  for (std::string line; std::getline(std::cin, line);) {
    std::string out;
    millrace::append_json_string(out, surrealql::test::called(line, evaluation));
    std::cout << out << '\n';
    evaluation.arena.reset();
    evaluation.failure.clear();
  }
}
