// SPDX-License-Identifier: Apache-2.0
//
// The cases of tests/surrealql/cases (README.md there), without the engine: millrace's answers are those that the files say.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/record/json.h"
#include "query_run.h"

namespace millrace::testing {
namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0;;) {
    const std::size_t tab = line.find('\t', at);
    fields.push_back(line.substr(at, tab - at));
    if (tab == std::string_view::npos) return fields;
    at = tab + 1;
  }
}

struct Case {
  std::string place;  // file and line
  bool is_value = false;
  std::string query;
  std::string answer;
  std::string engine;  // when it is another
  bool is_open = false;  // a defect, which may show with these workers or those
  std::vector<InputRecord> records;
};

Case read_case(std::string_view line, std::string place, const std::vector<InputRecord>& records) {
  Case one{.place = std::move(place), .is_value = line.starts_with("= "), .records = records};
  const auto fields = split(line.substr(one.is_value ? 2 : 0));
  one.query = fields[0].starts_with('"') ? decode_json_string(fields[0]) : std::string(fields[0]);
  if (one.is_value) one.query = "SELECT VALUE " + one.query + " FROM $input";
  EXPECT_GE(fields.size(), 2u) << one.place;
  one.answer = fields.size() > 1 ? fields[1] : "";
  if (fields.size() > 2) one.engine = fields[2];
  one.is_open = fields.size() > 3 && fields[3] == "open";
  return one;
}

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::vector<InputRecord> records;
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("## ")) {
      records.assign(1, {"{}", ""});
    } else if (line == "@input") {
      records.clear();
    } else if (line.starts_with("+ ")) {
      const auto fields = split(std::string_view(line).substr(2));
      records.push_back({std::string(fields[0]), fields.size() > 1 ? std::string(fields[1]) : ""});
    } else if (!line.empty() && !line.starts_with('#')) {
      cases.push_back(read_case(line, path.filename().string() + ":" + std::to_string(number), records));
    }
  }
  return cases;
}

// "line 1, column 22: …" → "1:22"
std::string place_of(std::string_view refusal) {
  constexpr std::string_view line = "line ";
  constexpr std::string_view column = ", column ";
  const std::size_t at = refusal.find(column);
  if (!refusal.starts_with(line) || at == std::string_view::npos) return {};
  const std::size_t end = refusal.find(':');
  return std::string(refusal.substr(line.size(), at - line.size())) + ":" + std::string(refusal.substr(at + column.size(), end - at - column.size()));
}

// As the file would have it, in the words that `expected` has.
std::string answer_of(const Case& one, const Answer& answer) {
  if (!answer.refused.empty()) return one.answer.starts_with("error at ") ? "error at " + place_of(answer.refused) : "error";
  if (!answer.rejects.empty()) return one.answer.starts_with("error: ") ? "error: " + answer.rejects.front().reason : "error";
  if (one.is_value) return answer.rows.size() == 1 ? answer.rows.front() : std::to_string(answer.rows.size()) + " rows";
  std::string rows = "[";
  for (const std::string& row : answer.rows) rows += (&row == &answer.rows.front() ? "" : ", ") + row;
  return rows + "]";
}

class Cases : public ::testing::TestWithParam<std::string> {};

TEST_P(Cases, are_answered_as_the_file_says) {
  const std::vector<Case> cases = read_cases(std::string(MILLRACE_SOURCE_FOLDER "/tests/surrealql/cases/") + GetParam() + ".cases");
  EXPECT_FALSE(cases.empty());
  for (const Case& one : cases) {
    for (const RunOptions& options : {RunOptions{.workers = 2}, RunOptions{.workers = 1}, RunOptions{.workers = 3, .bytes = 1}}) {
      const Answer answer = run_query(one.query, one.records, options);
      EXPECT_EQ(answer.defect, "") << one.place << ": " << one.query;
      const std::string ours = answer_of(one, answer);
      EXPECT_EQ(ours, one.answer) << one.place << ": " << one.query << (answer.refused.empty() ? "" : "\n" + answer.refused)
                                  << (ours == one.engine ? "\nThis is the engine's answer now: strike the difference (README.md)." : "");
      if (one.records.size() <= 1 || one.is_open) break;  // nothing to deal out
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Cases, ::testing::Values("casts", "documented", "expressions", "functions", "group", "lexer", "operators", "order", "paths", "select", "strings"),
                         [](const auto& tested) { return tested.param; });

// A new file is not forgotten.
TEST(CasesFolder, has_the_files_that_are_tested) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_FOLDER "/tests/surrealql/cases")) count += entry.path().extension() == ".cases" ? 1 : 0;
  EXPECT_EQ(count, 11u);
}

}  // namespace
}  // namespace millrace::testing
