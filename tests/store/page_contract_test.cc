// SPDX-License-Identifier: Apache-2.0
//
// What every store has to do about pages and removals: the rest of contract_test.cc.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "millrace/record/json.h"
#include "support/seed.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::string number(std::int64_t id) { return fmt::format(R"({{"id":{}}})", id); }

std::string text(std::string_view id) {
  std::string json = R"({"id":)";
  append_json_string(json, id);
  return json + "}";
}

// Texts and integers of many shapes, in ascending order: as a store gives them, from the back.
std::vector<RecordId> many_ids() {
  std::vector<RecordId> ids = {least, least + 1, most, most - 1, std::int64_t{0}, std::int64_t{-1}, std::int64_t{-4096}};
  for (std::int64_t i = 1; i < 40; ++i) ids.insert(ids.end(), {i, i * i * i, -i * 1'000'003, i << 50});
  for (const char* key : {"A", "Z", "a", "aa", "ab", "b", "~", " ", "!", "é", "éa", "🦀", "日本語", "日本", "0", "00", "1", "10", "9"}) {
    ids.emplace_back(std::string(key));
  }
  for (int i = 0; i < 60; ++i) {
    ids.emplace_back(fmt::format("post-{}", i * 7));
    ids.emplace_back(fmt::format("user-{:05}", i));
    ids.emplace_back(fmt::format("0190163d-{:04x}-7{:03x}-8000-00000000{:04x}", i / 8, (i * 7919) % 4096, i));
    ids.emplace_back(std::string(300, 'k') + std::to_string(i));
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string record_of(const RecordId& id) {
  const auto* integer = std::get_if<std::int64_t>(&id);
  return integer != nullptr ? number(*integer) : text(to_string(id));
}

Lines records_of(const std::vector<RecordId>& ids) {
  Lines records;
  for (const RecordId& id : ids) records.push_back(record_of(id));
  return records;
}

Lines newest_first(const std::vector<RecordId>& ids) { return records_of({ids.rbegin(), ids.rend()}); }

TEST_P(StoreContract, pages_of_any_size_are_the_whole_table_in_the_order_of_ids) {
  const std::vector<RecordId> ids = many_ids();
  ASSERT_EQ(write(records_of(ids), "ids"), "all written");
  const Lines all = newest_first(ids);
  for (const std::size_t limit : {1, 7, 50, 100, 101, 1000}) {
    EXPECT_THAT(scan_pages(limit), ElementsAreArray(all)) << "in pages of " << limit;
  }
}

TEST_P(StoreContract, a_page_begins_before_any_id_whether_it_is_there_or_not) {
  const std::vector<RecordId> ids = many_ids();
  ASSERT_EQ(write(records_of(ids), "ids"), "all written");
  std::vector<RecordId> marks = ids;
  for (const std::string key : {"", "0190163d", "0190163d-0003-7", "post-", "post-8", "post;", "t", "zzz", "日", "\x7f", "\U0010ffff"}) marks.emplace_back(key);
  for (const std::int64_t integer : {5L, 17L, 1'000'000L, -2L, -5'000'000L, most - 7, least + 7}) marks.emplace_back(integer);
  for (const RecordId& mark : marks) {
    Lines expected = newest_first({ids.begin(), std::ranges::lower_bound(ids, mark)});
    expected.resize(std::min<std::size_t>(expected.size(), 3));
    EXPECT_THAT(scan_pages(3, mark, "ids", 1), ElementsAreArray(expected)) << "before " << to_string(mark);
  }
}

TEST_P(StoreContract, pages_of_uuids_and_of_the_texts_behind_them) {
  const RecordShape shape{.table = "ids", .types = {.rules = {{"id", FieldType::uuid}}}};
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i) texts.push_back(fmt::format("0190{:04x}-0000-7{:03x}-8000-000000000{:03x}", i / 7 * 512, i * 13 % 4096, i));
  Lines lines;
  for (const std::string& key : texts) lines.push_back(text(key));
  ASSERT_EQ(write({number(5), text("0100"), text("a text")}, "ids"), "all written");
  Block uuids = block_of(lines, encoding(), shape);
  ASSERT_EQ(summary(write_now(*store_, batch_of({&uuids}, "ids")), lines.size()), "all written");

  const bool has_uuids = encoding() == Encoding::cbor;
  std::ranges::reverse(lines);
  lines.insert(lines.end() - (has_uuids ? 0 : 30), text("a text"));
  lines.insert(lines.end(), {text("0100"), number(5)});
  for (const std::size_t limit : {1, 4, 100}) EXPECT_THAT(scan_pages(limit), ElementsAreArray(lines)) << limit;
  const RecordId mark = *parse_uuid(texts[17]);
  const auto at = std::ranges::find(lines, text(texts[17]));
  EXPECT_THAT(scan_pages(4, mark), ElementsAreArray(at + 1, lines.end()));
  EXPECT_EQ(remove({mark, *parse_uuid(texts[3]), mark}), "gone gone none");
  EXPECT_EQ(count("ids"), 31u);
}

TEST_P(StoreContract, a_page_stays_right_while_records_come_and_go) {
  std::vector<RecordId> ids;
  for (int i = 100; i < 200; ++i) ids.emplace_back(fmt::format("note {}", i));
  ASSERT_EQ(write(records_of(ids), "ids"), "all written");
  Lines seen = scan_pages(10, {}, "ids", 1);
  ASSERT_EQ(seen.back(), text("note 190"));
  // In front; behind, where it belongs; and removed: in front, the page's own end, and behind it.
  ASSERT_EQ(write({text("note 999"), text("note 1895"), text("zz"), number(1)}, "ids"),
            "all written");
  ASSERT_EQ(remove({"note 195", "note 190", "note 189", "note 188"}), "gone gone gone gone");
  EXPECT_THAT(scan_pages(3, "note 190", "ids", 2),
              ElementsAre(text("note 1895"), text("note 187"), text("note 186"),
                          text("note 185"), text("note 184"), text("note 183")));
  EXPECT_THAT(scan_pages(30, "note 10", "ids"), ElementsAre(number(1)));
}

TEST_P(StoreContract, tells_whether_records_are_behind_a_page) {
  const auto end_of = [&](std::size_t limit, std::size_t wanted) {
    const auto end = store_->scan({"ids"}, {.limit = limit}, [&](std::string_view) { return --wanted > 0; });
    EXPECT_TRUE(end) << describe(end.error());
    return fmt::format("{} {}", end->last ? to_string(*end->last) : "none", end->more);
  };
  EXPECT_EQ(end_of(10, 10), "none false");
  ASSERT_EQ(write({number(1), number(2), number(3)}, "ids"), "all written");
  EXPECT_EQ(end_of(2, 10), "2 true");
  EXPECT_EQ(end_of(3, 10), "1 false");
  EXPECT_EQ(end_of(4, 10), "1 false");
  EXPECT_EQ(end_of(3, 1), "3 true");
  EXPECT_EQ(end_of(3, 3), "1 false");
  EXPECT_EQ(end_of(0, 1), "none false");
}

TEST_P(StoreContract, removes_what_is_there_and_says_what_was_not) {
  ASSERT_EQ(write({number(1), text("1"), text("b"), text("'; DELETE ids; --")}, "ids"), "all written");
  EXPECT_EQ(remove({"none", "1", "'; DELETE ids; --", std::int64_t{7}, "1"}), "none gone gone none none");
  EXPECT_EQ(get("1", "ids"), "none");
  EXPECT_THAT(scan(10, "ids"), ElementsAre(text("b"), number(1)));
  EXPECT_EQ(remove({std::int64_t{1}}), "gone");
  EXPECT_EQ(remove({}), "");
  EXPECT_EQ(count("ids"), 1u);
  EXPECT_EQ(write({number(1), text("1")}, "ids"), "all written");  // they may come again
}

TEST_P(StoreContract, removes_nothing_where_nothing_is) {
  EXPECT_EQ(remove({"a", std::int64_t{1}}, "missing"), "none none");
  EXPECT_THAT(scan_pages(10, "a", "missing"), IsEmpty());
  EXPECT_EQ(count("missing"), 0u);
}

TEST_P(StoreContract, removes_many_at_once) {
  std::vector<RecordId> ids;
  for (std::int64_t i = 0; i < 1500; ++i) ids.emplace_back(i);
  ASSERT_EQ(write(records_of(ids), "ids"), "all written");
  std::mt19937_64 random(test_seed());
  std::ranges::shuffle(ids, random);
  const auto removed = store_->remove({"ids"}, std::span(ids).first(1200));
  ASSERT_TRUE(removed) << describe(removed.error());
  EXPECT_EQ(std::ranges::count(*removed, true), 1200);
  ids.erase(ids.begin(), ids.begin() + 1200);
  std::ranges::sort(ids);
  EXPECT_THAT(scan_pages(77), ElementsAreArray(newest_first(ids)));
}

}  // namespace
}  // namespace millrace::testing
