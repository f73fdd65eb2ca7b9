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
// Nor need there be one for taking: with a third function,
//
//   [&](Made made) { write(std::move(made)); }               // in order, one call at a time, on whichever worker's thread
//
// the worker whose result was waited for takes it and those behind it that are ready, while they are in its cache and with no
// thread to be woken; wait_for() then tells when all are through.
//
// Threads: take(), take_for(), try_take() and wait_for() are called from one thread. None of the functions may throw: what can
// fail is part of an item. Each may call stop().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/telemetry/profile.h"

namespace millrace::parallel {

struct PipelineOptions {
  std::size_t workers = 2;
  std::size_t window = 4;  // at least 1; fewer than the workers leaves some idle
  std::string thread_name = "work";  // a number is added
};

template <typename Item, typename Made>
class OrderedPipeline {
 public:
  using Make = std::function<std::optional<Item>()>;
  using Work = std::function<Made(std::size_t worker, Item item)>;
  using Take = std::function<void(Made made)>;

  OrderedPipeline(PipelineOptions options, Make make, Work work, Take take = {})
      : window_(options.window),
        thread_name_(std::move(options.thread_name)),
        make_(std::move(make)),
        work_(std::move(work)),
        take_(std::move(take)),
        slots_(options.window) {
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
    next_is_ready_.wait(lock, [&] { return stopped_ || ready() || at_end(); });
    return take_locked();
  }
  // The same, but nothing when it is not there in time.
  std::optional<Made> take_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    next_is_ready_.wait_for(lock, time, [&] { return stopped_ || ready() || at_end(); });
    return take_locked();
  }
  // The same, but nothing when it is not there yet.
  std::optional<Made> try_take() {
    const std::lock_guard lock(mutex_);
    return take_locked();
  }
  // Where results are taken by the third function: whether the last was, or stop() was called, within that time.
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return next_is_ready_.wait_for(lock, time, [&] { return !is_taking_ && (stopped_ || at_end()); });
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
    notify_everyone();
  }

 private:
  bool ready() const { return slots_[taken_ % window_].has_value(); }
  bool at_end() const { return ended_ && taken_ == made_; }

  void notify_everyone() {
    next_is_ready_.notify_all();
    has_room_.notify_all();
  }

  std::optional<Made> take_locked() {
    if (stopped_ || !ready()) return std::nullopt;
    std::optional<Made> result = std::exchange(slots_[taken_ % window_], std::nullopt);
    ++taken_;
    has_room_.notify_one();  // one maker at a time waits
    return result;
  }

  // Waits for room, then makes one item, which gets the next number. Makers queue up at make_mutex_.
  std::optional<std::pair<std::size_t, Item>> make_next() {
    const std::lock_guard making(make_mutex_);
    {
      std::unique_lock lock(mutex_);
      has_room_.wait(lock, [&] { return stopped_ || ended_ || made_ - taken_ < window_; });
      if (stopped_ || ended_) return std::nullopt;
    }
    std::optional<Item> item = make_();
    const std::lock_guard lock(mutex_);
    if (!item) {
      ended_ = true;
      notify_everyone();
      return std::nullopt;
    }
    return std::pair(made_++, std::move(*item));
  }

  void run(std::size_t worker) {
    telemetry::name_thread(thread_name_ + " " + std::to_string(worker + 1));
    while (auto numbered = make_next()) {
      Made made = work_(worker, std::move(numbered->second));
      std::unique_lock lock(mutex_);
      slots_[numbered->first % window_] = std::move(made);
      if (take_) {
        take_ready(lock);
      } else if (numbered->first == taken_) {
        next_is_ready_.notify_one();  // one thread takes
      }
    }
  }

  // What is ready, in order, unless another worker is at it: that one sees what was added meanwhile.
  void take_ready(std::unique_lock<std::mutex>& lock) {
    if (is_taking_) return;
    is_taking_ = true;
    while (std::optional<Made> made = take_locked()) {
      lock.unlock();
      take_(std::move(*made));
      made.reset();
      lock.lock();
    }
    is_taking_ = false;
    if (stopped_ || at_end()) next_is_ready_.notify_all();
  }

  const std::size_t window_;
  const std::string thread_name_;
  const Make make_;
  const Work work_;
  const Take take_;

  std::mutex make_mutex_;
  std::mutex mutex_;  // guards all below
  std::condition_variable next_is_ready_;
  std::condition_variable has_room_;
  std::vector<std::optional<Made>> slots_;
  std::size_t made_ = 0;
  std::size_t taken_ = 0;
  bool ended_ = false;
  bool stopped_ = false;
  bool is_taking_ = false;

  std::vector<std::jthread> threads_;
};

}  // namespace millrace::parallel
