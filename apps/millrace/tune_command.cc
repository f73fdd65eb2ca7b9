// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <ranges>

#include "commands.h"
#include "millrace/base/bytes.h"
#include "metrics_listener.h"
#include "millrace/pipeline/load_metrics.h"
#include "millrace/pipeline/tune.h"
#include "store_arguments.h"
#include "trace_option.h"

namespace millrace::app {
namespace {

constexpr std::size_t settings_shown_max = 24;

struct TuneArguments {
  StoreArguments store;
  double seconds = 30;
  MetricsListener metrics;
  TraceOption trace;
};

void print_settings(const pipeline::Tuning& tuning) {
  std::vector<pipeline::Tuning::Setting> settings = tuning.settings;
  std::ranges::sort(settings, std::greater(), &pipeline::Tuning::Setting::records_per_second);
  fmt::print("{:7} {:>12} {:>13} {:>10} {:>9} {:>11} {:>10} {:>10}\n", "shape", "rows", "transactions", "in flight", "requests",
             "records/s", "median ms", "worst ms");
  for (const pipeline::Tuning::Setting& tried : settings | std::views::take(settings_shown_max)) {
    fmt::print("{:7} {:>12} {:>13} {:>10} {:>9} {:>11} {:>10.1f} {:>10.1f}{}\n", batch::to_string(tried.limits.shape),
               tried.limits.rows_per_transaction, tried.limits.transactions_per_request, tried.limits.in_flight, tried.requests,
               format_count(static_cast<std::uint64_t>(tried.records_per_second)), tried.request_seconds_median * 1e3,
               tried.request_seconds_max * 1e3, tried.limits == tuning.chosen.limits ? "  chosen" : "");
  }
  if (settings.size() > settings_shown_max) fmt::print("and {} slower ones\n", settings.size() - settings_shown_max);
}

void print_advice(const batch::Explanation& chosen) {
  const batch::BatchLimits& limits = chosen.limits;
  fmt::print("\n{}\n\nRecommended: nothing to set; a load finds this by itself. To pin it: --batch {} --in-flight {}{}\n", chosen.text(),
             limits.rows_per_transaction, limits.in_flight,
             limits.transactions_per_request > 1 ? " (which sends one transaction a request: slower)" : "");
}

int run_tune(TuneArguments& arguments, const std::stop_token& stop) {
  constexpr std::string_view sqlite = "sqlite:";
  const std::string& url = arguments.store.url;
  const std::string path = url.starts_with(sqlite) ? url.substr(sqlite.size()) : "";
  const bool is_new = !path.empty() && !std::filesystem::exists(path);
  if (const Result<void> serving = arguments.metrics.start(); !serving) return report_error(serving.error());
  Result<std::unique_ptr<store::Store>> store = arguments.store.open();
  if (!store) return report_error(store.error());
  pipeline::show_store_answers(true);
  const Result<pipeline::Tuning> tuning = pipeline::tune(
      **store, {.seconds = std::chrono::duration<double>(arguments.seconds), .control = batch::controller_options((*store)->capabilities())},
      stop);
  store->reset();
  std::error_code ignored;
  if (is_new) std::filesystem::remove(path, ignored);  // nobody asked for it
  if (!tuning) return report_error(tuning.error());
  print_settings(*tuning);
  print_advice(tuning->chosen);
  return stop.stop_requested() ? exit_stopped : exit_all_done;
}

}  // namespace

Command add_tune(CLI::App& app) {
  const auto arguments = std::make_shared<TuneArguments>();
  CLI::App& tune = *app.add_subcommand("tune", "Show which batches a store likes best, and why, on a scratch table");
  arguments->store.add_to(tune, "STORE", "Where to write");
  tune.get_option("STORE")->required()->capture_default_str();
  tune.add_option("--seconds", arguments->seconds, "How long to search")->capture_default_str()->type_name("S")->check(CLI::Range(1.0, 3600.0));
  arguments->metrics.add_to(tune);
  arguments->trace.add_to(tune);
  return [arguments](const std::stop_token& stop) { return arguments->trace.run([&] { return run_tune(*arguments, stop); }); };
}

}  // namespace millrace::app
