// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "millrace/base/keyed_hash.h"
#include "millrace/batch/batcher.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/pipeline/decode_worker.h"
#include "millrace/source/post_generator.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t chunk_bytes = 256u << 10;
constexpr std::size_t budget_bytes = 64u << 20;

// Generated posts as pieces of input, without an end.
class EndlessPosts {
 public:
  EndlessPosts() : chunks_(chunk_bytes), splitter_(decode::Format::ndjson, {}, chunks_) {}

  ChunkPool& chunks() { return chunks_; }
  Piece next() {
    for (;;) {
      if (std::optional<decode::Slice> slice = splitter_.next()) return {std::move(*slice), 0};
      const std::span<char> space = splitter_.space();
      while (text_.size() < space.size()) generator_.append_next(text_);
      std::memcpy(space.data(), text_.data(), space.size());
      text_.erase(0, space.size());
      splitter_.filled(space.size());
    }
  }

 private:
  ChunkPool chunks_;
  decode::Splitter splitter_;
  source::PostGenerator generator_{1};
  std::string text_;
};

// What the controller tried, and how it went.
class Trials {
 public:
  void add(const batch::Sample& sample) {
    if (!sample.full || sample.brake) return;
    const auto known = std::ranges::find(tried_, sample.limits, [](const Tried& tried) { return tried.setting.limits; });
    Tried& tried = known != tried_.end() ? *known : tried_.emplace_back(Tried{{.limits = sample.limits}, {}});
    ++tried.setting.requests;
    tried.setting.records += sample.rows_settled;
    tried.seconds.push_back(Seconds(sample.ended - sample.started).count());
  }

  std::vector<Tuning::Setting> settings() {
    std::vector<Tuning::Setting> settings;
    for (Tried& tried : tried_) {
      std::ranges::sort(tried.seconds);
      Tuning::Setting& setting = settings.emplace_back(tried.setting);
      setting.request_seconds_median = tried.seconds[tried.seconds.size() / 2];
      setting.request_seconds_max = tried.seconds.back();
      double total = 0;
      for (const double seconds : tried.seconds) total += seconds;
      setting.records_per_second = static_cast<double>(setting.records * setting.limits.in_flight) / total;
    }
    return settings;
  }

 private:
  struct Tried {
    Tuning::Setting setting;
    std::vector<double> seconds;  // of each request
  };
  std::vector<Tried> tried_;
};

class WhatBecameOfThem final : public batch::Outcomes {
 public:
  explicit WhatBecameOfThem(BlockPool& blocks) : blocks_(blocks) {}
  void written(const Block&, std::size_t, std::size_t) override {}
  void skipped(const Block&, std::size_t) override {}
  void rejected(const Block&, std::size_t, const Error& error) override { refused = error; }
  void released(std::unique_ptr<Block> block) override { blocks_.give(std::move(block)); }
  std::optional<Error> refused;

 private:
  BlockPool& blocks_;
};

Result<void> run(store::Store& store, const std::string& table, const TuneOptions& options, batch::Controller& controller,
                 Trials& trials, const std::stop_token& stop) {
  EndlessPosts posts;
  PieceBudget budget(budget_bytes);
  BlockPool blocks(posts.chunks(), budget);
  const RecordShape shape{.table = table};
  const std::vector<InputFile> files{{.path = "generated posts", .id_source = "generated posts"}};
  const Finished nothing;
  const DecodeJob job{shape, store.capabilities().encoding, files, Clock::system().now(), random_hash_key(), nothing};
  DecodeWorker worker(job, blocks);
  WhatBecameOfThem outcomes(blocks);
  batch::Batcher batcher(store, {table},
                         {.controller = &controller, .observe = [&](const batch::Sample& sample) { trials.add(sample); }, .stop = stop},
                         outcomes);
  const auto end = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(options.seconds);
  parallel::OrderedPipeline<Piece, std::unique_ptr<Block>> pipeline(
      {.workers = 1, .window = 4, .thread_name = "decode"}, [&] { return std::optional(posts.next()); },
      [&](std::size_t, Piece piece) { return worker.decode(std::move(piece)); });
  while (steady_clock::now() < end && !stop.stop_requested() && !outcomes.refused) {
    batcher.add(*pipeline.take());
    if (Result<void> sent = batcher.pump(); !sent) return sent;
  }
  if (Result<void> drained = batcher.drain(); !drained) return drained;
  return outcomes.refused ? Result<void>(std::unexpected(*outcomes.refused)) : Result<void>();
}

}  // namespace

Result<Tuning> tune(store::Store& store, const TuneOptions& options, std::stop_token stop) {
  MILLRACE_PROFILE_SCOPE("tune");
  Tuning tuning{.table = fmt::format("tune_{:016x}", random_hash_key()[0]), .settings = {}, .chosen = {}};
  if (Result<void> ready = store.prepare({tuning.table}); !ready) return std::unexpected(std::move(ready).error());
  batch::Controller controller(options.control);
  Trials trials;
  const Result<void> done = run(store, tuning.table, options, controller, trials, stop);
  Result<void> dropped = store.drop({tuning.table});
  if (!done) return std::unexpected(done.error());
  if (!dropped) {
    dropped.error().message += fmt::format("; the scratch table {} is still there", tuning.table);
    return std::unexpected(std::move(dropped).error());
  }
  tuning.settings = trials.settings();
  tuning.chosen = controller.explain();
  return tuning;
}

}  // namespace millrace::pipeline
