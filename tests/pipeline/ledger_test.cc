// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "millrace/pipeline/load_state.h"
#include "support/random.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A block whose records begin at these bytes of its file.
std::unique_ptr<Block> block_at(const std::vector<std::uint64_t>& bytes, const std::set<std::uint64_t>& malformed = {}) {
  auto block = std::make_unique<Block>();
  block->input.offset = bytes.empty() ? 0 : bytes.front();
  for (const std::uint64_t byte : bytes) {
    if (malformed.contains(byte)) {
      block->malformed.push_back({.error = {}, .record = {}, .entries_before = block->size(), .offset = byte});
    } else {
      block->entries.push_back({.byte = byte, .input_begin = static_cast<std::uint32_t>(byte - block->input.offset)});
    }
  }
  return block;
}

TEST(Ledger, moves_its_frontier_with_the_oldest_record_that_is_not_settled) {
  Ledger ledger;
  const auto first = block_at({0, 10, 20});
  const auto second = block_at({30, 40});
  ledger.accept(*first, {0, 0, 30});
  ledger.accept(*second, {0, 30, 50});
  EXPECT_EQ(ledger.finished().frontier, (Position{0, 0}));
  ledger.settle(*first, 0, 2);
  EXPECT_EQ(ledger.finished().frontier, (Position{0, 20}));
  EXPECT_THAT(ledger.finished().ranges, IsEmpty());
  ledger.settle(*second, 0, 1);
  EXPECT_THAT(ledger.finished().ranges, ElementsAre(FileRange{0, 21, 40}));
  ledger.settle(*first, 2, 3);
  EXPECT_EQ(ledger.finished().frontier, (Position{0, 40}));
  EXPECT_THAT(ledger.finished().ranges, IsEmpty());
  ledger.settle(*second, 1, 2);
  EXPECT_EQ(ledger.finished().frontier, (Position{0, 50}));
}

TEST(Ledger, says_what_it_would_say_with_more_settled_and_keeps_its_own) {
  Ledger ledger;
  const auto block = block_at({0, 10, 20});
  ledger.accept(*block, {0, 0, 30});
  const store::BlockRun also{block.get(), 0, 3};
  EXPECT_EQ(ledger.finished({&also, 1}).frontier, (Position{0, 30}));
  EXPECT_EQ(ledger.finished().frontier, (Position{0, 0}));
}

TEST(Ledger, counts_what_is_malformed_as_settled_from_the_start) {
  Ledger ledger;
  const auto block = block_at({0, 10, 20, 30}, {10, 30});
  ledger.accept(*block, {0, 0, 40});
  EXPECT_THAT(ledger.finished().ranges, ElementsAre(FileRange{0, 1, 20}, FileRange{0, 21, 40}));
}

TEST(Ledger, passes_from_file_to_file) {
  Ledger ledger;
  const auto first = block_at({0, 10});
  const auto second = block_at({5, 15});
  ledger.accept(*first, {0, 0, 20});
  ledger.accept(*second, {1, 0, 20});
  ledger.settle(*second, 0, 1);
  EXPECT_EQ(ledger.finished(), (Finished{{0, 0}, {{1, 0, 15}}}));
  ledger.settle(*first, 0, 2);
  EXPECT_EQ(ledger.finished().frontier, (Position{1, 15}));
}

TEST(Finished, joins_ranges_that_touch_and_lets_the_frontier_pass_over_them) {
  Finished finished{.frontier = {0, 10}, .ranges = {{0, 20, 30}, {1, 0, 5}}};
  finished.add({{0, 30, 40}, {0, 35, 36}, {0, 3, 9}, {1, 7, 8}});
  EXPECT_EQ(finished, (Finished{{0, 10}, {{0, 20, 40}, {1, 0, 5}, {1, 7, 8}}}));
  finished.add({{0, 10, 20}});
  EXPECT_EQ(finished, (Finished{{0, 40}, {{1, 0, 5}, {1, 7, 8}}}));
  EXPECT_TRUE(finished.contains({0, 39}));
  EXPECT_FALSE(finished.contains({0, 40}));
  EXPECT_TRUE(finished.covers({1, 7, 8}));
  EXPECT_FALSE(finished.covers({1, 4, 8}));
}

// ---- any order of settling, killed at any checkpoint, however the input is cut each time

struct Input {
  struct File {
    std::vector<std::uint64_t> records;  // where they begin
    std::uint64_t size;
  };
  std::vector<File> files;
  std::set<Position> malformed;
  std::set<Position> all;
};

Input random_input(test::Random& random) {
  Input input;
  for (std::uint32_t f = 0; f < 1 + random.below(3); ++f) {
    Input::File file{{}, random.below(4)};
    for (std::size_t n = random.below(60); n > 0; --n) {
      file.records.push_back(file.size);
      input.all.insert({f, file.size});
      if (random.one_in(8)) input.malformed.insert({f, file.size});
      file.size += 1 + random.below(30);
    }
    file.size += random.below(3);
    input.files.push_back(std::move(file));
  }
  return input;
}

