// SPDX-License-Identifier: Apache-2.0
//
// A Loop is one thread that waits for sockets and timers and runs what they bring.
//
//   net::Loop loop;
//   loop.post([&] { … });              // runs on the loop's thread, after what was posted before it
//
// Threads: post(), run() and is_current() may be called from any thread; sockets and timers live on the loop's own. The
// destructor finishes the task that is running, drops the others and joins. A task does not throw.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace millrace::net {

class Loop {
 public:
  using Task = std::move_only_function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void post(Task task);
  // Runs the task on the loop's thread and returns when it is done; in place when called from there.
  void run(Task task);
  bool is_current() const;
  // For so long from now the loop looks for work again and again, giving way to whoever else wants the core, in place of sleeping:
  // where the next thing comes soon and somebody waits for it, waking costs more than it. On the loop's thread.
  void stay_awake(std::chrono::microseconds time);

  struct Impl;  // loop_impl.h
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Runs a task once, after a while, unless it is started anew, cancelled or destroyed before.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;

  void start(std::chrono::milliseconds delay, Loop::Task task);
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::net
