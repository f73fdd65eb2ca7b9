// SPDX-License-Identifier: Apache-2.0
//
// Runs queries for difference.mjs. Standard input has a line of JSON for each:
//   {"query": "SELECT a FROM $input", "records": ["{\"a\":1}", …], "types": ["", "a=decimal", …], "workers": 2, "bytes": 1000,
//    "as_array": true, "strict": true}
// and standard output a line for each:
//   {"rows": ["{a: 1}", …], "rejects": [[3, "reason"], …]}    or {"refused": "why"}; "defect" when something contradicts itself
// All but the query may be left out. With --functions: the name, the least and the most arguments of every function, and whether it always gives
// the same, a line each.
#include <fmt/format.h>

#include <iostream>
#include <string>

#include "millrace/record/json.h"
#include "millrace/surrealql/function.h"
#include "query_run.h"

namespace {

using namespace millrace;
using namespace millrace::testing;

std::size_t number(const Value& request, std::string_view name, std::size_t otherwise) {
  const Value* const value = request.find(name);
  return value != nullptr && value->is<std::int64_t>() ? static_cast<std::size_t>(*value->get_if<std::int64_t>()) : otherwise;
}

bool flag(const Value& request, std::string_view name) {
  const Value* const value = request.find(name);
  return value != nullptr && value->is<bool>() && *value->get_if<bool>();
}

std::vector<InputRecord> records_of(const Value& request) {
  std::vector<InputRecord> records;
  const Value* const texts = request.find("records");
  const Value* const types = request.find("types");
  if (texts == nullptr) return records;
  for (const Value& text : *texts->get_if<Array>()) records.push_back({std::string(text.text()), ""});
  if (types == nullptr) return records;
  for (std::size_t i = 0; i < records.size(); ++i) records[i].types = types->get_if<Array>()->at(i).text();
  return records;
}

std::string to_json(const Answer& answer) {
  std::string out;
  const auto member = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}\"{}\":", out.empty() ? '{' : ',', name);
    append_json_string(out, value);
  };
  if (!answer.refused.empty()) member("refused", answer.refused);
  if (!answer.defect.empty()) member("defect", answer.defect);
  out += out.empty() ? "{\"rows\":[" : ",\"rows\":[";
  for (const std::string& row : answer.rows) {
    if (&row != &answer.rows.front()) out += ',';
    append_json_string(out, row);
  }
  out += "],\"rejects\":[";
  for (const Reject& reject : answer.rejects) {
    out += fmt::format("{}[{},", &reject == &answer.rejects.front() ? "" : ",", reject.record);
    append_json_string(out, reject.reason);
    out += ']';
  }
  return out + "]}";
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "--functions") {
    for (const auto& function : surrealql::all_functions()) {
      std::cout << fmt::format("{} {} {} {}\n", function.name, function.arguments_min, function.arguments_max, function.same_each_time);
    }
    return 0;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const Result<Value> request = parse_json(line);
    if (!request || request->find("query") == nullptr) {
      std::cerr << "query_runner: no request: " << line << '\n';
      return 2;
    }
    const RunOptions options{.workers = number(*request, "workers", 2), .bytes = number(*request, "bytes", 64u << 20), .as_array = flag(*request, "as_array"), .strict = flag(*request, "strict")};
    std::cout << to_json(run_query(request->find("query")->text(), records_of(*request), options)) << '\n' << std::flush;
  }
  return 0;
}
