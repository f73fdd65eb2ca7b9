// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/row_order.h"

#include <algorithm>
#include <cstring>
#include <utility>

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

namespace {

// All that ORDER BY names, and what RAND() sorts by.
std::size_t count_keys(const Plan& plan) { return plan.order.size() + (plan.order_random ? 1 : 0); }

// Keys that are arrays or objects are made anew beside it.
std::size_t memory_of(std::string_view record) { return 2 * record.size(); }

constexpr std::uint64_t rows_between_looks = 1024;

}  // namespace

RowsAside::RowsAside(const Plan& plan, RowOrderOptions options, MergeLimits limits)
    : runs_(limits, [&plan, rows_max = options.rows_max, stop = limits.stop](std::span<RunFile* const> from, RunFile& to) -> Result<void> {
        OrderedRows rows(plan);
        if (Result<void> begun = rows.begin(from); !begun) return begun;
        for (std::uint64_t count = 0; count < rows_max; ++count) {
          if (count % rows_between_looks == 0 && stop.stop_requested()) return fail(Code::interrupted, "interrupted");
          Result<const OrderedRows::Source*> source = rows.next_source();
          if (!source) return std::unexpected(std::move(source).error());
          if (*source == nullptr) break;
          if (Result<void> done = to.append((*source)->record, memory_of((*source)->record)); !done) return done;
        }
        return {};
      }) {}

RowOrder::RowOrder(const Plan& plan, RowOrderOptions options, RowsAside& aside)
    : plan_(plan), options_(options), key_count_(count_keys(plan)), before_(plan), aside_(aside) {}

const OrderedRow* RowOrder::copy(const OrderedRow& row) {
  Datum* const keys = arena_->allocate<Datum>(key_count_);
  std::transform(row.keys, row.keys + key_count_, keys, [&](const Datum& key) { return deep_copy(key, *arena_); });
  return arena_->make(OrderedRow{keys, row.position, arena_->copy(row.text)});
}

// With what the next row may need, when the vector grows.
std::size_t RowOrder::bytes() const {
  return arena_->bytes_used() + rows_.capacity() * sizeof(Kept) * (rows_.size() == rows_.capacity() ? 3 : 1);
}

Result<void> RowOrder::add(std::span<const Datum> keys, std::uint64_t position, std::string_view text) {
  const OrderedRow row{keys.data(), position, text};
  if (options_.rows_max == 0) return {};
  if (is_heap_) {
    if (before_(row, *rows_.front().row)) keep_first(row);
  } else {
    rows_.push_back({0, copy(row)});
    // A heap is for a few rows: dropping those that are not among them any more takes their memory twice.
    if (rows_.size() == options_.rows_max && bytes() <= options_.bytes_max / 4) {
      std::make_heap(rows_.begin(), rows_.end(), kept_before());
      kept_bytes_ = arena_->bytes_used();
      is_heap_ = true;
    }
  }
  return bytes() > options_.bytes_max ? put_aside() : Result<void>();
}

// In place of the last of those that are kept.
void RowOrder::keep_first(const OrderedRow& row) {
  std::pop_heap(rows_.begin(), rows_.end(), kept_before());
  rows_.back().row = copy(row);
  std::push_heap(rows_.begin(), rows_.end(), kept_before());
  const std::size_t used = arena_->bytes_used();
  if (used <= 2 * kept_bytes_ + ArenaOptions::piece_bytes && used <= options_.bytes_max / 2) return;
  compact();
  is_heap_ = kept_bytes_ <= options_.bytes_max / 4;  // rows may have become larger
}

// Drops the rows that are kept no more.
void RowOrder::compact() {
  const std::unique_ptr<Arena> before = std::exchange(arena_, std::make_unique<Arena>());
  for (Kept& kept : rows_) kept.row = copy(*kept.row);
  kept_bytes_ = arena_->bytes_used();
}

Result<void> RowOrder::put_aside() {
  sort();
  Result<RunFile> run = write();
  rows_.clear();
  arena_->reset();
  is_heap_ = false;
  return run ? aside_.add(std::move(*run)) : std::unexpected(std::move(run).error());
}

