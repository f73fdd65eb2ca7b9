// SPDX-License-Identifier: Apache-2.0
#include "query_run.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include "millrace/base/file.h"
#include "millrace/decode/row_reader.h"
#include "millrace/decode/splitter.h"
#include "millrace/record/field_type.h"
#include "millrace/record/json.h"
#include "millrace/surrealql/group_merge.h"
#include "millrace/surrealql/group_table.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/query.h"
#include "millrace/surrealql/row_order.h"
#include "millrace/surrealql/selector.h"
#include "support/json_match.h"
#include "typed_text.h"

namespace millrace::testing {
namespace {

using surrealql::Datum;
using surrealql::Query;
using surrealql::Selected;
using surrealql::Selector;

// Rows that SPLIT makes of a record lie between it and the next.
constexpr std::uint64_t rows_between = 1 << 20;

decode::Slice slice_of(const std::string& text) {
  decode::Slice slice;
  slice.chunk = Chunk(text.size());
  std::memcpy(slice.chunk.data(), text.data(), text.size());
  slice.chunk.set_size(text.size());
  slice.bytes_taken = text.size();
  slice.record_bytes_max = 16u << 20;
  return slice;
}

// What JSON says of a row is what the row is, whichever way it is written.
std::string json_defect(Selector& selector) {
  std::string fast;
  std::string whole;
  selector.append_json(fast);
  append_json(whole, selector.row());
  return same_json(fast, whole) ? "" : "append_json() says " + fast + " of " + whole;
}

std::string typed_row(Selector& selector, std::string& defect) {
  std::string text;
  append_typed(text, selector.row(), selector.machine().evaluation());
  if (defect.empty()) defect = json_defect(selector);
  return text;
}

struct Worker {
  Worker(Query of, std::vector<std::size_t> numbers_of) : query(std::move(of)), numbers(std::move(numbers_of)), selector(query) {}

  Query query;
  std::vector<std::size_t> numbers;  // of its records
  Selector selector;
  std::unique_ptr<surrealql::GroupTable> groups;
  std::unique_ptr<surrealql::RowOrder> order;
};

class Run {
 public:
  Run(const std::vector<InputRecord>& records, const RunOptions& options) : records_(records), options_(options), rows_of_(records.size()) {}

  Answer run(std::string_view text) {
    if (!make_workers(text)) return std::move(answer_);
    for (const auto& worker : workers_) work(*worker);
    const Query& query = workers_.front()->query;
    if (query.is_grouped()) {
      take_groups(query);
    } else if (query.is_ordered()) {
      std::vector<surrealql::RowOrder*> orders;
      for (const auto& worker : workers_) orders.push_back(worker->order.get());
      take_ordered(query, orders);
    } else {
      for (auto& rows : rows_of_) std::ranges::move(rows, std::back_inserter(answer_.rows));
    }
    cut(query);
    std::ranges::sort(answer_.rejects, {}, &Reject::record);
    return std::move(answer_);
  }

 private:
  bool make_workers(std::string_view text) {
    std::map<std::pair<std::string, std::size_t>, std::vector<std::size_t>> dealt;
    dealt[{"", 0}];  // the query is checked without records, too
    for (std::size_t i = 0; i < records_.size(); ++i) dealt[{records_[i].types, i % options_.workers}].push_back(i);
    for (auto& [key, numbers] : dealt) {
      Result<TypeRules> types = key.first.empty() ? TypeRules{} : parse_type_rules(key.first);
      if (!types) return refuse(types.error());
      Result<Query> query = Query::compile(text, {}, *types);
      if (!query) return refuse(query.error());
      auto& worker = *workers_.emplace_back(std::make_unique<Worker>(std::move(*query), std::move(numbers)));
      const surrealql::Plan& plan = worker.query.plan();
      if (worker.query.is_grouped()) {
        worker.groups = std::make_unique<surrealql::GroupTable>(plan);
      } else if (worker.query.is_ordered()) {
        worker.order = std::make_unique<surrealql::RowOrder>(plan, surrealql::row_order_options(worker.query, options_.bytes), rows_aside());
      }
    }
    return true;
  }

  bool refuse(const Error& error) {
    answer_.refused = error.message.empty() ? "refused without a word" : error.message;
    return false;
  }

  void work(Worker& worker) {
    std::string text = options_.as_array ? "[" : "";
    for (const std::size_t number : worker.numbers) {
      text += records_[number].json;
      text += options_.as_array ? number == worker.numbers.back() ? "]" : ", " : "\n";
    }
    if (worker.numbers.empty() && options_.as_array) text = "[]";
    const decode::Slice slice = slice_of(text);
    const decode::Format format = options_.as_array ? decode::Format::json : decode::Format::ndjson;
    decode::RowReader reader(format, worker.query.paths(), {.strict = options_.strict, .needs_text = worker.query.needs_text()});
    reader.open(slice);
    decode::FoundRow found;
    std::size_t read = 0;
    while (reader.next(found) && read < worker.numbers.size()) add(worker, found, worker.numbers[read++]);
    if (read != worker.numbers.size()) note("the reader found " + std::to_string(read) + " of " + std::to_string(worker.numbers.size()) + " records");
  }

