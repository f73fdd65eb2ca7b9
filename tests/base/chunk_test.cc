// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/chunk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

namespace millrace {
namespace {

Chunk chunk_of(std::string_view text, std::size_t capacity) {
  Chunk chunk(capacity);
  std::memcpy(chunk.data(), text.data(), text.size());
  chunk.set_size(text.size());
  return chunk;
}

void expect_padding_is_zero(const Chunk& chunk) {
  for (std::size_t i = 0; i < Chunk::padding; ++i) EXPECT_EQ(chunk.data()[chunk.capacity() + i], '\0') << i;
}

TEST(Chunk, is_empty_when_made) {
  EXPECT_EQ(Chunk().text(), "");
  EXPECT_EQ(Chunk().capacity(), 0u);
  EXPECT_EQ(Chunk(16).text(), "");
  EXPECT_EQ(Chunk(16).capacity(), 16u);
}

TEST(Chunk, has_readable_zeros_behind_its_capacity) {
  expect_padding_is_zero(Chunk(0));
  expect_padding_is_zero(Chunk(100));
}

TEST(Chunk, keeps_its_bytes_and_offset_when_it_grows) {
  Chunk chunk = chunk_of("millrace", 8);
  chunk.offset = 4711;
  chunk.grow(4);
  EXPECT_EQ(chunk.capacity(), 8u);
  chunk.grow(1000);
  EXPECT_EQ(chunk.capacity(), 1000u);
  EXPECT_EQ(chunk.text(), "millrace");
  EXPECT_EQ(chunk.offset, 4711u);
  expect_padding_is_zero(chunk);
}

TEST(Chunk, is_empty_after_it_was_moved_from) {
  Chunk chunk = chunk_of("millrace", 8);
  chunk.offset = 4711;
  const char* const bytes = chunk.data();
  Chunk taken(std::move(chunk));
  EXPECT_EQ(taken.data(), bytes);
  EXPECT_EQ(taken.text(), "millrace");
  EXPECT_EQ(taken.offset, 4711u);
  EXPECT_EQ(chunk.capacity(), 0u);  // NOLINT: what moving leaves is what this is about
  EXPECT_EQ(chunk.size(), 0u);
  EXPECT_EQ(chunk.offset, 0u);
  chunk = std::move(taken);
  EXPECT_EQ(chunk.text(), "millrace");
  EXPECT_EQ(taken.capacity(), 0u);  // NOLINT
}

TEST(ChunkDeathTest, ends_the_process_on_a_size_over_its_capacity) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Chunk chunk(8);
  EXPECT_DEATH(chunk.set_size(9), "size <= capacity_");
}

TEST(ChunkPool, lends_the_memory_that_it_was_given_back) {
  ChunkPool pool(64);
  Chunk chunk = pool.take();
  EXPECT_EQ(chunk.capacity(), 64u);
  chunk.set_size(10);
  chunk.offset = 7;
  const char* const bytes = chunk.data();
  pool.give(std::move(chunk));
  const Chunk again = pool.take();
  EXPECT_EQ(again.data(), bytes);
  EXPECT_EQ(again.size(), 0u);
  EXPECT_EQ(again.offset, 0u);
}

TEST(ChunkPool, keeps_a_chunk_that_grew_to_twice_its_size_and_frees_a_larger_one) {
  ChunkPool pool(64);
  Chunk twice = pool.take();
  twice.grow(128);
  pool.give(std::move(twice));
  EXPECT_EQ(pool.take().capacity(), 128u);
  Chunk huge = pool.take();
  huge.grow(129);
  pool.give(std::move(huge));
  EXPECT_EQ(pool.take().capacity(), 64u);
}

TEST(ChunkPool, does_not_keep_a_chunk_without_memory) {
  ChunkPool pool(64);
  pool.give(Chunk());
  Chunk gone = pool.take();
  const Chunk taken = std::move(gone);
  pool.give(std::move(gone));  // NOLINT: a caller's slip that must not lend a null chunk
  EXPECT_EQ(pool.take().capacity(), 64u);
}

}  // namespace
}  // namespace millrace
