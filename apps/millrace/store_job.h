// SPDX-License-Identifier: Apache-2.0
//
// A job whose records go into a store: `load`, and `process --to`.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "job_arguments.h"
#include "millrace/base/result.h"
#include "millrace/pipeline/load.h"
#include "store_arguments.h"

namespace millrace::app {

struct StoreJobArguments {
  StoreArguments store;
  std::string table;
  std::string id_field = "id";
  std::string on_duplicate = "fail";
  std::string batch = "auto";
  std::string in_flight = "auto";
  std::string wait = "60s";
  bool resume = false;
  bool restart = false;
  std::string resume_command;

  // `--id` and `--on-duplicate`; then what says how it is done.
  void add_records_to(CLI::App& command);
  void add_resume_to(CLI::App& command);
  void add_batches_to(CLI::App& command);
  void add_wait_to(CLI::App& command);

  // Adds what these say.
  Result<void> complete(pipeline::LoadOptions& options) const;
};

// The same command, and --resume; the store's password is not shown.
std::string resume_command(std::span<char* const> command_line);

int run_store_job(JobArguments& job, const StoreJobArguments& to, const pipeline::LoadOptions& options, std::stop_token stop);

}  // namespace millrace::app
