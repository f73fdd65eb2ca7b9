// SPDX-License-Identifier: Apache-2.0
//
// Prints the catalogue of all metrics that a command with --metrics-listen has, after a load: for catalogue_test.py.
#include <cstdio>

#include "millrace/base/file.h"
#include "millrace/gateway/access_log.h"
#include "millrace/net/serve_metrics.h"
#include "millrace/pipeline/load.h"
#include "millrace/pipeline/load_metrics.h"
#include "millrace/store/memory_store.h"
#include "millrace/telemetry/exposition.h"

namespace {

struct Silent final : millrace::pipeline::Progress {
  void update(const millrace::pipeline::ProgressState&) override {}
  void finish(const millrace::pipeline::ProgressState&) override {}
};

}  // namespace

int main() {
  using namespace millrace;
  telemetry::Registry& registry = telemetry::Registry::global();
  telemetry::add_process_metrics(registry);
  pipeline::add_job_metrics();
  const auto access_log = gateway::AccessLog::open("/dev/null", registry);  // what `serve` has besides
  net::Loop loop;
  const auto server = net::serve_metrics(loop, {"127.0.0.1", 0}, registry);
  const TempFolder folder;
  Result<File> input = File::create(folder.file("input.ndjson"));
  if (!server || !access_log || !input || !input->write_all("{\"title\":\"t\"}\n")) return 1;
  store::MemoryStore store;
  Silent progress;
  const auto report = pipeline::load({.files = {folder.file("input.ndjson")}, .shape = {.table = "post"}}, store, progress, {});
  if (!report || report->counts.records_written != 1) return 1;
  std::fputs(telemetry::catalogue(registry).c_str(), stdout);
}
