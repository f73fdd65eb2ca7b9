// SPDX-License-Identifier: Apache-2.0
//
// A query over a few records never contradicts itself: not with one worker or several, in memory or on disk, and the JSON of a row is what
// the row is. The first byte chooses how it is run; the first line is the query; every other line is a record, with --types behind a tab.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "difference/query_run.h"
#include "millrace/record/json.h"

namespace {

using namespace millrace::testing;

constexpr std::size_t records_max = 8;

// What is another each time, or whose last digits are.
bool is_settled(std::string_view query) {
  std::string lower(query);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* const word : {"rand", "now", "mean", "stddev", "variance", "sum"}) {
    if (lower.find(word) != std::string::npos) return false;
  }
  return true;
}

std::string shown(const Answer& answer) {
  std::string out = answer.refused;
  for (const std::string& row : answer.rows) out += row + "\n";
  for (const Reject& reject : answer.rejects) out += std::to_string(reject.record) + " " + reject.reason + "\n";
  return out;
}

void fail(const char* what, std::string_view query, const std::string& more) {
  std::fprintf(stderr, "%s: %.*s\n%s\n", what, static_cast<int>(query.size()), query.data(), more.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto line = [&] {
    const std::string_view found = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), found.size() + 1));
    return found;
  };
  const std::string query(line());
  std::vector<InputRecord> records;
  while (!input.empty() && records.size() < records_max) {
    const std::string_view record = line();
    const std::size_t tab = record.find('\t');
    // What is no record is the readers' matter, which have targets of their own.
    const std::string_view json = record.substr(0, tab);
    if (!json.starts_with('{') || !json.ends_with('}') || !millrace::parse_json(json)) continue;
    records.push_back({std::string(json), tab == std::string_view::npos ? "" : std::string(record.substr(tab + 1))});
  }
  const unsigned how = data[0];
  RunOptions options{.workers = 1u + how % 3, .strict = (how & 4) != 0};
  const Answer answer = run_query(query, records, options);
  if (!answer.defect.empty()) fail("defect", query, answer.defect);
  if ((how & 8) == 0 || !answer.refused.empty() || !is_settled(query)) return 0;
  options.workers = 3;
  if ((how & 48) == 48) options.bytes = 1;  // files are slow
  const Answer other = run_query(query, records, options);
  if (shown(answer) != shown(other)) fail("depends on how it is run", query, shown(answer) + "---\n" + shown(other));
  return 0;
}
