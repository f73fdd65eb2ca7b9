// SPDX-License-Identifier: Apache-2.0
//
// Groups that were put aside are the groups that stayed in memory.
#include "millrace/surrealql/group_merge.h"

#include <gtest/gtest.h>

#include "millrace/surrealql/selector.h"
#include "surrealql/spill_rows.h"

namespace millrace::surrealql::test {
namespace {

using Records = std::vector<std::vector<std::string>>;  // by record, then by path

struct Spilling {
  std::size_t workers = 1;
  std::size_t table_bytes_max = SIZE_MAX;
  MergeLimits limits;
};
struct Grouped {
  std::vector<std::string> rows;
  std::string failure;
  std::size_t runs_of_runs = 0;
};

class Grouping {
 public:
  Grouping(const Query& query, const Spilling& spilling) : query_(query), spilling_(spilling), aside_(query.plan(), spilling.limits) {
    for (std::size_t i = 0; i < spilling.workers; ++i) workers_.push_back(std::make_unique<Worker>(query));
  }

  Grouped run(const Records& records) {
    for (std::size_t i = 0; i < records.size() && grouped_.failure.empty(); ++i) add(*workers_[i % workers_.size()], records[i], i);
    if (grouped_.failure.empty()) take();
    grouped_.runs_of_runs = aside_.runs().merged_count();
    return std::move(grouped_);
  }

 private:
  struct Worker {
    explicit Worker(const Query& query) : selector(query), table(query.plan()) {}
    Selector selector;
    GroupTable table;
  };

  void add(Worker& worker, const std::vector<std::string>& record, std::size_t position) {
    std::vector<Slot> slots;
    for (const std::string& value : record) slots.push_back(slot_of(value));
    const RowView row{.slots = slots};
    ASSERT_EQ(worker.selector.select(row), Selected::row);
    ASSERT_TRUE(worker.table.add(worker.selector.machine(), position)) << worker.selector.failure();
    if (worker.table.bytes() > spilling_.table_bytes_max) note(aside_.put(worker.table));
  }

  void take() {
    const Plan& plan = query_.plan();
    std::vector<GroupTable*> tables;
    for (const auto& worker : workers_) tables.push_back(&worker->table);
    MergedGroups groups(plan, aside_.group_bytes_max());
    note(groups.begin(tables, aside_));
    Selector selector(query_);
    Arena arena;
    std::vector<Datum> given(plan.keys.size() + plan.aggregates.size());
    const GroupLayout layout(plan);
    while (grouped_.failure.empty()) {
      const Result<std::optional<Group>> group = groups.next();
      if (!group) return note(std::unexpected(group.error()));
      if (!*group) return;
      arena.reset();
      std::copy_n((*group)->keys, plan.keys.size(), given.begin());
      layout.values((*group)->state, given.data() + plan.keys.size(), arena);
      selector.select_group(given);
      grouped_.rows.emplace_back();
      selector.append_json(grouped_.rows.back());
    }
  }

  void note(const Result<void>& done) {
    if (!done && grouped_.failure.empty()) grouped_.failure = done.error().message;
  }

