// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/row_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/text_compare.h"

namespace millrace::surrealql {

RowOrderOptions row_order_options(const Query& query, std::size_t bytes_max) {
  const std::uint64_t start = query.start();
  const std::uint64_t limit = query.limit();
  return {.rows_max = limit > UINT64_MAX - start ? UINT64_MAX : start + limit, .bytes_max = bytes_max};
}

bool RowBefore::operator()(const OrderedRow& a, const OrderedRow& b) const {
  for (std::size_t i = 0; i < plan_->order.size(); ++i) {
    const OrderKey& key = plan_->order[i];
    const Datum& x = a.keys[i];
    const Datum& y = b.keys[i];
    const bool as_texts = (key.collate || key.numeric) && x.is(Type::string) && y.is(Type::string);
    const auto order = as_texts ? compare_text(x.string(), y.string(), {.is_lexical = key.collate, .is_natural = key.numeric}) : compare(x, y);
    if (order != 0) return key.descending ? order > 0 : order < 0;
  }
  if (plan_->order_random) return a.keys[plan_->order.size()].integer() < b.keys[plan_->order.size()].integer();
  return a.position < b.position;
}

RowOrder::RowOrder(const Plan& plan, RowOrderOptions options, const TempFolder& folder, std::size_t worker)
    : plan_(plan), options_(options), folder_(folder), worker_(worker), before_(plan) {}

OrderedRow RowOrder::copy(std::span<const Datum> keys, std::uint64_t position, std::string_view text) {
  Datum* const kept = arena_->allocate<Datum>(keys.size());
  std::transform(keys.begin(), keys.end(), kept, [&](const Datum& key) { return deep_copy(key, *arena_); });
  return {kept, position, arena_->copy(text)};
}

Result<void> RowOrder::add(std::span<const Datum> keys, std::uint64_t position, std::string_view text) {
  if (rows_.size() == options_.rows_max) {
    const OrderedRow row{keys.data(), position, text};
    if (options_.rows_max > 0 && before_(row, rows_.front())) keep_first(row);
    return {};
  }
  rows_.push_back(copy(keys, position, text));
  if (rows_.size() == options_.rows_max) {
    std::make_heap(rows_.begin(), rows_.end(), before_);
    kept_bytes_ = arena_->bytes_used();
  }
  return bytes() > options_.bytes_max ? put_aside() : Result<void>();
}

// In place of the last of those that are kept.
void RowOrder::keep_first(const OrderedRow& row) {
  std::pop_heap(rows_.begin(), rows_.end(), before_);
  rows_.back() = copy({row.keys, plan_.order.size() + 1}, row.position, row.text);
  std::push_heap(rows_.begin(), rows_.end(), before_);
  if (arena_->bytes_used() > 2 * kept_bytes_ + Arena::piece_bytes) compact();
}

// Drops the rows that are kept no more.
void RowOrder::compact() {
  const std::unique_ptr<Arena> before = std::exchange(arena_, std::make_unique<Arena>());
  for (OrderedRow& row : rows_) row = copy({row.keys, plan_.order.size() + 1}, row.position, row.text);
  kept_bytes_ = arena_->bytes_used();
}

Result<void> RowOrder::put_aside() {
  std::sort(rows_.begin(), rows_.end(), before_);
  Result<RunFile> run = RunFile::create(folder_.file(fmt::format("order-{}-{}", worker_, runs_.size())));
  if (!run) return std::unexpected(std::move(run).error());
  std::string record;
  for (const OrderedRow& row : rows_) {
    record.assign(reinterpret_cast<const char*>(&row.position), sizeof(row.position));
    for (std::size_t i = 0; i <= plan_.order.size(); ++i) append_stored(record, row.keys[i]);
    record += row.text;
    if (Result<void> done = run->append(record); !done) return done;
  }
  if (Result<void> done = run->rewind(); !done) return done;
  runs_.push_back(std::move(*run));
  rows_.clear();
  arena_->reset();
  return {};
}

void RowOrder::sort() { std::sort(rows_.begin(), rows_.end(), before_); }

OrderedRows::OrderedRows(const Plan& plan, std::span<RowOrder* const> workers) : plan_(plan), before_(plan) {
  for (RowOrder* const worker : workers) {
    sources_.push_back({.memory = worker});
    for (RunFile& run : worker->runs_) sources_.push_back({.run = &run, .arena = std::make_unique<Arena>()});
  }
}

// False at the source's end.
Result<bool> OrderedRows::advance(Source& source) {
  if (source.memory != nullptr) {
    if (source.at == source.memory->rows_.size()) return false;
    source.row = source.memory->rows_[source.at++];
    return true;
  }
  Result<std::optional<std::string_view>> record = source.run->next();
  if (!record) return std::unexpected(std::move(record).error());
  if (!*record) return false;
  std::string_view rest = **record;
  source.arena->reset();
  std::memcpy(&source.row.position, rest.data(), sizeof(source.row.position));
  rest.remove_prefix(sizeof(source.row.position));
  Datum* const keys = source.arena->allocate<Datum>(plan_.order.size() + 1);
  for (std::size_t i = 0; i <= plan_.order.size(); ++i) keys[i] = read_stored(rest, *source.arena);
  source.row.keys = keys;
  source.row.text = rest;
  return true;
}

Result<std::optional<std::string_view>> OrderedRows::next() {
  const auto later = [&](std::size_t a, std::size_t b) { return before_(sources_[b].row, sources_[a].row); };
  const auto add = [&](std::size_t source) -> Result<void> {
    Result<bool> there = advance(sources_[source]);
    if (!there) return std::unexpected(std::move(there).error());
    if (!*there) return {};
    heap_.push_back(source);
    std::push_heap(heap_.begin(), heap_.end(), later);
    return {};
  };
  if (!std::exchange(begun_, true)) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (Result<void> done = add(i); !done) return std::unexpected(std::move(done).error());
    }
  }
  if (given_) {
    if (Result<void> done = add(*std::exchange(given_, std::nullopt)); !done) return std::unexpected(std::move(done).error());
  }
  if (heap_.empty()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  given_ = heap_.back();
  heap_.pop_back();
  return sources_[*given_].row.text;
}

}  // namespace millrace::surrealql
