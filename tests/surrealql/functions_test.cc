// SPDX-License-Identifier: Apache-2.0
//
// Tables of calls, functions_*.cases, and what they give: the answers are the real engine's (engine/functions.mjs compares them with it),
// but for those that say both.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "surrealql/function_case.h"

namespace millrace::surrealql::test {
namespace {

struct Case {
  std::string place;
  std::string call;
  std::string outcome;
};

std::vector<Case> cases_of(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = std::min(line.find('\t', first + 1), line.size());
    cases.push_back({path.filename().string() + ":" + std::to_string(number), line.substr(0, first), line.substr(first + 1, second - first - 1)});
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_FOLDER "/tests/surrealql")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("functions_") || !name.ends_with(".cases")) continue;
    for (Case& one : cases_of(entry.path())) cases.push_back(std::move(one));
  }
  return cases;
}

TEST(Functions, give_what_the_tables_say) {
  const auto cases = all_cases();
  ASSERT_GT(cases.size(), 700u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.call);
    const std::string found = called(one.call);
    EXPECT_EQ(found, one.outcome) << one.place << ": " << one.call;
  }
}

}  // namespace
}  // namespace millrace::surrealql::test
