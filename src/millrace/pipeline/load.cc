// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <thread>

#include "millrace/base/bytes.h"
#include "millrace/base/file.h"
#include "millrace/batch/batcher.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/pipeline/decode_worker.h"
#include "millrace/pipeline/memory_plan.h"
#include "millrace/pipeline/rejects.h"
#include "millrace/pipeline/store_patience.h"
#include "millrace/record/json.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t percent_records_min = 1000;
constexpr std::size_t memory_bytes_min = 48u << 20;
constexpr std::size_t record_bytes_most = 1u << 30;  // a block counts its bytes in 32 bits
constexpr auto progress_interval = std::chrono::milliseconds(200);
constexpr auto reply_interval = std::chrono::milliseconds(5);
constexpr auto longest_wait = std::chrono::hours(1);

std::vector<InputFile> input_files(const LoadOptions& options) {
  std::vector<InputFile> files;
  for (const std::string& path : options.files) {
    const auto before = std::ranges::count(files, path, &InputFile::path);
    files.push_back({path, options.format.value_or(decode::format_of_name(path)), before == 0 ? path : fmt::format("{}\n{}", path, before)});
  }
  return files;
}

decode::SplitterOptions splitter_options(const LoadOptions& options, const MemoryPlan& plan) {
  decode::SplitterOptions splitter{.record_bytes_max = options.record_bytes_max, .slice_records_max = plan.slice_records_max};
  if (splitter.record_bytes_max > plan.record_bytes_max) {
    splitter.record_bytes_max = plan.record_bytes_max;
    splitter.record_bytes_from = decode::RecordLimit::memory;
  }
  return splitter;
}

std::string default_rejects_path(const std::string& first_file) {
  return first_file == "-" ? "stdin.rejects" : std::filesystem::path(first_file).filename().string() + ".rejects";
}

std::string rejects_path(const LoadOptions& options) {
  return options.rejects_path.empty() ? default_rejects_path(options.files.front()) : options.rejects_path;
}

}  // namespace

Result<void> check(const LoadOptions& options) {
  if (Result<void> named = check_table_name(options.shape.table); !named) return named;
  if (options.files.empty()) return fail(Code::invalid_argument, "no file is named; '-' is standard input");
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    return fail(Code::invalid_argument, "standard input ('-') is named twice");
  }
  if (options.memory_bytes < memory_bytes_min) {
    return fail(Code::invalid_argument, fmt::format("--memory {} is under the least, 48MiB", format_bytes(options.memory_bytes)));
  }
  if (options.record_bytes_max == 0 || options.record_bytes_max > record_bytes_most) {
    return fail(Code::invalid_argument, "--max-record is between 1 and 1GiB");
  }
  for (const std::string& path : options.files) {
    if (path == "-") continue;
    if (Result<void> readable = check_readable(path); !readable) return readable;
    std::error_code ignored;
    if (std::filesystem::equivalent(path, rejects_path(options), ignored)) {
      return fail(Code::invalid_argument, fmt::format("'{}' is an input: rejects would overwrite it; name another --rejects", path));
    }
  }
  return options.rejects_path.empty() ? Result<void>() : check_writable(options.rejects_path);
}

namespace {

class LoadJob final : public batch::Outcomes {
 public:
  LoadJob(const LoadOptions& options, std::string rejects_path, store::Store& store, Progress& progress, std::stop_token stop)
      : options_(options),
        store_(store),
        progress_(progress),
        stop_(std::move(stop)),
        plan_(MemoryPlan::of(options.memory_bytes)),
        chunks_(plan_.chunk_bytes),
        budget_(plan_.budget_bytes),
        blocks_(chunks_, budget_),
        input_(input_files(options), splitter_options(options, plan_), chunks_, budget_, stop_),
        rejects_(std::move(rejects_path)),
        headers_(options.files.size()),
        readers_(options.files.size()) {}

  Report run() {
    started_ = steady_clock::now();
    const DecodeJob job{options_.shape, store_.capabilities().encoding, input_.files(), Clock::system().now(), random_hash_key()};
    const std::size_t workers = options_.workers != 0 ? options_.workers : std::max(1u, std::thread::hardware_concurrency());
    std::vector<DecodeWorker> decoders;
    for (std::size_t i = 0; i < workers; ++i) decoders.emplace_back(job, blocks_);
    batch::Batcher batcher(store_, {options_.shape.table}, batcher_options(), *this);
    {
      Pipeline pipeline({.workers = workers, .window = workers + 2}, [&] { return next_piece(); },
                        [&](std::size_t worker, Piece piece) { return decoders[worker].decode(std::move(piece)); });
      feed(pipeline, batcher);
      input_.stop();
    }
    if (!failure_ || may_still_write()) {
      if (Result<void> drained = batcher.drain(); !drained) note_failure(std::move(drained).error());
    }
    if (Result<void> flushed = rejects_.flush(); !flushed) note_failure(std::move(flushed).error());
    return make_report(batcher.counts());
  }

