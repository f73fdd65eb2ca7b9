// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/parallel_range.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/parallel/spread.h"
#include "millrace/parallel/ticks.h"

namespace millrace::parallel {
namespace {

// In ticks. Measured with bench/parallel on two cores (docs/decisions/0011).
struct Costs {
  double per_nanosecond = ticks_per_nanosecond();
  double judged = 1'000 * per_nanosecond;       // what a piece must take before the rest is judged by it
  double worthwhile = 30'000 * per_nanosecond;  // from here on the rest is shared: waking a core costs 5 to 30 µs
  double piece = 20'000 * per_nanosecond;       // after so long a worker looks whether to stop
  double dear = 10'000 * per_nanosecond;        // an element of this cost is not tried in sequence the next time
  double unstamped = 600 * per_nanosecond;      // what a call without a stamp may take
};

const Costs& costs() {
  static const Costs measured;
  return measured;
}

std::size_t workers_of(const ParallelOptions& options) {
  return options.workers_max == 0 ? core_count() : std::min(core_count(), options.workers_max);
}

// How many elements take `ticks`, at least one.
std::size_t elements_in(double ticks, double ticks_per_element) {
  const double count = ticks / std::max(ticks_per_element, 1e-3);
  return count < 1 ? 1 : static_cast<std::size_t>(std::min(count, 1e15));
}

// Pieces of many elements end at multiples of this, so that vector stores of the next one are aligned.
constexpr std::size_t aligned = 64;

// What a call without a stamp may run in sequence at most, should its elements be dear after all.
constexpr std::size_t unstamped_elements_max = 1024;
// Calls without a stamp between two that have some: so many that stamps are 3 % even of a call with a single element, and fewer where
// more elements would be taken for cheap by mistake.
constexpr std::uint32_t unstamped_calls_max = 128;
constexpr std::size_t few_elements = 64;

// A piece is never more than this part of what is left, as what comes later may be dearer; but for what seems to be done within a µs,
// where stamps would be felt.
constexpr std::size_t pieces_left = 8;

// How many elements come after a piece of `count` that took `taken`, of `left` that `workers` share.
std::size_t next_piece(std::size_t count, double taken, std::size_t left, std::size_t workers) {
  const double each = std::max(1.0, taken) / static_cast<double>(count);
  const std::size_t part = std::max(left / (pieces_left * workers), elements_in(costs().judged, each));
  return std::min({count * 2, elements_in(costs().piece, each), part});
}

std::size_t end_of_piece(std::size_t begin, std::size_t count, std::size_t end, std::size_t unit) {
  if (count >= end - begin) return end;
  if (unit == 1 && count >= aligned) unit = aligned;
  const std::size_t rounded = (begin + count) / unit * unit;
  return rounded > begin ? rounded : std::min(end, (begin / unit + 1) * unit);
}

// So many took so long in sequence.
void remember(CostMemo& memo, std::size_t measured, double taken) {
  const std::size_t cheap = elements_in(costs().unstamped, taken / static_cast<double>(measured));
  memo.unstamped_max = static_cast<std::uint32_t>(std::min({cheap, measured * 2, unstamped_elements_max}));
  memo.unstamped_calls = memo.unstamped_max <= few_elements ? unstamped_calls_max : unstamped_calls_max / 8;
}

// The rest of a call, shared by all cores.
class Shared {
 public:
  Shared(Rest rest, std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, std::size_t unit, bool is_recorded)
      : begin_(rest.begin),
        n_(n),
        work_(work),
        options_(options),
        memo_(memo),
        is_recorded_(is_recorded),
        workers_(workers_of(options)),
        unit_(unit == 1 && (n - rest.begin) / aligned >= 256 * workers_ ? aligned : unit),
        piece_(rest.ticks_per_element > 0 ? elements_in(costs().piece, rest.ticks_per_element) : 1) {}

  RangeOutcome run() {
    share();
    if (is_stopped_.load(std::memory_order_relaxed)) {  // what was thrown before says more than that not all was done
      return {error_ ? std::move(error_) : std::make_exception_ptr(Stopped()), begin_, begin_, std::move(done_)};
    }
    return {std::move(error_), failed_.load(std::memory_order_relaxed), begin_, std::move(done_)};
  }

