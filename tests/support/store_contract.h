// SPDX-License-Identifier: Apache-2.0
//
// What every store has to do, as a suite that runs against each of them. A store joins with an instantiation in a test
// source of its room; the tests themselves are in tests/store/contract_test.cc:
//
//   INSTANTIATE_TEST_SUITE_P(sqlite, StoreContract, ::testing::Values(StoreKind{.name = "sqlite", .open = …}), kind_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/store/store.h"
#include "support/blocks.h"

namespace millrace::testing {

struct StoreKind {
  std::string name;
  // An empty store; files may go into the folder, which outlives it.
  std::function<std::unique_ptr<store::Store>(const TempFolder&)> open;
  bool keeps_nul = true;  // else a text with \u0000 is rejected in the store's own words

  friend std::ostream& operator<<(std::ostream& out, const StoreKind& kind) { return out << kind.name; }
};

inline std::string kind_name(const ::testing::TestParamInfo<StoreKind>& info) { return info.param.name; }

// What became of a batch of `size` records, in one line: "written rejected:duplicate skipped".
inline std::string summary(const store::BatchOutcome& outcome, std::size_t size) {
  if (outcome.records.empty()) return "all written";
  if (outcome.records.size() != size) return "the outcome's size is wrong";
  std::string words;
  for (const store::RecordOutcome& record : outcome.records) {
    constexpr std::string_view names[] = {"written", "skipped", "rejected", "unsettled"};
    if (!words.empty()) words += ' ';
    words += names[static_cast<std::size_t>(record.verdict)];
    if (record.error) words += ":" + std::string(to_string(record.error->code));
  }
  return words;
}

class StoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreContract() : store_(GetParam().open(folder_)) {}

  Encoding encoding() const { return store_->capabilities().encoding; }
  Block block(const Lines& lines, const std::string& table = "post") const {
    return block_of(lines, encoding(), {.table = table});
  }
  void prepare(const std::string& table = "post") {
    const auto ready = store_->prepare({table});
    ASSERT_TRUE(ready) << describe(ready.error());
  }
  // Makes the table, writes the records into it as one transaction, and sums up what became of them.
  std::string write(const Lines& lines, const std::string& table = "post",
                    store::OnDuplicate on_duplicate = store::OnDuplicate::fail) {
    prepare(table);
    Block records = block(lines, table);
    store::Batch batch = batch_of({&records}, table);
    batch.on_duplicate = on_duplicate;
    return summary(write_now(*store_, std::move(batch)), lines.size());
  }
  // The record as JSON, or "none".
  std::string get(const RecordId& id, const std::string& table = "post") {
    const auto record = store_->get({table}, id);
    if (!record) return describe(record.error());
    return record->value_or("none");
  }
  std::uint64_t count(const std::string& table = "post") {
    const auto counted = store_->count({table});
    EXPECT_TRUE(counted) << describe(counted.error());
    return counted.value_or(0);
  }
  // The records in the order of a scan.
  Lines scan(std::size_t limit, const std::string& table = "post") {
    Lines records;
    const auto done = store_->scan({table}, {.limit = limit}, [&](std::string_view json) {
      records.emplace_back(json);
      return true;
    });
    EXPECT_TRUE(done) << describe(done.error());
    return records;
  }
  // The same of the records before an id, `pages` of `limit` at most, each asked for with the one before's end.
  Lines scan_pages(std::size_t limit, std::optional<RecordId> before = {}, const std::string& table = "ids",
                   std::size_t pages = 10'000) {
    Lines records;
    for (bool more = true; more && pages > 0; --pages) {
      const std::size_t given = records.size();
      const auto end = store_->scan({table}, {.limit = limit, .before = before}, [&](std::string_view json) {
        records.emplace_back(json);
        return true;
      });
      EXPECT_TRUE(end) << describe(end.error());
      if (!end) break;
      EXPECT_LE(records.size() - given, limit);
      EXPECT_EQ(end->last.has_value(), records.size() > given);
      more = end->more;
      EXPECT_TRUE(!more || records.size() - given == limit) << "a page that is not full has records behind it";
      before = end->last;
    }
    return records;
  }
  // Of each id whether it was there: "gone none gone".
  std::string remove(const std::vector<RecordId>& ids, const std::string& table = "ids") {
    const auto removed = store_->remove({table}, ids);
    if (!removed) return describe(removed.error());
    if (removed->size() != ids.size()) return "the answer's size is wrong";
    std::string words;
    for (const bool gone : *removed) words += (words.empty() ? "" : " ") + std::string(gone ? "gone" : "none");
    return words;
  }

  TempFolder folder_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace millrace::testing