  // ---- batch::Outcomes, on this thread

  void written(const Block&, std::size_t first, std::size_t last) override {
    counts_.records_written += last - first;
    last_commit_ = steady_clock::now();
  }
  void skipped(const Block&, std::size_t) override {
    ++counts_.records_skipped;
    last_commit_ = steady_clock::now();
  }
  void rejected(const Block& block, std::size_t index, const Error& error) override {
    last_commit_ = steady_clock::now();
    Error placed = error;
    placed.place = block.place(index);
    const IdView id = block.id(index);
    const bool shows_id = !block.entries[index].id_generated;
    const std::string id_json = !shows_id ? "" : std::visit([](auto&& key) { return millrace::to_json(Value(key)); }, id.to_id());
    std::unique_ptr<decode::RecordReader>& reader = readers_[block.source_number];
    if (!reader) {
      reader = std::make_unique<decode::RecordReader>(input_.files()[block.source_number].format,
                                                      decode::ReaderOptions{.automatic_types = options_.shape.types.automatic});
    }
    decode::Slice slice;
    slice.header = headers_[block.source_number];
    reject({placed, id_json, reader->as_json(block.input_text(index), slice)});
  }
  void released(std::unique_ptr<Block> block) override { blocks_.give(std::move(block)); }
  void store_fails(const Error& error) override { progress_.notice(waiting_words(error, options_.wait)); }
  void store_answers() override { progress_.notice(answering_words()); }

 private:
  using Pipeline = parallel::OrderedPipeline<Piece, std::unique_ptr<Block>>;

  batch::BatcherOptions batcher_options() const {
    batch::BatchLimits limits = options_.limits.value_or(batch::starting_limits(store_.capabilities()));
    if (options_.batch_records) {
      limits.rows_per_transaction = *options_.batch_records;
      limits.transactions_per_request = 1;
    }
    if (options_.in_flight) limits.in_flight = *options_.in_flight;
    limits.request_bytes_max = std::min(limits.request_bytes_max, plan_.request_bytes_max);
    return {.limits = limits,
            .retry = {.give_up_after = options_.wait},
            .on_duplicate = options_.on_duplicate,
            .stop = stop_};
  }

  // Called by workers, one at a time.
  std::optional<Piece> next_piece() {
    std::optional<Piece> piece = input_.next();  // which a stop ends
    if (piece && piece->slice.header && !headers_[piece->file]) headers_[piece->file] = piece->slice.header;
    return piece;
  }

  // Takes blocks as they come and sends what has gathered, until the input ends or something stops the job.
  void feed(Pipeline& pipeline, batch::Batcher& batcher) {
    while (!failure_) {
      std::optional<std::unique_ptr<Block>> block = pipeline.try_take();
      if (!block) {
        if (Result<void> sent = batcher.flush(); !sent) return note_failure(std::move(sent).error());
        // Not for ever: a reply may be what the reader waits for, and a refused batch has its time to be sent again.
        block = pipeline.take_for(batcher.is_idle() ? longest_wait : reply_interval);
        if (!block && pipeline.ended()) return;
        if (!block) continue;
      }
      accept(**block);
      batcher.add(std::move(*block));
      if (!batcher.wants_more()) {
        if (Result<void> sent = batcher.pump(); !sent) return note_failure(std::move(sent).error());
      }
      show_progress();
    }
  }

  void accept(Block& block) {
    counts_.bytes_read += block.bytes_read;
    records_taken_ += block.records_read;
    for (const Block::Malformed& bad : block.malformed) {
      if (bad.is_json) {
        reject({bad.error, bad.id_json, bad.record, {}});
      } else {
        reject({bad.error, {}, {}, bad.record});
      }
      if (failure_) return block.entries.resize(bad.entries_before);  // what stands behind counts as not read
    }
    look_at_limit();
  }

  void reject(const RejectsWriter::Reject& reject) {
    ++counts_.records_rejected;
    if (first_reject_.empty()) {
      first_reject_ = describe(reject.error);
      first_reject_reason_ = reject.error.message;
    }
    if (reject.error.message == first_reject_reason_) ++rejects_of_first_reason_;
    if (Result<void> added = rejects_.add(reject); !added) note_failure(std::move(added).error());
    look_at_limit();
  }