 private:
  void share() {
    const std::size_t units = (n_ + unit_ - 1) / unit_ - begin_ / unit_;
    const std::int64_t first = ticks_now();
    next_.store(begin_, std::memory_order_relaxed);
    failed_.store(none, std::memory_order_release);
    try {
      spread(is_recorded_ ? std::min(units, workers_) : units, workers_, [](void* self, std::size_t begin, std::size_t end) noexcept {
        static_cast<Shared*>(self)->run_part(begin, end);
      }, this);
    } catch (...) {  // no memory, no thread
      fail(begin_, std::current_exception());
    }
    const std::size_t finished = finished_.load(std::memory_order_acquire);
    MILLRACE_ASSERT(error_ || is_stopped_.load(std::memory_order_relaxed) || finished == n_ - begin_);
    if (memo_.is_dear) {
      const double each = static_cast<double>(ticks_now() - first) * static_cast<double>(workers_) / static_cast<double>(n_ - begin_);
      memo_.is_dear = each >= costs().dear / 2;
    }
  }

  // Parts are counted in units, from the one that begin_ is in. This load and this sum order what the threads do: all that was
  // written before spread() is seen here, all that is written here is seen after it.
  void run_part(std::size_t begin, std::size_t end) noexcept {
    std::size_t done = 0;
    if (failed_.load(std::memory_order_acquire) > 0) {
      const std::size_t skipped = begin_ / unit_;
      done = is_recorded_ ? run_in_order() : run_leaf(std::max(begin_, (skipped + begin) * unit_), std::min(n_, (skipped + end) * unit_));
    }
    finished_.fetch_add(done, std::memory_order_release);
  }

  // What has to be undone after a failure is done from below, piece by piece, so that little is done above the failure and little is
  // left below it. (What has not is better done in parts: neighbours on different threads would wait for the same page.)
  std::size_t run_in_order() noexcept {
    std::size_t done = 0;
    Piece* record = nullptr;
    for (std::size_t piece = piece_; next_.load(std::memory_order_relaxed) < n_ && !stop_requested();) {
      piece = std::max(unit_, piece / unit_ * unit_);
      const std::size_t begin = next_.fetch_add(piece, std::memory_order_relaxed);
      if (begin >= n_ || failed_.load(std::memory_order_relaxed) <= begin) break;
      const std::size_t end = begin + std::min(piece, n_ - begin);
      if ((record == nullptr || record->end != begin) && !record_at(begin, record)) break;
      const std::int64_t first = ticks_now();
      if (!run_piece(begin, end)) break;
      record->end = end;
      done += end - begin;
      piece = next_piece(end - begin, static_cast<double>(ticks_now() - first), n_ - end, workers_);
    }
    return done;
  }

  std::size_t run_leaf(std::size_t begin, std::size_t end) noexcept {
    const std::size_t first = begin;
    if (failed_.load(std::memory_order_relaxed) <= begin || stop_requested()) return 0;
    std::size_t piece = std::min(piece_, std::max<std::size_t>(1, (end - begin) / pieces_left));
    std::int64_t last = ticks_now();
    while (begin < end) {
      const std::size_t next = end_of_piece(begin, piece, end, unit_);
      if (!run_piece(begin, next)) break;
      const std::size_t count = next - std::exchange(begin, next);
      if (begin == end || failed_.load(std::memory_order_relaxed) <= begin || stop_requested()) break;
      const std::int64_t now = ticks_now();
      piece = next_piece(count, static_cast<double>(now - last), end - begin, 1);
      last = now;
    }
    return begin - first;
  }

  bool run_piece(std::size_t begin, std::size_t end) noexcept {
    try {
      work_(begin, end);
      return true;
    } catch (...) {
      fail(begin, std::current_exception());
      return false;
    }
  }

  void fail(std::size_t at, std::exception_ptr error) noexcept {
    const std::lock_guard lock(mutex_);
    fail_locked(at, std::move(error));
  }
  void fail_locked(std::size_t at, std::exception_ptr error) noexcept {
    if (error_ && failed_.load(std::memory_order_relaxed) <= at) return;
    error_.swap(error);
    failed_.store(at, std::memory_order_release);
  }

