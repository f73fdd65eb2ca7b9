// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/arena.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::surrealql {
namespace {

TEST(Arena, keeps_what_was_put_into_it_until_the_reset) {
  Arena arena;
  std::vector<std::string_view> copies;
  for (int i = 0; i < 20'000; ++i) copies.push_back(arena.copy(std::to_string(i)));
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(copies[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_GE(arena.bytes_used(), 88'890U);
  arena.reset();
  EXPECT_EQ(arena.bytes_used(), 0U);
}

TEST(Arena, gives_aligned_memory_behind_odd_sizes) {
  Arena arena;
  for (int i = 0; i < 100; ++i) {
    arena.allocate<char>(1 + static_cast<std::size_t>(i) % 7);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.allocate<std::uint64_t>(1)) % alignof(std::uint64_t), 0U);
  }
}

TEST(Arena, appends_in_place_what_stands_last_and_copies_the_rest) {
  Arena arena;
  const std::string_view a = arena.copy("abc");
  const std::string_view longer = arena.append(a, "def");
  EXPECT_EQ(longer, "abcdef");
  EXPECT_EQ(longer.data(), a.data());
  EXPECT_EQ(arena.append(a, "xyz"), "abcxyz");
  EXPECT_EQ(longer, "abcdef");
  EXPECT_EQ(arena.append("outside ", "and in"), "outside and in");
}

TEST(Arena, appends_across_pieces) {
  Arena arena;
  std::string expected;
  std::string_view text;
  for (int i = 0; i < 3'000; ++i) {
    const std::string part = std::to_string(i) + std::string(100, 'x');
    text = arena.append(text, part);
    expected += part;
  }
  EXPECT_EQ(text, expected);
  EXPECT_LT(arena.bytes_used(), 4 * expected.size());
}

TEST(Arena, takes_back_what_was_not_needed_of_the_last) {
  Arena arena;
  char* const text = arena.allocate<char>(100);
  arena.give_back(90);
  EXPECT_EQ(arena.bytes_used(), 10U);
  EXPECT_EQ(arena.allocate<char>(1), text + 10);
}

TEST(Arena, a_reset_keeps_what_is_small_and_frees_what_is_large) {
  Arena arena;
  char* const first = arena.allocate<char>(10);
  arena.reset();
  EXPECT_EQ(arena.allocate<char>(10), first);
  arena.allocate<char>(3 * Arena::kept_bytes_max);
  arena.reset();
  EXPECT_EQ(arena.allocate<char>(10), first);
  EXPECT_EQ(arena.bytes_used(), 10U);
}

}  // namespace
}  // namespace millrace::surrealql
