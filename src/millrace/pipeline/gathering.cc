// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/gathering.h"

#include <algorithm>
#include <utility>

#include "millrace/surrealql/limits.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {

using surrealql::Datum;
using surrealql::Selector;

namespace {

constexpr std::size_t text_kept_max = 4u << 20;

}  // namespace

Gathering::Worker::Worker(Gathering& job) : job_(job), row_keys_(job.query_.plan().order.size() + 1) {
  const surrealql::Query& query = job.query_;
  if (query.is_grouped()) {
    groups_.emplace(query.plan());
  } else {
    order_.emplace(query.plan(), surrealql::row_order_options(query, job.share_bytes_), job.rows_aside_);
  }
}

std::optional<std::size_t> Gathering::Worker::add(Selector& selector, std::uint64_t position, std::string_view head) {
  if (groups_) return add_record(selector, position) ? std::optional<std::size_t>(1) : std::nullopt;
  return add_rows(selector, position, head);
}

bool Gathering::Worker::add_record(Selector& selector, std::uint64_t position) {
  if (!groups_->add(selector.machine(), position)) return false;
  if (groups_->bytes() > job_.share_bytes_ && !job_.failure()) job_.note(job_.groups_aside_.put(*groups_));
  return true;
}

// What is kept cannot be taken back: first all rows are made.
std::optional<std::size_t> Gathering::Worker::add_rows(Selector& selector, std::uint64_t position, std::string_view head) {
  const std::size_t rows = selector.row_count();
  text_.clear();
  all_keys_.clear();
  row_ends_.clear();
  for (std::size_t i = 0; i < rows; ++i) {
    if (selector.row_at(i) != surrealql::Selected::row) return std::nullopt;
    text_ += head;
    if (!job_.form_(selector, text_)) return std::nullopt;
    surrealql::check_written(text_);
    selector.order_keys(row_keys_);
    if (selector.machine().evaluation().failed()) return std::nullopt;
    all_keys_.insert(all_keys_.end(), row_keys_.begin(), row_keys_.end());
    row_ends_.push_back(text_.size());
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<const Datum> keys(all_keys_.data() + i * row_keys_.size(), row_keys_.size());
    const std::string_view row = std::string_view(text_).substr(begin, row_ends_[i] - begin);
    if (Result<void> done = order_->add(keys, position + i, row); !done) job_.note(std::move(done));
    begin = row_ends_[i];
  }
  if (text_.capacity() > text_kept_max) text_ = {};
  return rows;
}

Gathering::Gathering(const surrealql::Query& query, RowForm form, Options options)
    : query_(query),
      form_(std::move(form)),
      share_bytes_(options.memory_bytes / (options.workers + (query.is_grouped() && query.is_ordered() ? 2 : 1))),
      stop_(options.stop),
      groups_aside_(query.plan(), {.bytes_max = share_bytes_, .stop = options.stop}),
      rows_aside_(query.plan(), surrealql::row_order_options(query, share_bytes_), {.bytes_max = share_bytes_, .stop = options.stop}) {
  for (std::size_t i = 0; i <= options.workers; ++i) workers_.push_back(std::make_unique<Worker>(*this));
}

void Gathering::note(Result<void> done) {
  const std::lock_guard lock(mutex_);
  if (!done && !failure_) failure_ = std::move(done).error();
}

std::optional<Error> Gathering::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Result<void> Gathering::rows(const Take& take) {
  if (query_.is_grouped()) return grouped_rows(take);
  std::vector<surrealql::RowOrder*> orders;
  for (const auto& worker : workers_) orders.push_back(&*worker->order_);
  return ordered_rows(orders, take);
}

// Groups are merged in the order of their keys, which is that of the output unless the query sorts them.
Result<void> Gathering::grouped_rows(const Take& take) {
  MILLRACE_PROFILE_SCOPE("groups");
  const surrealql::Plan& plan = query_.plan();
  std::vector<surrealql::GroupTable*> tables;
  for (const auto& worker : workers_) tables.push_back(&*worker->groups_);
  surrealql::MergedGroups groups(plan, groups_aside_.group_bytes_max());
  if (Result<void> begun = groups.begin(tables, groups_aside_); !begun) return begun;
  const surrealql::GroupLayout layout(plan);
  Selector selector(query_);
  std::optional<surrealql::RowOrder> order;
  if (query_.is_ordered()) order.emplace(plan, surrealql::row_order_options(query_, share_bytes_), rows_aside_);
  surrealql::Arena arena;
  std::vector<Datum> given(plan.keys.size() + plan.aggregates.size());
  std::vector<Datum> order_keys(plan.order.size() + 1);
  std::string row;
  std::uint64_t number = 0;
  bool wants_more = true;
  const auto add = [&](const surrealql::Group& group) -> Result<void> {
    arena.reset();
    std::copy_n(group.keys, plan.keys.size(), given.begin());
    layout.values(group.state, given.data() + plan.keys.size(), arena);
    selector.select_group(given);
    row.clear();
    if (!form_(selector, row)) return fail(Code::invalid_record, selector.failure());
    if (!order) {
      wants_more = take(row);
      return {};
    }
    selector.order_keys(order_keys);
    return order->add(order_keys, number, row);
  };
  for (; wants_more; ++number) {
    if (stop_.stop_requested()) return fail(Code::interrupted, "interrupted");
    Result<std::optional<surrealql::Group>> group = groups.next();
    if (!group) return std::unexpected(std::move(group).error());
    if (!*group) break;
    surrealql::Evaluation& evaluation = selector.machine().evaluation();
    Result<void> added = surrealql::within_limits(evaluation, [&] { return add(**group); });
    if (evaluation.failed()) return fail(Code::too_large, "a group's row: " + evaluation.failure);
    if (!added) return added;
  }
  if (number == 0 && plan.keys.empty()) {  // GROUP ALL of nothing is a group, too
    std::vector<std::max_align_t> state(layout.bytes() / sizeof(std::max_align_t) + 1);
    layout.begin(reinterpret_cast<std::byte*>(state.data()));
    if (Result<void> added = add({given.data(), reinterpret_cast<std::byte*>(state.data())}); !added) return added;
  }
  return order ? ordered_rows({&*order}, take) : Result<void>();
}

Result<void> Gathering::ordered_rows(const std::vector<surrealql::RowOrder*>& orders, const Take& take) {
  MILLRACE_PROFILE_SCOPE("order");
  for (surrealql::RowOrder* const order : orders) order->sort();
  surrealql::OrderedRows rows(query_.plan());
  if (Result<void> begun = rows.begin(orders, rows_aside_); !begun) return begun;
  for (;;) {
    if (stop_.stop_requested()) return fail(Code::interrupted, "interrupted");
    Result<std::optional<std::string_view>> row = rows.next();
    if (!row) return std::unexpected(std::move(row).error());
    if (!*row || !take(**row)) return {};
  }
}

}  // namespace millrace::pipeline
