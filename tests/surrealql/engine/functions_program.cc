// SPDX-License-Identifier: Apache-2.0
//
// Reads calls of functions from standard input, one a line, and writes what comes out, a JSON string each: for functions.mjs, which
// compares it with what the engine says. `--list` writes each function's name and its least and most arguments (255: any number).
#include <iostream>
#include <string>

#include "millrace/record/json.h"
#include "surrealql/function_case.h"

int main(int count, char**) {
  namespace surrealql = millrace::surrealql;
  std::ios::sync_with_stdio(false);
  if (count > 1) {
    for (const surrealql::Function& function : surrealql::all_functions()) {
      std::cout << function.name << ' ' << int{function.arguments_min} << ' ' << int{function.arguments_max} << ' ' << function.same_each_time << '\n';
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