  void add(Worker& worker, const decode::FoundRow& found, std::size_t number) {
    if (found.error) return reject(number, found.error->message);
    Selector& selector = worker.selector;
    Selected selected = selector.select(found.row);
    if (selected == Selected::failed) return reject(number, selector.failure());
    if (selected == Selected::filtered) return;
    if (worker.groups) return add_to_group(worker, number);
    std::vector<std::string> rows;
    std::vector<Datum> keys(worker.query.plan().order.size() + 1);
    for (std::size_t i = 0; i < selector.row_count(); ++i) {
      if (selector.row_at(i) != Selected::row) return reject(number, selector.failure());
      surrealql::within_limits(selector.machine().evaluation(), [&] { rows.push_back(typed_row(selector, answer_.defect)); });
      if (!selector.failure().empty()) return reject(number, selector.failure());
      if (!worker.order) continue;
      selector.order_keys(keys);
      if (!selector.failure().empty()) return reject(number, selector.failure());
      if (const Result<void> done = worker.order->add(keys, number * rows_between + i, rows.back()); !done) note(done.error().message);
    }
    rows_of_[number] = std::move(rows);
  }

  void add_to_group(Worker& worker, std::size_t number) {
    if (!worker.groups->add(worker.selector.machine(), number * rows_between)) return reject(number, worker.selector.failure());
    if (worker.groups->bytes() <= options_.bytes) return;
    if (const Result<void> done = groups_aside().put(*worker.groups); !done) note(done.error().message);
  }

  void take_groups(const Query& query) {
    const surrealql::Plan& plan = query.plan();
    std::vector<surrealql::GroupTable*> tables;
    for (const auto& worker : workers_) tables.push_back(worker->groups.get());
    surrealql::MergedGroups groups(plan, groups_aside().group_bytes_max());
    if (const Result<void> begun = groups.begin(tables, groups_aside()); !begun) return note(begun.error().message);
    const surrealql::GroupLayout layout(plan);
    Selector selector(query);
    std::unique_ptr<surrealql::RowOrder> order;
    if (query.is_ordered()) order = std::make_unique<surrealql::RowOrder>(plan, surrealql::row_order_options(query, options_.bytes), rows_aside());
    surrealql::Arena arena;
    std::vector<Datum> given(plan.keys.size() + plan.aggregates.size());
    std::vector<Datum> keys(plan.order.size() + 1);
    std::uint64_t number = 0;
    const auto add = [&](const surrealql::Group& group) {
      arena.reset();
      std::copy_n(group.keys, plan.keys.size(), given.begin());
      layout.values(group.state, given.data() + plan.keys.size(), arena);
      selector.select_group(given);
      answer_.rows.push_back(typed_row(selector, answer_.defect));
      if (!order) return;
      selector.order_keys(keys);
      if (const Result<void> done = order->add(keys, number, answer_.rows.back()); !done) note(done.error().message);
    };
    for (;; ++number) {
      const Result<std::optional<surrealql::Group>> group = groups.next();
      if (!group) return note(group.error().message);
      if (!*group) break;
      surrealql::within_limits(selector.machine().evaluation(), [&] { add(**group); });
      if (!selector.failure().empty()) return note("a group's row: " + selector.failure());
    }
    if (number == 0 && plan.keys.empty()) {  // GROUP ALL of nothing is a group, too
      std::vector<std::max_align_t> state(layout.bytes() / sizeof(std::max_align_t) + 1);
      layout.begin(reinterpret_cast<std::byte*>(state.data()));
      add({given.data(), reinterpret_cast<std::byte*>(state.data())});
    }
    if (!order) return;
    answer_.rows.clear();
    take_ordered(query, {order.get()});
  }

  void take_ordered(const Query& query, const std::vector<surrealql::RowOrder*>& orders) {
    for (surrealql::RowOrder* const order : orders) order->sort();
    surrealql::OrderedRows rows(query.plan());
    if (const Result<void> begun = rows.begin(orders, rows_aside()); !begun) return note(begun.error().message);
    for (;;) {
      const Result<std::optional<std::string_view>> row = rows.next();
      if (!row) return note(row.error().message);
      if (!*row) return;
      answer_.rows.emplace_back(**row);
    }
  }

  void cut(const Query& query) {
    std::vector<std::string>& rows = answer_.rows;
    const std::size_t skipped = std::min<std::uint64_t>(query.start(), rows.size());
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(skipped));
    if (rows.size() > query.limit()) rows.resize(query.limit());
  }

  void reject(std::size_t record, std::string reason) { answer_.rejects.push_back({record, std::move(reason)}); }
  void note(std::string defect) {
    if (answer_.defect.empty()) answer_.defect = std::move(defect);
  }

  // With few runs at a time, so that they are merged in several passes. Keys and order are the same in each worker's plan.
  static surrealql::MergeLimits limits() { return {.runs_max = 4}; }
  surrealql::GroupsAside& groups_aside() {
    if (!groups_aside_) groups_aside_.emplace(workers_.front()->query.plan(), limits());
    return *groups_aside_;
  }
  surrealql::RowsAside& rows_aside() {
    const Query& query = workers_.front()->query;
    if (!rows_aside_) rows_aside_.emplace(query.plan(), surrealql::row_order_options(query, options_.bytes), limits());
    return *rows_aside_;
  }

  const std::vector<InputRecord>& records_;
  const RunOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<surrealql::GroupsAside> groups_aside_;
  std::optional<surrealql::RowsAside> rows_aside_;
  std::vector<std::vector<std::string>> rows_of_;
  Answer answer_;
};

}  // namespace

Answer run_query(std::string_view query, const std::vector<InputRecord>& records, const RunOptions& options) { return Run(records, options).run(query); }

}  // namespace millrace::testing
