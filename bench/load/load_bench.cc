// SPDX-License-Identifier: Apache-2.0
//
// Loads a file of posts with every limit of a batch pinned, and prints the report: what `millrace load` does, with the
// inputs that a controller will drive.
//   load_bench FILE STORE TABLE insert|create ROWS_PER_TRANSACTION TRANSACTIONS_PER_REQUEST IN_FLIGHT [REJECTS]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/millrace.h"

namespace {

struct Silent final : millrace::pipeline::Progress {
  void update(const millrace::pipeline::ProgressState&) override {}
  void finish(const millrace::pipeline::ProgressState&) override {}
};

int complain(const millrace::Error& error) {
  std::fprintf(stderr, "load_bench: %s\n", millrace::describe(error).c_str());
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 9) {
    std::fputs("usage: load_bench FILE STORE TABLE insert|create ROWS TRANSACTIONS IN_FLIGHT [REJECTS]\n", stderr);
    return 2;
  }
  const auto number = [&](int index) { return static_cast<std::size_t>(std::strtoul(argv[index], nullptr, 10)); };
  millrace::pipeline::LoadOptions options{.files = {argv[1]}};
  options.shape.table = argv[3];
  if (argc == 9) {  // as many as there are
    options.rejects_path = argv[8];
    options.max_rejects = {.records = std::nullopt, .percent = 100};
  }
  options.limits = millrace::batch::BatchLimits{
      .shape = std::string(argv[4]) == "create" ? millrace::store::StatementShape::create : millrace::store::StatementShape::insert,
      .rows_per_transaction = number(5),
      .transactions_per_request = number(6),
      .in_flight = number(7)};
  const auto store = millrace::store::open_store(argv[2], {});
  if (!store) return complain(store.error());
  Silent silent;
  const auto report = millrace::pipeline::load(options, **store, silent, {});
  if (!report) return complain(report.error());
  std::fputs(millrace::pipeline::to_json(*report).c_str(), stdout);
  return report->exit_status;
}
