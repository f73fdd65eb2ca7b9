// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/text_search.h"

#include <gtest/gtest.h>

#include <string>

#include "support/random.h"

namespace millrace::surrealql {
namespace {

TEST(TextSearch, finds_what_find_finds) {
  millrace::test::Random random;
  const auto some = [&](std::size_t size) {
    std::string text;
    while (text.size() < size) text += random.any_of("aaab");
    return text;
  };
  std::size_t found = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = some(random.below(80));  // each in memory of its own size
    const std::string wanted = some(random.below(12));
    ASSERT_EQ(find_text(text, wanted), text.find(wanted)) << text << " " << wanted;
    found += find_text(text, wanted) != std::string::npos;
  }
  EXPECT_GT(found, 5'000U);
  EXPECT_LT(found, 45'000U);
}

}  // namespace
}  // namespace millrace::surrealql
