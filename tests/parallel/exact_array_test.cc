// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/exact_array.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>

#include "parallel/counted.h"

namespace millrace::parallel {
namespace {

static_assert(std::ranges::contiguous_range<ExactArray<int>> && std::ranges::sized_range<ExactArray<int>>);
static_assert(std::is_convertible_v<ExactArray<int>&, std::span<int>> && std::is_convertible_v<const ExactArray<int>&, std::span<const int>>);
static_assert(!std::is_copy_constructible_v<ExactArray<int>> && std::is_nothrow_move_constructible_v<ExactArray<Fixed>>);

TEST(ExactArray, holds_what_can_neither_be_moved_nor_made_by_default) {
  {
    ArrayBuilder<Fixed> builder(3);
    for (int i = 0; i < 3; ++i) builder.emplace_with([&] { return Fixed(i * 10); });
    const ExactArray<Fixed> made = std::move(builder).finish();
    ASSERT_EQ(made.size(), 3u);
    EXPECT_EQ(made.front().value, 0);
    EXPECT_EQ(made[1].value, 10);
    EXPECT_EQ(made.back().value, 20);
    EXPECT_EQ(Fixed::alive, 3);
  }
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(ExactArray, moves_as_a_pointer_does) {
  ArrayBuilder<Fixed> builder(2);
  builder.emplace_with([] { return Fixed(1); });
  builder.emplace_with([] { return Fixed(2); });
  ExactArray<Fixed> first = std::move(builder).finish();
  const Fixed* const place = first.data();
  ExactArray<Fixed> second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): it is documented
  EXPECT_EQ(second.data(), place);
  ExactArray<Fixed> third;
  third = std::move(second);
  EXPECT_EQ(third.data(), place);
  third = ExactArray<Fixed>();
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(ExactArray, a_dropped_builder_destroys_what_it_built_and_no_more) {
  {
    ArrayBuilder<Fixed> builder(5);
    builder.emplace_with([] { return Fixed(1); });
    builder.emplace_with([] { return Fixed(2); });
    EXPECT_THROW(builder.emplace_with([]() -> Fixed { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(builder.size(), 2u);
    EXPECT_EQ(Fixed::alive, 2);
  }
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(ExactArray, of_nothing_needs_no_memory) {
  ArrayBuilder<std::string> builder(0);
  EXPECT_EQ(builder.data(), nullptr);
  const auto made = std::move(builder).finish();
  EXPECT_EQ(made.data(), nullptr);
  EXPECT_EQ(made.begin(), made.end());
  EXPECT_EQ(made, ExactArray<std::string>());
}

TEST(ExactArray, bools_are_bools_one_behind_the_other) {
  ArrayBuilder<bool> builder(9);
  for (int i = 0; i < 9; ++i) builder.emplace_with([&] { return i % 3 == 0; });
  ExactArray<bool> made = std::move(builder).finish();
  std::span<bool> all = made;
  all[1] = true;
  EXPECT_TRUE(*(made.data() + 1));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&made[8]) - reinterpret_cast<std::uintptr_t>(&made[0]), 8u);
}

TEST(ExactArray, compares_by_element) {
  const auto made = [](std::initializer_list<std::string> texts) {
    ArrayBuilder<std::string> builder(texts.size());
    for (const auto& text : texts) builder.emplace_with([&] { return text; });
    return std::move(builder).finish();
  };
  EXPECT_EQ(made({"a", "b"}), made({"a", "b"}));
  EXPECT_NE(made({"a", "b"}), made({"a", "c"}));
  EXPECT_NE(made({"a", "b"}), made({"a"}));
}

TEST(ExactArray, a_vector_takes_its_elements) {
  ArrayBuilder<std::unique_ptr<int>> builder(2);
  builder.emplace_with([] { return std::make_unique<int>(4); });
  builder.emplace_with([] { return std::make_unique<int>(5); });
  const std::vector<std::unique_ptr<int>> moved = std::move(builder).finish().to_vector();
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(*moved[1], 5);
}

template <std::size_t alignment>
void is_aligned(std::size_t count) {
  struct alignas(alignment) Wide {
    char byte;
  };
  ArrayBuilder<Wide> builder(count * 8);  // seven of eight are given back
  for (std::size_t i = 0; i < count; ++i) builder.emplace_with([] { return Wide{'x'}; });
  const auto made = std::move(builder).finish();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made.data()) % alignment, 0u);
}

TEST(ExactArray, keeps_any_alignment) {
  is_aligned<64>(3);
  is_aligned<4096>(3);
  is_aligned<4096>(64);    // huge pages
  is_aligned<4096>(2048);  // a mapping
  is_aligned<std::size_t{4} << 20>(2);  // wider than a huge page
}

// Sizes about the limits from which memory is huge pages, and a mapping.
TEST(ExactArray, gives_back_what_was_not_used_and_keeps_the_rest) {
  for (const std::size_t capacity : {100u, 5000u, 1u << 18, 1u << 19, (1u << 19) + 1, 3u << 18, 3u << 20, (31u << 18), (32u << 18) - 8, (32u << 18) - 9, 33u << 18}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, capacity / 3, capacity - 1, capacity}) {
      ArrayBuilder<std::uint32_t> builder(capacity, 32);
      for (std::size_t i = 0; i < size; ++i) builder.data()[i] = static_cast<std::uint32_t>(i);
      builder.set_size(size);
      const auto made = std::move(builder).finish();
      ASSERT_EQ(made.size(), size);
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(made[i], i);
    }
  }
}

TEST(ExactArray, what_cannot_move_stays_where_it_is_when_memory_is_given_back) {
  constexpr std::size_t capacity = 9 << 20;
  ArrayBuilder<Fixed> builder(capacity);
  const Fixed* const place = builder.data();
  for (int i = 0; i < 10; ++i) builder.emplace_with([&] { return Fixed(i); });
  const auto made = std::move(builder).finish();
  EXPECT_EQ(made.data(), place);
  EXPECT_EQ(made[9].value, 9);
}

TEST(ExactArray, more_than_there_can_be_is_refused) {
  EXPECT_THROW(ArrayBuilder<std::uint64_t>(std::size_t{1} << 61), std::bad_alloc);
  EXPECT_THROW(ArrayBuilder<std::uint64_t>(std::size_t{1} << 60), std::bad_alloc);
  EXPECT_THROW(ArrayBuilder<std::uint64_t>(1, ~std::size_t{0}), std::bad_alloc);
}

TEST(RawMemory, gives_pages_of_a_mapping_back_to_the_system) {
  constexpr std::size_t bytes = std::size_t{64} << 20;
  RawMemory memory(bytes, 16);
  std::fill_n(static_cast<char*>(memory.data()), bytes, 'x');
  const std::size_t before = resident_bytes();
  memory.shrink(bytes / 4, false);
  EXPECT_LT(resident_bytes() + bytes / 2, before);
  EXPECT_EQ(memory.bytes(), bytes / 4);
  EXPECT_EQ(static_cast<char*>(memory.data())[bytes / 4 - 1], 'x');
}

}  // namespace
}  // namespace millrace::parallel