// One run from `finished` on, which ends when all is settled, or is killed before: at its last checkpoint `finished` and
// `settled` are what they were then. Each checkpoint is compared with what is settled.
class LoadRun {
 public:
  LoadRun(const Input& input, Finished& finished, std::set<Position>& settled, test::Random& random)
      : input_(input), random_(random), finished_(finished), settled_(settled), now_(settled), ledger_(finished) {}

  // False when it was killed.
  bool go(std::size_t steps_max) {
    for (std::uint32_t f = 0; f < input_.files.size(); ++f) {
      std::size_t next = 0;
      for (std::uint64_t at = 0; at < input_.files[f].size || next < input_.files[f].records.size();) {
        const std::size_t last = std::min(next + random_.below(6), input_.files[f].records.size());
        const bool is_last = last == input_.files[f].records.size();
        const std::uint64_t end = is_last ? input_.files[f].size : input_.files[f].records[last];
        take({f, at, end}, next, last);
        next = last;
        at = end;
        while (blocks_.size() > 5 || (!blocks_.empty() && random_.one_in(2))) settle_some();
        if (random_.one_in(3)) checkpoint();
        if (steps_max-- == 0) return false;
      }
    }
    while (!blocks_.empty()) settle_some();
    checkpoint();
    return true;
  }

 private:
  struct Flying {
    std::unique_ptr<Block> block;
    std::uint32_t file;
    std::vector<std::size_t> open;
  };

  void take(const FileRange& range, std::size_t first, std::size_t last) {
    if (finished_at_start_.covers(range)) return;
    std::vector<std::uint64_t> bytes;
    std::set<std::uint64_t> malformed;
    for (std::size_t i = first; i < last; ++i) {
      const Position position{range.file, input_.files[range.file].records[i]};
      if (finished_at_start_.contains(position)) continue;
      EXPECT_FALSE(now_.contains(position)) << "settled before, and comes again";
      bytes.push_back(position.byte);
      if (input_.malformed.contains(position)) malformed.insert(position.byte);
    }
    Flying flying{block_at(bytes, malformed), range.file, {}};
    for (const std::uint64_t byte : malformed) now_.insert({range.file, byte});
    for (std::size_t i = 0; i < flying.block->size(); ++i) flying.open.push_back(i);
    ledger_.accept(*flying.block, range);
    if (!flying.open.empty()) blocks_.push_back(std::move(flying));
  }

  void settle_some() {
    const std::size_t which = random_.one_in(2) ? 0 : random_.below(blocks_.size());
    Flying& flying = blocks_[which];
    const std::size_t from = random_.below(flying.open.size());
    std::size_t to = from + 1;
    while (to < flying.open.size() && flying.open[to] == flying.open[to - 1] + 1 && !random_.one_in(4)) ++to;
    const store::BlockRun run{flying.block.get(), flying.open[from], flying.open[to - 1] + 1};
    for (std::size_t i = run.first; i < run.last; ++i) now_.insert({flying.file, flying.block->offset(i)});
    if (random_.one_in(2)) checkpoint({&run, 1});  // as a store that commits it with the data
    ledger_.settle(*run.block, run.first, run.last);
    flying.open.erase(flying.open.begin() + static_cast<std::ptrdiff_t>(from), flying.open.begin() + static_cast<std::ptrdiff_t>(to));
    if (flying.open.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void checkpoint(std::span<const store::BlockRun> also = {}) {
    LoadState state;
    state.finished = ledger_.finished(also);
    const Result<LoadState> read = parse_load_state(to_json(state));
    ASSERT_TRUE(read) << describe(read.error());
    finished_ = read->finished;
    settled_ = now_;
    for (const Position& record : input_.all) {
      ASSERT_EQ(finished_.contains(record), settled_.contains(record)) << "file " << record.file << ", byte " << record.byte;
    }
  }

  const Input& input_;
  test::Random& random_;
  Finished& finished_;
  std::set<Position>& settled_;
  const Finished finished_at_start_ = finished_;
  std::set<Position> now_;
  Ledger ledger_;
  std::vector<Flying> blocks_;
};

TEST(Ledger, covers_each_record_once_whenever_it_is_killed) {
  test::Random random;
  for (int round = 0; round < 500 && !::testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const Input input = random_input(random);
    Finished finished;
    std::set<Position> settled;
    std::size_t steps_max = 0;
    while (!LoadRun(input, finished, settled, random).go(steps_max += random.below(20))) {
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(settled, input.all);
  }
}

}  // namespace
}  // namespace millrace::pipeline