  const Query& query_;
  const Spilling spilling_;
  GroupsAside aside_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Grouped grouped_;
};

Query compiled(std::string_view text, std::string_view types = "") {
  Result<TypeRules> rules = types.empty() ? TypeRules{} : parse_type_rules(types);
  Result<Query> query = Query::compile(text, {}, *rules);
  EXPECT_TRUE(query) << query.error().message;
  return *query;
}

// Values for each path: those named `t` and `d` are datetimes and decimals by --types, `n` numbers, the others anything.
Records random_records(Random& random, const Query& query, std::size_t count) {
  Records records(count);
  for (auto& record : records) {
    for (const FieldPath& path : query.paths()) {
      const std::string& name = path.front();
      if (name == "t") {
        record.push_back("\"20" + std::to_string(10 + random.below(90)) + "-01-01T00:00:00Z\"");
      } else if (name == "d") {
        record.push_back("\"" + std::to_string(random.below(50)) + "." + std::to_string(random.below(10)) + "\"");
      } else {
        record.push_back(name == "n" ? random_number_text(random) : random_value(random));
      }
    }
  }
  return records;
}

constexpr std::string_view types = "t=datetime,d=decimal";

TEST(GroupMerge, what_was_put_aside_is_what_stayed_in_memory) {
  constexpr std::string_view queries[] = {
      "SELECT k, count(), count(a) AS truthy, math::sum(n) AS sum, math::mean(n) AS mean FROM $input GROUP BY k",
      "SELECT k, math::min(a) AS least, math::max(a) AS most, math::min(d) AS d0, math::max(d) AS d1, math::sum(d) AS ds FROM $input GROUP BY k",
      "SELECT k, math::stddev(n) AS s, math::variance(n) AS v, math::median(n) AS m, math::median(a) AS ma FROM $input GROUP BY k",
      "SELECT k, time::min(t) AS t0, time::max(t) AS t1, array::group(a) AS all, array::distinct(a) AS set, a FROM $input GROUP BY k",
      "SELECT k, j, count() FROM $input GROUP BY k, j",
      "SELECT count(), array::group(a) AS all, math::sum(n) AS sum, t FROM $input GROUP ALL",
  };
  Random random;
  for (const std::string_view text : queries) {
    const Query query = compiled(text, types);
    const Records records = random_records(random, query, 3'000);
    const Grouped expected = Grouping(query, {}).run(records);
    ASSERT_EQ(expected.failure, "");
    for (const std::size_t workers : {1, 3}) {
      for (const std::size_t bytes : {std::size_t{1}, std::size_t{20'000}}) {
        const Grouped spilled = Grouping(query, {.workers = workers, .table_bytes_max = bytes, .limits = {.runs_max = 5}}).run(records);
        EXPECT_EQ(spilled.failure, "") << text;
        EXPECT_EQ(spilled.rows, expected.rows) << text;
        EXPECT_GT(spilled.runs_of_runs, 0U) << text;
      }
    }
  }
}

TEST(GroupMerge, of_equal_keys_the_first_records_is_shown) {
  const Query query = compiled("SELECT k, count() FROM $input GROUP BY k");
  const Records records = {{"1.0"}, {"2"}, {"1"}, {"2.0"}, {"1"}};
  const Grouped expected = Grouping(query, {}).run(records);
  for (const std::size_t workers : {1, 2, 5}) {
    EXPECT_EQ(Grouping(query, {.workers = workers, .table_bytes_max = 1, .limits = {.runs_max = 2}}).run(records).rows, expected.rows);
  }
  EXPECT_EQ(expected.rows.front(), R"({"k":1.0,"count":3})");
}

TEST(GroupMerge, huge_keys_come_through) {
  const Query query = compiled("SELECT k, count() FROM $input GROUP BY k");
  Records records;
  for (int i = 0; i < 40; ++i) records.push_back({"\"" + std::string(700'000, static_cast<char>('a' + i % 20)) + "\""});
  const Grouped expected = Grouping(query, {}).run(records);
  ASSERT_EQ(expected.rows.size(), 20U);
  const Grouped spilled = Grouping(query, {.workers = 2, .table_bytes_max = 4 << 20, .limits = {.bytes_max = 20 << 20}}).run(records);
  EXPECT_EQ(spilled.failure, "");
  EXPECT_EQ(spilled.rows, expected.rows);
}

TEST(GroupMerge, a_group_that_does_not_fit_is_an_error) {
  const Query query = compiled("SELECT array::group(a) AS all FROM $input GROUP ALL");
  const Records records(60'000, {"12345"});
  for (const std::size_t bytes : {std::size_t{200'000}, SIZE_MAX}) {  // found when it is put aside, and when it is merged
    const Grouped grouped = Grouping(query, {.workers = 2, .table_bytes_max = bytes, .limits = {.bytes_max = 1 << 20}}).run(records);
    EXPECT_TRUE(grouped.failure.starts_with("a group is larger than --memory has room for: array::group")) << grouped.failure;
  }
  const Grouped fits = Grouping(query, {.workers = 2, .table_bytes_max = 200'000, .limits = {.bytes_max = 16 << 20}}).run(records);
  EXPECT_EQ(fits.failure, "");
  EXPECT_EQ(fits.rows.size(), 1U);
}

TEST(GroupMerge, a_table_is_usable_after_a_failure) {
  const Query query = compiled("SELECT array::group(a) AS all FROM $input GROUP ALL");
  GroupsAside aside(query.plan(), {.bytes_max = 1'000});
  Selector selector(query);
  GroupTable table(query.plan());
  const Slot slot = slot_of("12345");
  const RowView row{.slots = {&slot, 1}};
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      ASSERT_EQ(selector.select(row), Selected::row);
      ASSERT_TRUE(table.add(selector.machine(), i));
    }
    EXPECT_FALSE(aside.put(table));
    EXPECT_EQ(table.size(), 0U);
  }
}

TEST(GroupMerge, ends_when_it_is_stopped) {
  const Query query = compiled("SELECT k, count() FROM $input GROUP BY k");
  Records records;
  for (int i = 0; i < 100; ++i) records.push_back({std::to_string(i)});
  std::stop_source stop;
  stop.request_stop();
  const Grouped grouped = Grouping(query, {.table_bytes_max = 1, .limits = {.runs_max = 3, .stop = stop.get_token()}}).run(records);
  EXPECT_EQ(grouped.failure, "interrupted");
}

TEST(GroupTable, takes_what_it_says) {
  const Query query = compiled("SELECT k, count() FROM $input GROUP BY k");
  Selector selector(query);
  GroupTable table(query.plan());
  const std::size_t empty = table.bytes();
  for (int i = 0; i < 100'000; ++i) {
    const std::string key = "\"name-" + std::to_string(i) + "\"";
    const Slot slot = slot_of(key);
    const RowView row{.slots = {&slot, 1}};
    ASSERT_EQ(selector.select(row), Selected::row);
    ASSERT_TRUE(table.add(selector.machine(), static_cast<std::uint64_t>(i)));
  }
  EXPECT_GT(table.bytes(), 100'000U * (sizeof(Group) + sizeof(Datum) + 10 + 8 + 16));
  EXPECT_LT(table.bytes(), 100'000U * 200);
  const std::span<const Group> groups = table.sorted();
  ASSERT_EQ(groups.size(), 100'000U);
  for (std::size_t i = 1; i < groups.size(); ++i) ASSERT_LT(groups[i - 1].keys->string(), groups[i].keys->string());
  table.clear();
  EXPECT_LT(table.bytes(), empty + 100'000 * 3 * sizeof(Group) + ArenaOptions::piece_bytes);
}

}  // namespace
}  // namespace millrace::surrealql::test
