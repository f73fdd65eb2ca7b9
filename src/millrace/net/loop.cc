// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <semaphore>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/net/loop_impl.h"
#include "millrace/telemetry/profile.h"

namespace millrace::net {

namespace asio = boost::asio;

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([this] {  // not noexcept: base/uncaught_exception.h
    telemetry::name_thread("net");
    impl_->run();
  });
}

void Loop::Impl::run() {
  while (context.run_one() != 0) {
    while (std::chrono::steady_clock::now() < awake_until && !context.stopped()) {
      if (context.poll() == 0) std::this_thread::yield();
    }
  }
}

void Loop::stay_awake(std::chrono::microseconds time) { impl_->awake_until = std::chrono::steady_clock::now() + time; }

Loop::~Loop() {
  MILLRACE_ASSERT(!is_current());
  impl_->context.stop();
  impl_->thread.join();
}

void Loop::post(Task task) { asio::post(impl_->context, std::move(task)); }

void Loop::run(Task task) {
  if (is_current()) return task();
  std::binary_semaphore done(0);
  post([&] {
    task();
    done.release();
  });
  done.acquire();
}

bool Loop::is_current() const { return std::this_thread::get_id() == impl_->thread.get_id(); }

struct Timer::Impl {
  explicit Impl(asio::io_context& context) : timer(context) {}

  void clear() {
    ++round;  // a handler that is already queued belongs to an earlier round
    timer.cancel();
    task = nullptr;
  }

  asio::steady_timer timer;
  Loop::Task task;
  std::uint64_t round = 0;
};

Timer::Timer(Loop& loop) : impl_(std::make_shared<Impl>(loop.impl().context)) {}
Timer::~Timer() { cancel(); }
Timer::Timer(Timer&&) noexcept = default;

Timer& Timer::operator=(Timer&& other) noexcept {
  cancel();
  impl_ = std::move(other.impl_);
  return *this;
}

void Timer::start(std::chrono::milliseconds delay, Loop::Task task) {
  impl_->clear();
  impl_->task = std::move(task);
  impl_->timer.expires_after(delay);
  impl_->timer.async_wait([impl = impl_, round = impl_->round](boost::system::error_code error) {
    if (error || round != impl->round) return;
    Loop::Task due = std::exchange(impl->task, nullptr);
    due();
  });
}

void Timer::cancel() {
  if (impl_) impl_->clear();
}

}  // namespace millrace::net
