// SPDX-License-Identifier: Apache-2.0
//
// An OrderedPipeline makes items one at a time, works on them side by side, and gives the results in the order in which
// the items were made.
//
//   OrderedPipeline<Slice, std::unique_ptr<Block>> pipeline(
//       {.workers = 2, .window = 4},
//       [&] { return next_slice(); },                       // under a lock: one call at a time, nothing at the end
//       [&](std::size_t worker, Slice slice) { return decode(worker, std::move(slice)); });
//   while (auto block = pipeline.take()) write(std::move(*block));
//
// There is no thread for making: a worker that is free makes its own next item. Back-pressure: at most `window` items are
// made and not yet taken, so that a slow taker slows the input.
//
// Threads: take() and try_take() are called from one thread. Neither function may throw: what can fail is part of an item.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "millrace/base/assert.h"

namespace millrace::parallel {

struct PipelineOptions {
  std::size_t workers = 2;
  std::size_t window = 4;  // at least 1; fewer than the workers leaves some idle
};

template <typename Item, typename Made>
class OrderedPipeline {
 public:
  using Make = std::function<std::optional<Item>()>;
  using Work = std::function<Made(std::size_t worker, Item item)>;

  OrderedPipeline(PipelineOptions options, Make make, Work work)
      : window_(options.window), make_(std::move(make)), work_(std::move(work)), slots_(options.window) {
    MILLRACE_ASSERT(options.workers > 0 && options.window > 0);
    for (std::size_t i = 0; i < options.workers; ++i) threads_.emplace_back([this, i] { run(i); });  // not noexcept: base/uncaught_exception.h
  }
  ~OrderedPipeline() {
    stop();
    threads_.clear();
  }
  OrderedPipeline(const OrderedPipeline&) = delete;
  OrderedPipeline& operator=(const OrderedPipeline&) = delete;

  // The next result in order; waits for it. Nothing once all were taken, or after stop().
  std::optional<Made> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || ready() || at_end(); });
    return take_locked();
  }
  // The same, but nothing when it is not there in time.
  std::optional<Made> take_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [&] { return stopped_ || ready() || at_end(); });
    return take_locked();
  }
  // The same, but nothing when it is not there yet.
  std::optional<Made> try_take() {
    const std::lock_guard lock(mutex_);
    return take_locked();
  }
  // True when take() would give nothing and not wait.
  bool ended() {
    const std::lock_guard lock(mutex_);
    return stopped_ || at_end();
  }
  // Makes no further item; what is being worked on is dropped.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  bool ready() const { return slots_[taken_ % window_].has_value(); }
  bool at_end() const { return ended_ && taken_ == made_; }

  std::optional<Made> take_locked() {
    if (stopped_ || !ready()) return std::nullopt;
    std::optional<Made> result = std::exchange(slots_[taken_ % window_], std::nullopt);
    ++taken_;
    changed_.notify_all();
    return result;
  }

  // Waits for room, then makes one item, which gets the next number. Makers queue up at make_mutex_.
  std::optional<std::pair<std::size_t, Item>> make_next() {
    const std::lock_guard making(make_mutex_);
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopped_ || ended_ || made_ - taken_ < window_; });
      if (stopped_ || ended_) return std::nullopt;
    }
    std::optional<Item> item = make_();
    const std::lock_guard lock(mutex_);
    if (!item) {
      ended_ = true;
      changed_.notify_all();
      return std::nullopt;
    }
    return std::pair(made_++, std::move(*item));
  }

  void run(std::size_t worker) {
    while (auto numbered = make_next()) {
      Made made = work_(worker, std::move(numbered->second));
      const std::lock_guard lock(mutex_);
      slots_[numbered->first % window_] = std::move(made);
      changed_.notify_all();
    }
  }

  const std::size_t window_;
  const Make make_;
  const Work work_;

  std::mutex make_mutex_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<std::optional<Made>> slots_;
  std::size_t made_ = 0;
  std::size_t taken_ = 0;
  bool ended_ = false;
  bool stopped_ = false;

  std::vector<std::jthread> threads_;
};

}  // namespace millrace::parallel
