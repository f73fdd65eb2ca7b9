// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/removals.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "millrace/store/faulty_store.h"
#include "millrace/store/memory_store.h"
#include "support/blocks.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using gateway::remove_records;

// Refuses to remove the record 13, as a trigger does.
class Trigger final : public store::MemoryStore {
 public:
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override {
    ++calls;
    if (std::ranges::find(ids, RecordId(std::int64_t{13})) != ids.end()) return fail(Code::refused, "13 stays");
    return MemoryStore::remove(lane, ids);
  }
  int calls = 0;
};

class RemovalsTest : public ::testing::Test {
 protected:
  RemovalsTest() {
    EXPECT_TRUE(store_.prepare({"notes"}));
    Lines lines;
    for (int id = 0; id < 20; ++id) lines.push_back(fmt::format(R"({{"id":{}}})", id));
    lines.push_back(R"({"id":"7"})");
    Block block = block_of(lines, Encoding::json, {.table = "notes"});
    EXPECT_EQ(summary(write_now(store_, batch_of({&block}, "notes")), lines.size()), "all written");
  }
  // "gone none refused", of keys as in a path.
  std::string remove(const std::vector<std::string>& keys, store::Store* store = nullptr) {
    std::vector<std::vector<RecordId>> ids;
    for (const std::string& key : keys) ids.push_back(ids_of_key(key));
    std::string words;
    for (const Result<bool>& outcome : remove_records(store == nullptr ? store_ : *store, {"notes"}, ids)) {
      words += (words.empty() ? "" : " ") + std::string(!outcome ? to_string(outcome.error().code) : *outcome ? "gone" : "none");
    }
    return words;
  }

  Trigger store_;
};

TEST_F(RemovalsTest, a_key_is_a_text_first_and_then_an_int) {
  EXPECT_EQ(remove({"7", "1", "none", "99"}), "gone gone none none");
  EXPECT_EQ(store_.calls, 2);  // the texts, and the ints of those that were no texts
  EXPECT_EQ(store_.get({"notes"}, std::int64_t{7}).value(), R"({"id":7})");
  EXPECT_EQ(store_.get({"notes"}, std::string("7")).value(), std::nullopt);
  EXPECT_EQ(remove({"7"}), "gone");
  EXPECT_EQ(remove({"7"}), "none");
  EXPECT_EQ(remove({}), "");
}

TEST_F(RemovalsTest, of_two_who_ask_for_the_same_record_one_removes_it) { EXPECT_EQ(remove({"3", "3", "4", "3"}), "gone none gone none"); }

TEST_F(RemovalsTest, a_record_that_may_not_be_removed_keeps_no_other) {
  EXPECT_EQ(remove({"1", "13", "2", "no"}), "gone refused gone none");
  EXPECT_EQ(store_.count({"notes"}).value(), 19u);
  EXPECT_EQ(remove({"13"}), "refused");
}

TEST_F(RemovalsTest, a_store_that_is_gone_is_asked_once) {
  store::FaultyStore gone(store_, {.gone_after = 0});
  EXPECT_EQ(remove({"1", "2", "x"}, &gone), "unavailable unavailable unavailable");
  EXPECT_EQ(gone.writes(), 1u);
  EXPECT_EQ(store_.count({"notes"}).value(), 21u);
}

}  // namespace
}  // namespace millrace::testing
