// SPDX-License-Identifier: Apache-2.0
//
// What a user reads of a query that is wrong: problems.golden has queries, each line behind "> ", and behind each what is said of it. With
// MILLRACE_WRITE_GOLDEN=1 the file is written anew; read what it then says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "millrace/surrealql/query.h"

namespace millrace::surrealql {
namespace {

constexpr const char* path = MILLRACE_SOURCE_FOLDER "/tests/surrealql/problems.golden";

struct Wrong {
  std::string heading;  // comments before it
  std::string query;
  std::string said;
};

std::vector<Wrong> wrong_queries() {
  std::vector<Wrong> found;
  std::ifstream file(path);
  bool is_query = false;
  std::string heading;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ") || line.empty()) {
      heading += line + "\n";
      is_query = false;
    } else if (line.starts_with(">")) {
      if (!is_query) found.push_back({std::exchange(heading, {}), {}, {}});
      found.back().query += (is_query ? "\n" : "") + line.substr(std::min<std::size_t>(2, line.size()));
      is_query = true;
    } else if (!found.empty()) {
      found.back().said += line + "\n";
      is_query = false;
    }
  }
  return found;
}

std::string said_of(const std::string& query) {
  static const Parameters parameters{{"least", Value(std::int64_t{2})}, {"words", Value(Array{Value("a")})}};
  const auto compiled = Query::compile(query, parameters);
  return compiled ? "nothing is wrong\n" : compiled.error().message + "\n";
}

TEST(Problems, say_what_is_wrong_where_and_what_is_near) {
  std::string written;
  const auto wrong = wrong_queries();
  ASSERT_GT(wrong.size(), 60u);
  for (const Wrong& one : wrong) {
    const std::string said = said_of(one.query);
    EXPECT_EQ(said, one.said) << one.query;
    EXPECT_NE(said, "nothing is wrong\n") << one.query;
    std::string query = "> " + one.query;
    for (std::size_t at = query.find('\n'); at != std::string::npos; at = query.find('\n', at + 1)) query.insert(at + 1, "> ");
    written += one.heading + query + "\n" + said;
  }
  if (std::getenv("MILLRACE_WRITE_GOLDEN") != nullptr) std::ofstream(path) << written;
}

}  // namespace
}  // namespace millrace::surrealql
