// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/store_patience.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "millrace/pipeline/load_metrics.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause_first{100};
constexpr milliseconds pause_max{2'000};

std::string seconds_text(milliseconds time) { return fmt::format("{:g} s", std::chrono::duration<double>(time).count()); }

// True when the whole time has passed; false at once when the stop is requested.
bool sleep_for(milliseconds time, const std::stop_token& stop) {
  MILLRACE_PROFILE_SCOPE("wait for store");
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

bool StorePatience::pause_after(Error& error) {
  const bool may_pass = is_retryable(error.code) || error.code == Code::unknown_outcome;
  if (!may_pass) return false;
  const auto now = steady_clock::now();
  if (!since_) since_ = now;
  const auto left = std::chrono::ceil<milliseconds>(*since_ + wait_ - now);
  if (left <= milliseconds(0)) {
    if (wait_ > milliseconds(0)) error.message += fmt::format("; waited {} for the store (--wait)", seconds_text(wait_));
    return false;
  }
  if (!told_ && error.code != Code::conflict) {  // a conflict is an answer, and soon over
    told_ = true;
    show_store_answers(false);
    progress_.notice(waiting_words(error, wait_));
  }
  const auto whole = std::min(pause_max, pause_first * (1 << std::min(failures_++, 10)));
  const milliseconds pause(std::uniform_int_distribution(whole.count() / 2, whole.count())(random_));
  if (sleep_for(std::min(pause, left), stop_)) return true;
  error = {Code::interrupted, "interrupted while waiting for the store: " + error.message, {}};
  return false;
}

void StorePatience::answered() {
  show_store_answers(true);
  if (std::exchange(told_, false)) progress_.notice(answering_words());
  since_.reset();
  failures_ = 0;
}

std::string waiting_words(const Error& error, milliseconds wait) {
  return fmt::format("store does not answer: {}; waiting up to {}", error.message, seconds_text(wait));
}

std::string answering_words() { return "the store answers again"; }

}  // namespace millrace::pipeline
