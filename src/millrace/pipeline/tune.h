// SPDX-License-Identifier: Apache-2.0
//
// The controller's search by itself, on a scratch table of a store, so that a user can see what loads into that store will
// choose and why.
//
//   Result<Tuning> tuning = tune(*store, {.seconds = 30s}, stop);
//   for (const Tuning::Setting& tried : tuning->settings) print(tried);
//
// The records are generated posts of some 370 bytes. Memory is flat. The scratch table is dropped at the end, also after a
// stop; a name of its own keeps it apart from everything else.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/batch/controller.h"
#include "millrace/store/store.h"

namespace millrace::pipeline {

struct TuneOptions {
  std::chrono::duration<double> seconds{30};
  batch::ControllerOptions control;  // controller_options(store.capabilities())
};

struct Tuning {
  // What was tried, in the order of its first request.
  struct Setting {
    batch::BatchLimits limits;
    std::uint64_t requests = 0;
    std::uint64_t records = 0;
    double records_per_second = 0;  // while its requests were in flight
    double request_seconds_median = 0;
    double request_seconds_max = 0;
  };
  std::string table;
  std::vector<Setting> settings;
  batch::Explanation chosen;
};

// An error when the store fails, or when the scratch table could not be dropped: then the message names it.
Result<Tuning> tune(store::Store& store, const TuneOptions& options, std::stop_token stop);

}  // namespace millrace::pipeline