Result<RunFile> RowOrder::write() const {
  Result<RunFile> run = RunFile::create();
  if (!run) return run;
  std::string record;
  for (const Kept& kept : rows_) {
    record.assign(reinterpret_cast<const char*>(&kept.row->position), sizeof(kept.row->position));
    for (std::size_t i = 0; i < key_count_; ++i) append_stored(record, kept.row->keys[i]);
    record += kept.row->text;
    if (Result<void> done = run->append(record, memory_of(record)); !done) return std::unexpected(std::move(done).error());
  }
  if (Result<void> done = run->rewind(); !done) return std::unexpected(std::move(done).error());
  return run;
}

void RowOrder::sort() {
  const OrderKey* const first = plan_.order.empty() ? nullptr : &plan_.order.front();
  if (key_count_ > 0 && (first == nullptr || (!first->collate && !first->numeric))) {
    SortPrefix prefix;
    for (const Kept& kept : rows_) prefix.see(kept.row->keys[0]);
    const std::uint64_t turned = first != nullptr && first->descending ? ~std::uint64_t{0} : 0;
    for (Kept& kept : rows_) kept.prefix = prefix.of(kept.row->keys[0]) ^ turned;
  }
  std::sort(rows_.begin(), rows_.end(), [&](const Kept& a, const Kept& b) { return a.prefix != b.prefix ? a.prefix < b.prefix : before_(*a.row, *b.row); });
  if (rows_.size() > options_.rows_max) rows_.resize(options_.rows_max);
}

OrderedRows::OrderedRows(const Plan& plan) : plan_(plan), key_count_(count_keys(plan)), before_(plan) {}

Result<void> OrderedRows::begin(std::span<RowOrder* const> workers, RowsAside& aside) {
  for (const RowOrder* const worker : workers) sources_.push_back({.memory = worker});
  const Result<std::vector<RunFile*>> runs = aside.runs().to_merge();
  return runs ? begin(*runs) : std::unexpected(runs.error());
}

Result<void> OrderedRows::begin(std::span<RunFile* const> runs) {
  constexpr std::size_t piece_bytes = 4u << 10;
  for (RunFile* const run : runs) sources_.push_back({.run = run, .arena = std::make_unique<Arena>(ArenaOptions{.piece_bytes_min = piece_bytes})});
  return begin();
}

Result<void> OrderedRows::begin() {
  std::vector<std::uint8_t> is_there;
  for (Source& source : sources_) {
    const Result<bool> there = advance(source);
    if (!there) return std::unexpected(there.error());
    is_there.push_back(*there ? 1 : 0);
  }
  tree_.begin(sources_.size(), [&](std::size_t i) { return is_there[i] == 0; }, [&](std::size_t a, std::size_t b) { return before_(sources_[a].row, sources_[b].row); });
  return {};
}

// False at the source's end.
Result<bool> OrderedRows::advance(Source& source) {
  if (source.memory != nullptr) {
    if (source.at == source.memory->rows_.size()) return false;
    source.row = *source.memory->rows_[source.at++].row;
    return true;
  }
  Result<std::optional<std::string_view>> record = source.run->next();
  if (!record) return std::unexpected(std::move(record).error());
  if (!*record) return false;
  source.record = **record;
  std::string_view rest = source.record;
  source.arena->reset();
  std::memcpy(&source.row.position, rest.data(), sizeof(source.row.position));
  rest.remove_prefix(sizeof(source.row.position));
  Datum* const keys = source.arena->allocate<Datum>(key_count_);
  for (std::size_t i = 0; i < key_count_; ++i) keys[i] = read_stored(rest, *source.arena);
  source.row.keys = keys;
  source.row.text = rest;
  return true;
}

Result<const OrderedRows::Source*> OrderedRows::next_source() {
  if (std::exchange(has_given_, true) && !tree_.is_empty()) {
    const Result<bool> there = advance(sources_[tree_.first()]);
    if (!there) return std::unexpected(there.error());
    tree_.pass(!*there, [&](std::size_t a, std::size_t b) { return before_(sources_[a].row, sources_[b].row); });
  }
  return tree_.is_empty() ? nullptr : &sources_[tree_.first()];
}

Result<std::optional<std::string_view>> OrderedRows::next() {
  const Result<const Source*> source = next_source();
  if (!source) return std::unexpected(source.error());
  if (*source == nullptr) return std::nullopt;
  return (*source)->row.text;
}

}  // namespace millrace::surrealql