  void look_at_limit() {
    if (failure_ || !options_.max_rejects.passed_by(counts_.records_rejected, records_taken_)) return;
    too_many_rejects_ = true;
    note_failure({Code::too_large, "more records were rejected than --max-rejects allows", {}});
  }

  void note_failure(Error error) {
    if (!failure_) failure_ = std::move(error);
  }
  // Too many rejects or a broken input end the reading, not the writing of what was read.
  bool may_still_write() const { return too_many_rejects_; }

  void show_progress() {
    const auto now = steady_clock::now();
    if (now - shown_ < progress_interval) return;
    shown_ = now;
    progress_.update(state());
  }
  ProgressState state() const {
    const std::chrono::duration<double> seconds = steady_clock::now() - started_;
    return {counts_, seconds.count(), input_.bytes_taken(), input_.bytes_total()};
  }

  Report make_report(const batch::BatchCounts& batches) {
    if (const auto broken = input_.failure()) note_failure(*broken);
    if (stop_.stop_requested() && !input_.is_at_end()) note_failure({Code::interrupted, "interrupted; what was in flight is written", {}});
    const std::chrono::duration<double> seconds = std::max(last_commit_, started_) - started_;
    progress_.finish(state());
    return {.counts = counts_,
            .seconds = seconds.count(),
            .batches = batches.batches,
            .calls = batches.calls,
            .retries = batches.retries,
            .conflicts = batches.conflicts,
            .batch_records_last = batches.batch_records_last,
            .in_flight_last = batches.in_flight_last,
            .limited_by = "fixed",
            .peak_rss_bytes = peak_rss_bytes(),
            .exit_status = failure_ ? 3 : counts_.records_rejected != 0 ? 1 : 0,
            .stopped = failure_,
            .rejects_path = rejects_.count() != 0 ? rejects_.path() : "",
            .first_reject = first_reject_,
            .first_reject_reason = first_reject_reason_,
            .rejects_of_that_reason = rejects_of_first_reason_,
            .warning = input_.warning()};
  }

  const LoadOptions& options_;
  store::Store& store_;
  Progress& progress_;
  const std::stop_token stop_;

  const MemoryPlan plan_;
  ChunkPool chunks_;
  PieceBudget budget_;
  BlockPool blocks_;
  Input input_;
  RejectsWriter rejects_;
  // By file. A header is written once, before the first block of its file is made.
  std::vector<std::shared_ptr<const std::string>> headers_;
  std::vector<std::unique_ptr<decode::RecordReader>> readers_;  // for the rejects

  Counts counts_;
  std::uint64_t records_taken_ = 0;  // settled or not yet
  steady_clock::time_point started_;
  steady_clock::time_point last_commit_;
  steady_clock::time_point shown_;
  std::optional<Error> failure_;
  bool too_many_rejects_ = false;
  std::string first_reject_;
  std::string first_reject_reason_;
  std::uint64_t rejects_of_first_reason_ = 0;
};

}  // namespace

bool RejectLimit::passed_by(std::uint64_t rejected, std::uint64_t read) const {
  if (records && rejected > *records) return true;
  return percent && read >= percent_records_min && static_cast<double>(rejected) * 100 > *percent * static_cast<double>(read);
}

Result<RejectLimit> parse_reject_limit(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  const std::string_view digits = is_percent ? text.substr(0, text.size() - 1) : text;
  const char* const end = digits.data() + digits.size();
  std::uint64_t count = 0;
  double percent = 0;
  if (!is_percent) {
    const auto [stop, error] = std::from_chars(digits.data(), end, count);
    if (error == std::errc{} && stop == end && !digits.empty()) return RejectLimit{.records = count};
  } else {
    const auto [stop, error] = std::from_chars(digits.data(), end, percent);
    if (error == std::errc{} && stop == end && percent >= 0 && percent <= 100) {
      return RejectLimit{.records = std::nullopt, .percent = percent};
    }
  }
  return fail(Code::invalid_argument, fmt::format("--max-rejects: '{}' is neither N nor N%", text));
}

Result<Report> load(const LoadOptions& options, store::Store& store, Progress& progress, std::stop_token stop) {
  if (Result<void> checked = check(options); !checked) return std::unexpected(std::move(checked).error());
  StorePatience patience(options.wait, stop, progress);
  if (Result<void> ready = patience.until_it_answers([&] { return store.prepare({options.shape.table}); }); !ready) {
    return std::unexpected(std::move(ready).error());
  }
  return LoadJob(options, rejects_path(options), store, progress, std::move(stop)).run();
}

}  // namespace millrace::pipeline
