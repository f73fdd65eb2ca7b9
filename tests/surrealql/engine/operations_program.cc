// SPDX-License-Identifier: Apache-2.0
//
// Reads operations from standard input, a line each, "operation TAB a TAB b", and writes what comes out, a JSON string
// each: for operations.mjs, which compares it with what the engine says.
#include <iostream>
#include <string>

#include "millrace/record/json.h"
#include "surrealql/operation_case.h"

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const std::string_view text(line);
    const std::size_t first = text.find('\t');
    const std::size_t second = text.find('\t', first + 1);
    std::string out;
    millrace::append_json_string(
        out, millrace::surrealql::test::outcome(text.substr(0, first), text.substr(first + 1, second - first - 1),
                                                text.substr(second + 1)));
    std::cout << out << '\n';
  }
}
