// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/committer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "millrace/gateway/drain_rate.h"
#include "millrace/gateway/lane_writer.h"
#include "millrace/gateway/removals.h"
#include "millrace/record/block_writer.h"
#include "millrace/telemetry/profile.h"

namespace millrace::gateway {
namespace {

using batch::Instant;
using std::chrono::steady_clock;

constexpr std::size_t id_bytes_max = 512;
constexpr std::size_t block_bytes_max = 8u << 20;  // then another one is begun
constexpr std::size_t spare_blocks_max = 16;
constexpr std::size_t spare_bytes_max = 1u << 20;  // of a block that is kept
constexpr std::size_t lanes_max = 256;             // tables that are kept in mind without work
constexpr std::chrono::milliseconds remove_again{50};
constexpr std::chrono::seconds ask_every{1};       // a store that is down
// A store that could not write may well answer what it is asked, as on a full disk. So nothing but a write shows that it can again;
// when none comes for so long, it counts as well, and the next client finds out.
constexpr std::chrono::seconds doubt_after_io{5};
constexpr std::chrono::seconds stop_patience{1};  // for what is left when nobody can be answered any more

struct Removal {
  std::string table;
  Instant give_up_at;
  std::vector<RecordId> ids;
  std::move_only_function<void(Result<bool>) noexcept> done;
};

}  // namespace

class Committer::Impl {
 public:
  Impl(store::Store& store, net::Loop& loop, CommitterOptions options)
      : store_(store), loop_(loop), options_(std::move(options)), encoding_(store.capabilities().encoding) {
    batcher_options_.limits = batch::starting_limits(store.capabilities());
    batcher_options_.retry.give_up_after = options_.store_wait;
    batcher_options_.retry.delay_max = std::chrono::milliseconds(500);
    batcher_options_.answered = [this] { wake(); };
    thread_ = std::thread([this] { run(); });
  }
  net::Loop& loop() { return loop_; }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  Result<void> add(std::string_view table, const RecordView& record, const Uuid* id, Ticket whom);
  void remove(std::string_view table, std::vector<RecordId> ids, std::move_only_function<void(Result<bool>) noexcept> done);
  bool is_empty() const { return queue_bytes_.load(std::memory_order_relaxed) == 0; }
  bool has_room() const { return queue_bytes_.load(std::memory_order_relaxed) < options_.queue_bytes_max; }
  bool has_room_for_streams() const { return queue_bytes_.load(std::memory_order_relaxed) < options_.queue_bytes_max / 4 * 3; }
  Pressure pressure() const;

 private:
  // ---- the givers' side: what waits for the committer
  struct Gathering {
    explicit Gathering(std::string_view table, Encoding encoding) : shape{.table = std::string(table)}, writer(shape, encoding, {}) {}
    RecordShape shape;
    BlockWriter writer;
    std::vector<Gathered> gathered;
    bool listed = false;
  };
  Gathering& gathering(std::string_view table);
  Block& open_block(Gathering& lane);
  void wake();

  // ---- the committer's side
  struct Work {
    std::vector<std::pair<std::string, std::vector<Gathered>>> gathered;
    std::vector<Removal> removals;
    bool stopping = false;
  };
  void run();
  void look_for_work();
  Work wait(Instant due);
  LaneWriter& lane(const std::string& table);
  Instant step_lanes();
  void abandon_lanes();
  void run_removals(std::vector<Removal> removals);
  void deliver(Events events);
  void tell_store(const Error* error);
  void ask_store();
  void recycle(Gathered gathered);

  store::Store& store_;
  net::Loop& loop_;
  const CommitterOptions options_;
  const Encoding encoding_;
  batch::BatcherOptions batcher_options_;

  std::mutex mutex_;  // guards the ones below
  std::condition_variable work_arrived_;
  std::map<std::string, Gathering, std::less<>> gatherings_;
  std::vector<Gathering*> listed_;  // with records
  std::vector<Gathered> spare_;
  std::vector<Removal> removals_;
  UuidSequence ids_;
  bool sleeping_ = false;
  bool stopping_ = false;

