// SPDX-License-Identifier: Apache-2.0
//
// Rows in order, by way of memory, a heap, or the disk: always as a stable sort has them.
#include "millrace/surrealql/row_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "millrace/surrealql/text_compare.h"
#include "surrealql/random_datum.h"

namespace millrace::surrealql::test {
namespace {

struct Row {
  std::vector<Datum> keys;
  std::string text;
};

struct Ordering {
  std::size_t workers = 1;
  std::size_t bytes_max = 64 << 20;
  MergeLimits limits;
};
struct Ordered {
  std::vector<std::string> rows;
  std::string failure;
  std::size_t bytes_most = 0;  // of a worker
  std::size_t runs_of_runs = 0;
};

Query compiled(std::string_view text) {
  Result<Query> query = Query::compile(text);
  EXPECT_TRUE(query) << query.error().message;
  return *query;
}

Ordered ordered(const Query& query, const std::vector<Row>& rows, const Ordering& ordering) {
  Ordered result;
  const RowOrderOptions options = row_order_options(query, ordering.bytes_max);
  RowsAside aside(query.plan(), options, ordering.limits);
  std::vector<std::unique_ptr<RowOrder>> workers;
  std::vector<RowOrder*> orders;
  for (std::size_t i = 0; i < ordering.workers; ++i) orders.push_back(workers.emplace_back(std::make_unique<RowOrder>(query.plan(), options, aside)).get());
  const auto failed = [&](const Result<void>& done) {
    if (!done) result.failure = done.error().message;
    return !done;
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowOrder& order = *orders[i % orders.size()];
    if (failed(order.add(rows[i].keys, i, rows[i].text))) return result;
    result.bytes_most = std::max(result.bytes_most, order.bytes());
  }
  for (RowOrder* const order : orders) order->sort();
  OrderedRows all(query.plan());
  if (failed(all.begin(orders, aside))) return result;
  while (result.rows.size() < options.rows_max) {
    const Result<std::optional<std::string_view>> row = all.next();
    if (!row) result.failure = row.error().message;
    if (!row || !*row) break;
    result.rows.emplace_back(**row);
  }
  result.runs_of_runs = aside.runs().merged_count();
  return result;
}

// By a stable sort, so that positions need not be looked at.
std::vector<std::string> sorted(const Query& query, const std::vector<Row>& rows) {
  std::vector<const Row*> all;
  for (const Row& row : rows) all.push_back(&row);
  std::ranges::stable_sort(all, [&](const Row* a, const Row* b) {
    const std::vector<OrderKey>& keys = query.plan().order;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Datum& x = a->keys[i];
      const Datum& y = b->keys[i];
      const bool as_texts = (keys[i].collate || keys[i].numeric) && x.is(Type::string) && y.is(Type::string);
      const auto order = as_texts ? compare_text(x.string(), y.string(), {.is_lexical = keys[i].collate, .is_natural = keys[i].numeric}) : compare(x, y);
      if (order != 0) return keys[i].descending ? order > 0 : order < 0;
    }
    return false;
  });
  std::vector<std::string> texts;
  const auto limit = std::min<std::uint64_t>(all.size(), row_order_options(query, 0).rows_max);
  for (std::size_t i = 0; i < limit; ++i) texts.push_back(all[i]->text);
  return texts;
}

// `keys` for each row; one more is what RAND() would sort by.
std::vector<Row> random_rows(Random& random, Arena& arena, std::size_t keys, std::size_t count) {
  std::vector<Row> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < keys; ++k) rows[i].keys.push_back(random.one_in(3) ? Datum::of_integer(static_cast<std::int64_t>(random.below(5))) : random_datum(random, arena));
    rows[i].keys.push_back({});
    rows[i].text = "row " + std::to_string(i) + std::string(1, '\0') + std::string(random.below(random.one_in(50) ? 20'000 : 100), 'x');
  }
  return rows;
}

TEST(RowOrder, what_was_put_aside_comes_as_from_memory) {
  constexpr std::string_view queries[] = {
      "SELECT a FROM $input ORDER BY a",
      "SELECT a FROM $input ORDER BY a DESC",
      "SELECT a, b FROM $input ORDER BY a DESC, b",
      "SELECT a, b FROM $input ORDER BY a COLLATE, b DESC",
      "SELECT a FROM $input ORDER BY a NUMERIC DESC",
      "SELECT a FROM $input ORDER BY a COLLATE NUMERIC",
      "SELECT a FROM $input ORDER BY a LIMIT 40",
      "SELECT a, b FROM $input ORDER BY a, b DESC LIMIT 700 START 100",
      "SELECT a FROM $input ORDER BY a LIMIT 1",
      "SELECT a FROM $input ORDER BY a LIMIT 0",
  };
  Random random;
  for (const std::string_view text : queries) {
    const Query query = compiled(text);
    Arena arena;
    const std::vector<Row> rows = random_rows(random, arena, query.plan().order.size(), 1'500);
    const std::vector<std::string> expected = sorted(query, rows);
    for (const std::size_t workers : {1, 3}) {
      for (const std::size_t bytes : {std::size_t{1}, std::size_t{5'000}, std::size_t{60'000}, std::size_t{64 << 20}}) {
        const Ordered result = ordered(query, rows, {.workers = workers, .bytes_max = bytes, .limits = {.runs_max = 4}});
        EXPECT_EQ(result.failure, "");
        EXPECT_EQ(result.rows, expected) << text << ", " << workers << " workers, " << bytes << " bytes";
        if (bytes == 1 && !expected.empty()) EXPECT_GT(result.runs_of_runs, 0U) << text;
      }
    }
  }
}

std::vector<Row> rows_of_size(std::size_t count, const auto& key, const auto& bytes) {
  std::vector<Row> rows(count);
  for (std::size_t i = 0; i < count; ++i) rows[i] = {{Datum::of_integer(key(i)), {}}, std::to_string(i) + std::string(bytes(i), 'x')};
  return rows;
}

TEST(RowOrder, memory_is_bounded_with_any_limit) {
  constexpr std::size_t bytes_max = 1 << 20;
  for (const char* const limit : {"", " LIMIT 3", " LIMIT 1000", " LIMIT 6000", " LIMIT 19000", " LIMIT 1000000"}) {
    const Query query = compiled(std::string("SELECT a FROM $input ORDER BY a") + limit);
    // Each row comes before all others; rows of one size, and rows that grow.
    const auto falling = [](std::size_t i) { return -static_cast<std::int64_t>(i); };
    for (const auto& rows : {rows_of_size(20'000, falling, [](std::size_t) { return 100; }), rows_of_size(6'000, falling, [](std::size_t i) { return i; })}) {
      const Ordered result = ordered(query, rows, {.bytes_max = bytes_max, .limits = {.bytes_max = bytes_max}});
      EXPECT_EQ(result.failure, "");
      EXPECT_EQ(result.rows, sorted(query, rows)) << limit;
      EXPECT_LE(result.bytes_most, bytes_max) << limit;
    }
  }
}

TEST(RowOrder, random_order_gives_each_row_once) {
  const Query query = compiled("SELECT a FROM $input ORDER BY RAND()");
  Random random;
  std::vector<Row> rows;
  for (int i = 0; i < 2'000; ++i) rows.push_back({{Datum::of_integer(static_cast<std::int64_t>(random.bits()))}, std::to_string(i)});
  Ordered result = ordered(query, rows, {.workers = 2, .bytes_max = 4'000, .limits = {.runs_max = 5}});
  std::vector<std::string> given;
  for (const Row& row : rows) given.push_back(row.text);
  EXPECT_NE(result.rows, given);
  std::ranges::sort(result.rows);
  std::ranges::sort(given);
  EXPECT_EQ(result.rows, given);
}

TEST(RowOrder, ends_when_it_is_stopped) {
  std::stop_source stop;
  stop.request_stop();
  const Query query = compiled("SELECT a FROM $input ORDER BY a");
  const std::vector<Row> rows = rows_of_size(100, [](std::size_t i) { return static_cast<std::int64_t>(i); }, [](std::size_t) { return 1; });
  EXPECT_EQ(ordered(query, rows, {.bytes_max = 1, .limits = {.runs_max = 3, .stop = stop.get_token()}}).failure, "interrupted");
}

}  // namespace
}  // namespace millrace::surrealql::test
