// SPDX-License-Identifier: Apache-2.0
//
// The same random operations on SQLite and on the memory store have the same outcomes and leave the same records.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "support/seed.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

constexpr int operations = 400;
const Lines tables = {"post", "notes"};

struct FixedClock : Clock {
  Timestamp now() const override { return Timestamp(std::chrono::hours(24)); }
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t roll(std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(random_); }

 private:
  std::mt19937_64 random_;
};

// Few enough ids that many repeat.
RecordId random_id(Dice& dice) {
  const auto number = static_cast<std::int64_t>(dice.roll(40)) - 5;
  switch (dice.roll(3)) {
    case 0: return number;
    case 1: return std::to_string(number);
    default: return fmt::format("key {}", number);
  }
}

std::string random_record(Dice& dice) {
  const RecordId id = random_id(dice);
  const bool is_integer = std::holds_alternative<std::int64_t>(id);
  return fmt::format(R"({{"title":"title {}","id":{}{}{}{}}})", dice.roll(1000), is_integer ? "" : "\"", to_string(id),
                     is_integer ? "" : "\"", dice.roll(2) == 0 ? "" : R"(,"created_at":"2024-05-01T10:00:00Z")");
}

// Writes one batch of a few blocks and sums up what became of it.
std::string write(store::Store& store, const std::string& table, const std::vector<Lines>& blocks,
                  const store::Batch& form) {
  std::vector<Block> made;
  for (const Lines& lines : blocks) made.push_back(block_of(lines, Encoding::json, {.table = table}));
  store::Batch batch = form;
  batch.lane = {table};
  for (Block& block : made) batch.runs.push_back({&block, 0, block.size()});
  const std::size_t size = batch.size();
  return summary(write_now(store, std::move(batch)), size);
}

// The records, and where they end.
Lines scan(store::Store& store, const std::string& table, const store::ScanRange& range) {
  Lines records;
  const auto end = store.scan({table}, range, [&](std::string_view json) {
    records.emplace_back(json);
    return true;
  });
  EXPECT_TRUE(end) << describe(end.error());
  if (end) records.push_back(fmt::format("last {} more {}", end->last ? to_string(*end->last) : "none", end->more));
  return records;
}

TEST(StoreModelTest, sqlite_and_memory_agree) {
  Dice dice(test_seed());
  const FixedClock clock;
  const TempFolder folder;
  const auto open_sqlite = [&] { return store::SqliteStore::open(folder.file("model.db"), {}, clock).value(); };
  std::unique_ptr<store::SqliteStore> sqlite = open_sqlite();
  store::MemoryStore memory(Encoding::json, clock);
  const auto prepare = [&] {
    for (const std::string& table : tables) {
      ASSERT_TRUE(sqlite->prepare({table}));
      ASSERT_TRUE(memory.prepare({table}));
    }
  };
  prepare();

  for (int operation = 0; operation < operations && !::testing::Test::HasFailure(); ++operation) {
    SCOPED_TRACE(fmt::format("operation {}", operation));
    const std::string& table = tables[dice.roll(tables.size())];
    switch (dice.roll(9)) {
      case 0: {
        store::ScanRange range{.limit = dice.roll(20)};
        if (dice.roll(3) != 0) range.before = random_id(dice);
        EXPECT_EQ(scan(*sqlite, table, range), scan(memory, table, range));
        break;
      }
      case 1: {
        const RecordId id = random_id(dice);
        EXPECT_EQ(sqlite->get({table}, id).value(), memory.get({table}, id).value()) << to_string(id);
        break;
      }
      case 2:
        if (dice.roll(4) == 0) {
          sqlite.reset();
          sqlite = open_sqlite();
          prepare();
        }
        break;
      case 3: {
        std::vector<RecordId> ids(dice.roll(4));
        for (RecordId& id : ids) id = random_id(dice);
        EXPECT_EQ(sqlite->remove({table}, ids).value(), memory.remove({table}, ids).value());
        break;
      }
      default: {
        store::Batch form{.on_duplicate = static_cast<store::OnDuplicate>(dice.roll(3)),
                          .rows_per_transaction = 1 + dice.roll(5)};
        std::vector<Lines> blocks(dice.roll(4));
        for (Lines& lines : blocks) {
          lines.resize(dice.roll(4));
          for (std::string& line : lines) line = random_record(dice);
        }
        EXPECT_EQ(write(*sqlite, table, blocks, form), write(memory, table, blocks, form));
      }
    }
    EXPECT_EQ(sqlite->count({table}).value(), memory.count({table}).value());
  }
  for (const std::string& table : tables) EXPECT_EQ(scan(*sqlite, table, {.limit = 1000}), scan(memory, table, {.limit = 1000}));
}

}  // namespace
}  // namespace millrace::testing
