// SPDX-License-Identifier: Apache-2.0
//
// Waits for a store that does not answer when a job wants to begin: tries again, with growing, random pauses, for as long as
// --wait says, and tells the user once when the waiting begins and once when it has paid.
//
//   StorePatience patience(options.wait, stop, progress);
//   Result<std::unique_ptr<Store>> store = patience.until_it_answers([&] { return open_store(url, {}); });
//
// What waiting does not mend (a wrong password, a bad URL, a layout that is refused) is given back at once; so is `interrupted`
// after a stop.
#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include "millrace/base/result.h"
#include "millrace/pipeline/report.h"

namespace millrace::pipeline {

class StorePatience {
 public:
  StorePatience(std::chrono::milliseconds wait, std::stop_token stop, Progress& progress)
      : wait_(wait), stop_(std::move(stop)), progress_(progress) {}

  template <typename Attempt>
  auto until_it_answers(Attempt attempt) {
    for (;;) {
      auto result = attempt();
      if (result) {
        answered();
      } else if (pause_after(result.error())) {
        continue;
      }
      return result;
    }
  }

 private:
  // False when there is no more waiting; the error then says so.
  bool pause_after(Error& error);
  void answered();

  const std::chrono::milliseconds wait_;
  const std::stop_token stop_;
  Progress& progress_;
  std::optional<std::chrono::steady_clock::time_point> since_;  // the first failure
  bool told_ = false;
  int failures_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

// "store does not answer: …; waiting up to 60 s", "the store answers again"
std::string waiting_words(const Error& error, std::chrono::milliseconds wait);
std::string answering_words();

}  // namespace millrace::pipeline