  bool stop_requested() noexcept {
    if (!options_.stop.stop_requested()) return false;
    is_stopped_.store(true, std::memory_order_relaxed);
    return true;
  }

  // Made before the work, so that nothing is built of which nobody knows.
  bool record_at(std::size_t begin, Piece*& record) noexcept {
    const std::lock_guard lock(mutex_);
    try {
      record = &done_.emplace_front(begin, begin);
      return true;
    } catch (...) {
      fail_locked(begin, std::current_exception());
      return false;
    }
  }

  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  const std::size_t begin_;
  const std::size_t n_;
  const RangeFunction work_;
  const ParallelOptions& options_;
  CostMemo& memo_;
  const bool is_recorded_;
  const std::size_t workers_;
  const std::size_t unit_;   // elements of which parts are made
  const std::size_t piece_;  // elements to begin a part with

  std::atomic<std::size_t> failed_ = none;  // where the lowest piece begins that threw
  std::atomic<std::size_t> next_ = 0;       // from here on nobody has begun, where it is done in order
  std::atomic<std::size_t> finished_ = 0;   // elements done
  std::atomic<bool> is_stopped_ = false;    // something was left out
  std::mutex mutex_;                        // guards all below
  std::exception_ptr error_;
  std::forward_list<Piece> done_;
};

}  // namespace

double ticks_per_nanosecond() noexcept {
#if defined(__x86_64__)
  const auto sample = [] {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    const std::int64_t first = ticks_now();
    Clock::time_point end = begin;
    while (end - begin < std::chrono::microseconds(20)) end = Clock::now();
    const std::int64_t ticks = ticks_now() - first;
    return std::max(0.1, static_cast<double>(ticks) / static_cast<double>(std::chrono::nanoseconds(end - begin).count()));
  };
  // The middle of three: who is interrupted between the two clocks is far off.
  static const double measured = [&] {
    std::array<double, 3> samples{sample(), sample(), sample()};
    std::sort(samples.begin(), samples.end());
    return samples[1];
  }();
  return measured;
#else
  return 1;
#endif
}

Rest begin_range(std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, std::size_t unit, std::size_t& done) {
  const bool may_share = workers_of(options) > 1;
  if (n == 0 || (memo.is_dear && may_share)) return {};
  const Costs& known = costs();
  std::size_t piece = std::max<std::size_t>(1, memo.unstamped_max);
  const std::int64_t first = ticks_now();
  std::int64_t last = first;
  while (true) {
    const std::size_t end = end_of_piece(done, piece, n, unit);
    work(done, end);
    const std::size_t count = end - std::exchange(done, end);
    const std::int64_t now = ticks_now();
    const double taken = std::max<double>(1, static_cast<double>(now - last));
    const double each = taken / static_cast<double>(count);
    const bool is_worthwhile = may_share && taken >= known.judged && each * static_cast<double>(n - done) >= known.worthwhile;
    if (done == n || is_worthwhile) {
      memo.is_dear = is_worthwhile && each >= known.dear;
      remember(memo, done, static_cast<double>(now - first));
      return {done, each};
    }
    if (options.stop.stop_requested()) throw Stopped();
    piece = next_piece(count, taken, n - done, 1);
    last = now;
  }
}

RangeOutcome share_range(Rest rest, std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, std::size_t unit,
                         bool is_recorded) {
  return Shared(rest, n, work, options, memo, unit, is_recorded).run();
}

RangeOutcome try_range(std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, bool is_recorded) {
  std::size_t done = 0;
  Rest rest;
  try {
    rest = begin_range(n, work, options, memo, 1, done);
  } catch (...) {
    return {std::current_exception(), done, done, {}};
  }
  if (rest.begin == n) return {nullptr, n, n, {}};
  return share_range(rest, n, work, options, memo, 1, is_recorded);
}

void run_range(std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo* memo) {
  CostMemo nothing_known;
  const RangeOutcome outcome = try_range(n, work, options, memo != nullptr ? *memo : nothing_known, false);
  if (outcome.error) std::rethrow_exception(outcome.error);
}

void detail::throw_stopped() { throw Stopped(); }

}  // namespace millrace::parallel