  std::atomic<bool> has_work_{false};
  std::atomic<std::size_t> queue_bytes_{0};
  std::atomic<std::size_t> records_gathered_{0};
  std::atomic<double> bytes_per_second_{0};
  std::atomic<bool> store_answers_{true};

  // The committer's own.
  std::map<std::string, LaneWriter, std::less<>> lanes_;
  DrainRate rate_;
  std::string table_asked_;
  Instant ask_at_{};           // not at once: a store that cannot write may well be read
  bool cannot_write_ = false;  // a disk failed
  std::vector<Removal> removed_later_;  // by a store that is busy
  bool stops_ = false;
  std::thread thread_;
};

// ---- giving

Committer::Impl::Gathering& Committer::Impl::gathering(std::string_view table) {
  const auto known = gatherings_.find(table);
  if (known != gatherings_.end()) return known->second;
  if (gatherings_.size() >= lanes_max) std::erase_if(gatherings_, [](const auto& lane) { return !lane.second.listed; });
  return gatherings_.try_emplace(std::string(table), table, encoding_).first->second;
}

Block& Committer::Impl::open_block(Gathering& lane) {
  if (!lane.gathered.empty() && lane.gathered.back().block->bytes.size() < block_bytes_max) return *lane.gathered.back().block;
  if (!spare_.empty()) {
    lane.gathered.push_back(std::move(spare_.back()));
    spare_.pop_back();
  } else {
    lane.gathered.push_back({std::make_unique<Block>(), std::make_unique<Tickets>()});
  }
  lane.gathered.back().block->encoding = encoding_;
  return *lane.gathered.back().block;
}

Result<void> Committer::Impl::add(std::string_view table, const RecordView& record, const Uuid* id, Ticket whom) {
  bool is_asleep = false;
  {
    const std::lock_guard lock(mutex_);
    Gathering& lane = gathering(table);
    Block& block = open_block(lane);
    const Uuid generated = id == nullptr ? ids_.next(Clock::system().now()) : *id;
    const InputSpan span{.id = &generated, .id_may_repeat = id != nullptr};
    if (Result<void> added = lane.writer.add(record, span, block); !added) return added;
    if (const Block::Entry& entry = block.entries.back(); entry.id_size > id_bytes_max) {
      const std::uint32_t size = entry.id_size;
      block.bytes.resize(entry.body_begin);
      block.id_text.resize(entry.id_begin);
      block.entries.pop_back();
      return fail(Code::invalid_id, fmt::format("id has {} bytes, and may have {} here: paths and cursors carry it", size, id_bytes_max));
    }
    lane.gathered.back().tickets->push_back(std::move(whom));
    queue_bytes_.fetch_add(queue_bytes(block.entries.back()), std::memory_order_relaxed);
    records_gathered_.store(records_gathered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // under the lock
    if (!std::exchange(lane.listed, true)) listed_.push_back(&lane);
    has_work_.store(true, std::memory_order_release);
    is_asleep = std::exchange(sleeping_, false);
  }
  if (is_asleep) work_arrived_.notify_one();
  return {};
}

void Committer::Impl::remove(std::string_view table, std::vector<RecordId> ids, std::move_only_function<void(Result<bool>) noexcept> done) {
  {
    const std::lock_guard lock(mutex_);
    removals_.push_back({std::string(table), steady_clock::now() + options_.store_wait, std::move(ids), std::move(done)});
  }
  wake();
}

void Committer::Impl::wake() {
  const std::lock_guard lock(mutex_);
  has_work_.store(true, std::memory_order_release);
  if (std::exchange(sleeping_, false)) work_arrived_.notify_one();
}

Pressure Committer::Impl::pressure() const {
  const std::size_t bytes = queue_bytes_.load(std::memory_order_relaxed);
  const double seconds = static_cast<double>(bytes) / std::max(bytes_per_second_.load(std::memory_order_relaxed), 1.0);
  return {.bytes = bytes,
          .records_gathered = records_gathered_.load(std::memory_order_relaxed),
          .bytes_max = options_.queue_bytes_max,
          .drains_in = std::chrono::seconds(static_cast<int>(std::clamp(seconds + 1, 1.0, 60.0))),
          .store_answers = store_answers_.load(std::memory_order_relaxed)};
}

// ---- committing

void Committer::Impl::run() {
  telemetry::name_thread("committer");
  for (Instant due = Instant::max(), stop_by = Instant::max();;) {
    Work work = wait(std::min(due, stop_by));
    if (work.stopping && stop_by == Instant::max()) stop_by = steady_clock::now() + stop_patience;
    for (auto& [table, gathered] : work.gathered) {
      LaneWriter& to = lane(table);
      for (Gathered& some : gathered) to.add(std::move(some));
    }
    due = step_lanes();
    if (steady_clock::now() >= stop_by) abandon_lanes();
    stops_ = work.stopping;
    std::ranges::move(std::exchange(removed_later_, {}), std::back_inserter(work.removals));
    const bool removes = !work.removals.empty();
    run_removals(std::move(work.removals));
    if (!removed_later_.empty()) due = std::min(due, steady_clock::now() + remove_again);
    const bool is_idle = std::ranges::all_of(lanes_, [](const auto& lane) { return lane.second.is_idle(); });
    if (work.stopping && is_idle && work.gathered.empty() && !removes) return;
    if (store_answers_ || !is_idle) continue;
    ask_store();
    due = std::min(due, ask_at_);
  }
}

// Whoever else wants this core gets it between two looks: with as many clients as cores, looking must not cost them theirs.
void Committer::Impl::look_for_work() {
  for (const Instant until = steady_clock::now() + options_.spin; steady_clock::now() < until; std::this_thread::yield()) {
    for (int look = 0; look < 16; ++look) {
      if (has_work_.load(std::memory_order_acquire)) return;
      __builtin_ia32_pause();
    }
  }
}

Committer::Impl::Work Committer::Impl::wait(Instant due) {
  if (due > steady_clock::now()) look_for_work();
  Work work;
  std::unique_lock lock(mutex_);
  if (!has_work_) {
    sleeping_ = true;
    const auto is_awake = [&] { return has_work_.load(); };
    if (due == Instant::max()) {
      work_arrived_.wait(lock, is_awake);
    } else {
      work_arrived_.wait_until(lock, due, is_awake);
    }
    sleeping_ = false;
  }
  has_work_ = false;
  records_gathered_ = 0;
  work.stopping = stopping_;
  for (Gathering* const lane : listed_) {
    work.gathered.emplace_back(lane->shape.table, std::exchange(lane->gathered, {}));
    lane->listed = false;
  }
  listed_.clear();
  work.removals = std::exchange(removals_, {});
  return work;
}

LaneWriter& Committer::Impl::lane(const std::string& table) {
  const auto known = lanes_.find(table);
  if (known != lanes_.end()) return known->second;
  if (lanes_.size() >= lanes_max) std::erase_if(lanes_, [](const auto& lane) { return lane.second.is_idle(); });
  return lanes_.try_emplace(table, store_, Lane{table}, batcher_options_).first->second;
}

Instant Committer::Impl::step_lanes() {
  Instant due = Instant::max();
  for (auto& [table, lane] : lanes_) {
    if (lane.is_idle()) continue;
    const std::uint64_t bytes_before = lane.bytes_settled();
    const std::uint64_t written_before = lane.records_written();
    Events events;
    const Result<Instant> next = lane.step(events);
    const std::size_t settled = lane.bytes_settled() - bytes_before;
    queue_bytes_.fetch_sub(settled, std::memory_order_relaxed);
    bytes_per_second_.store(rate_.settled(settled, steady_clock::now()), std::memory_order_relaxed);
    if (next) {
      due = std::min(due, *next);
      if (lane.records_written() != written_before) tell_store(nullptr);
    } else if (!is_of_the_table(next.error())) {
      table_asked_ = table;
      tell_store(&next.error());
    }
    deliver(std::move(events));
  }
  return due;
}

void Committer::Impl::abandon_lanes() {
  for (auto& [table, lane] : lanes_) {
    if (lane.is_idle()) continue;
    Events events;
    lane.abandon({Code::interrupted, "the gateway stops, and the store does not answer", {}}, events);
    deliver(std::move(events));
  }
}

void Committer::Impl::deliver(Events events) {
  if (events.empty()) return;
  loop_.post([this, events = std::move(events)]() mutable {
    for (Event& event : events) {
      if (event.done.block) recycle(std::move(event.done));
      for (std::size_t i = event.first; i < event.last; ++i) {
        const Ticket& ticket = (*event.tickets)[i];
        const std::optional<Timestamp> created_at = event.how == How::replayed ? event.created_at : event.block->entries[i].created_at;
        ticket.whom->settled(ticket.number, {event.how, event.block->id(i), created_at, event.error ? &*event.error : nullptr, event.id_is_taken});
      }
    }
  });
}

void Committer::Impl::recycle(Gathered gathered) {
  gathered.tickets->clear();
  if (gathered.block->bytes.capacity() > spare_bytes_max) return;
  gathered.block->clear();
  const std::lock_guard lock(mutex_);
  if (spare_.size() < spare_blocks_max) spare_.push_back(std::move(gathered));
}

void Committer::Impl::run_removals(std::vector<Removal> removals) {
  while (!removals.empty()) {
    const std::string table = removals.front().table;
    const auto others = std::ranges::stable_partition(removals, [&](const Removal& removal) { return removal.table == table; });
    std::vector<std::vector<RecordId>> keys;
    for (auto removal = removals.begin(); removal != others.begin(); ++removal) keys.push_back(std::move(removal->ids));
    std::vector<Result<bool>> outcomes = remove_records(store_, {table}, keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!outcomes[i] && is_retryable(outcomes[i].error().code) && steady_clock::now() < removals[i].give_up_at && !stops_) {
        removals[i].ids = std::move(keys[i]);
        removed_later_.push_back(std::move(removals[i]));
        continue;
      }
      if (!outcomes[i] && !is_of_the_table(outcomes[i].error()) && outcomes[i].error().code != Code::conflict) {
        table_asked_ = table;
        tell_store(&outcomes[i].error());
      }
      loop_.post([done = std::move(removals[i].done), outcome = std::move(outcomes[i])]() mutable { done(std::move(outcome)); });
    }
    removals.erase(removals.begin(), others.begin());
  }
}

// ---- a store that is down

void Committer::Impl::tell_store(const Error* error) {
  const bool answers = error == nullptr;
  if (!answers) {
    cannot_write_ = error->code == Code::io;
    ask_at_ = steady_clock::now() + (cannot_write_ ? doubt_after_io : ask_every);
  }
  if (store_answers_.exchange(answers) != answers && options_.store_changed) options_.store_changed(error);
}

void Committer::Impl::ask_store() {
  if (steady_clock::now() < ask_at_) return;
  ask_at_ = steady_clock::now() + ask_every;
  if (cannot_write_ || store_.get({table_asked_}, RecordId(std::string("millrace"))).has_value()) tell_store(nullptr);
}

// ---- Committer

Committer::Committer(store::Store& store, net::Loop& loop, CommitterOptions options)
    : impl_(std::make_unique<Impl>(store, loop, std::move(options))) {}

Committer::~Committer() {
  net::Loop& loop = impl_->loop();
  impl_->stop();
  loop.run([] {});  // what was delivered refers to us
}

Result<void> Committer::add(std::string_view table, const RecordView& record, const Uuid* id, Ticket whom) {
  return impl_->add(table, record, id, std::move(whom));
}

void Committer::remove(std::string_view table, std::vector<RecordId> ids, std::move_only_function<void(Result<bool>) noexcept> done) {
  impl_->remove(table, std::move(ids), std::move(done));
}

bool Committer::is_empty() const { return impl_->is_empty(); }
bool Committer::has_room_for_streams() const { return impl_->has_room_for_streams(); }
bool Committer::has_room() const { return impl_->has_room(); }
Pressure Committer::pressure() const { return impl_->pressure(); }

}  // namespace millrace::gateway
