// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "millrace/batch/batcher.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/pipeline/decode_worker.h"
#include "millrace/pipeline/gathered_blocks.h"
#include "millrace/pipeline/gathering.h"
#include "millrace/pipeline/load_checkpoint.h"
#include "millrace/pipeline/load_inputs.h"
#include "millrace/pipeline/load_metrics.h"
#include "millrace/pipeline/memory_plan.h"
#include "millrace/pipeline/query_worker.h"
#include "millrace/pipeline/reject_log.h"
#include "millrace/pipeline/row_window.h"
#include "millrace/pipeline/store_patience.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

constexpr auto progress_interval = std::chrono::milliseconds(200);
constexpr auto reply_interval = std::chrono::milliseconds(5);
constexpr auto longest_wait = std::chrono::hours(1);

MemoryPlan plan_of(const LoadOptions& options) {
  const bool keeps_rows = options.query && Gathering::is_needed(options.query->query);
  return keeps_rows ? MemoryPlan::of_gathering(options.memory_bytes) : MemoryPlan::of(options.memory_bytes);
}

class LoadJob final : public batch::Outcomes {
 public:
  LoadJob(const LoadOptions& options, std::vector<InputFile> files, LoadBegin begin, store::Store& store, Progress& progress,
          std::stop_token stop)
      : options_(options),
        begin_(std::move(begin)),
        store_(store),
        progress_(progress),
        stop_(std::move(stop)),
        plan_(plan_of(options)),
        chunks_(plan_.chunk_bytes),
        budget_(plan_.budget_bytes),
        blocks_(chunks_, budget_),
        input_(std::move(files), plan_.splitter_options(options.record_bytes_max), chunks_, budget_, stop_),
        rejects_(begin_.rejects_path),
        checkpoint_(begin_, store, rejects_.lines(), counts_),
        metrics_(budget_),
        headers_(options.files.size() + 1),
        readers_(options.files.size() + 1),
        records_taken_(begin_.state.counts.records_read()) {
    if (!options.query) return;
    const surrealql::Query& query = options.query->query;
    is_grouped_ = query.is_grouped();
    if (RowWindow::is_needed(query)) window_.emplace(query);
    if (Gathering::is_needed(query)) gathering_.emplace(query, RowFields::append_stored, Gathering::Options{workers_, MemoryPlan::gathered_bytes(options.memory_bytes), stop_});
  }

  Report run() {
    MILLRACE_PROFILE_SCOPE("load");
    started_ = steady_clock::now();
    const DecodeJob job{options_.shape, store_.capabilities().encoding, input_.files(), begin_.state.start,
                        begin_.state.key, begin_.state.finished, options_.query ? &*options_.query : nullptr};
    std::vector<std::unique_ptr<BlockMaker>> makers = make_block_makers(job, blocks_, workers_, gathering_ ? &*gathering_ : nullptr);
    if (begin_.resumed) resume_rejects();
    StorePatience patience(options_.wait, stop_, progress_);
    if (Result<void> begun = patience.until_it_answers([&] { return checkpoint_.begin(); }); !begun) note_failure(std::move(begun).error());
    batch::Batcher batcher(store_, {options_.shape.table}, batcher_options(), *this);
    if (!is_done()) {
      Pipeline pipeline({.workers = workers_, .window = workers_ + 2, .thread_name = "decode"}, [&] { return next_piece(); },
                        [&](std::size_t worker, Piece piece) { return makers[worker]->decode(std::move(piece)); });
      feed(pipeline, batcher);
      input_.stop();
    }
    if (gathering_ && !failure_ && input_.is_at_end()) write_gathered(job, batcher);
    if (!failure_ || may_still_write()) {
      if (Result<void> drained = batcher.drain(); !drained) note_failure(std::move(drained).error());
    } else {
      batcher.await_in_flight();
    }
    // Each group that was settled has counted as one of its records.
    if (is_grouped_ && !failure_) counts_.records_written += gathered_ - std::min(gathered_, rows_sent_);
    if (Result<void> flushed = rejects_.lines().flush(); !flushed) note_failure(std::move(flushed).error());
    if (const auto broken = input_.failure()) note_failure(*broken);
    if (stop_.stop_requested() && !input_.is_at_end() && !is_done()) note_failure({Code::interrupted, "interrupted; what was in flight is written", {}});
    if (failure_) {
      checkpoint_.stop(*failure_);
    } else if (Result<void> ended = checkpoint_.end(); !ended) {
      note_failure(std::move(ended).error());
    }
    return make_report(batcher.counts());
  }

  // ---- batch::Outcomes, on this thread

  void written(const Block& block, std::size_t first, std::size_t last) override {
    checkpoint_.settle(block, first, last);
    rows_written_ += last - first;
    if (!is_group_of_nothing_) counts_.records_written += last - first;
    metrics_.counted(counts_);
    last_commit_ = steady_clock::now();
  }
  void skipped(const Block& block, std::size_t index) override {
    checkpoint_.settle(block, index, index + 1);
    if (!is_group_of_nothing_) ++counts_.records_skipped;
    last_commit_ = steady_clock::now();
  }
  void rejected(const Block& block, std::size_t index, const Error& error) override {
    checkpoint_.settle(block, index, index + 1);
    last_commit_ = steady_clock::now();
    Error placed = error;
    placed.place = block.place(index);
    if (placed.place.source.empty()) placed.place.byte.reset();  // a group
    const IdView id = block.id(index);
    const bool shows_id = !block.entries[index].id_generated;
    const std::string id_json = !shows_id ? "" : std::visit([](auto&& key) { return millrace::to_json(Value(key)); }, id.to_id());
    std::unique_ptr<decode::RecordReader>& reader = readers_[block.source_number];
    if (!reader) {
      const bool is_gathered = block.source_number == input_.files().size();  // its text is of our own
      const decode::Format format = is_gathered ? decode::Format::ndjson : input_.files()[block.source_number].format;
      reader = std::make_unique<decode::RecordReader>(format, decode::ReaderOptions{.automatic_types = options_.shape.types.automatic});
    }
    decode::Slice slice;
    slice.header = headers_[block.source_number];
    reject({placed, id_json, reader->as_json(block.input_text(index), slice)});
  }
  void released(std::unique_ptr<Block> block) override {
    metrics_.counted(counts_);  // its last outcome may have been a reject or a skip, and nothing may come for a while
    blocks_.give(std::move(block));
  }
  void store_fails(const Error& error) override {
    show_store_answers(false);
    progress_.notice(waiting_words(error, options_.wait));
  }
  void store_answers() override {
    show_store_answers(true);
    progress_.notice(answering_words());
  }

 private:
  using Pipeline = parallel::OrderedPipeline<Piece, std::unique_ptr<Block>>;

  // LIMIT's last row is there.
  bool is_done() const { return window_ && window_->is_full(); }

  void write_gathered(const DecodeJob& job, batch::Batcher& batcher) {
    MILLRACE_PROFILE_SCOPE("write what was gathered");
    is_group_of_nothing_ = is_grouped_ && gathered_ == 0;
    GatheredBlocks made(job, blocks_);
    const auto send = [&] {
      std::unique_ptr<Block> block = made.take();
      if (!block) return;
      accept(*block);
      batcher.add(std::move(block));
      // There is no reader to wait for memory.
      const bool is_too_much = budget_.held() > budget_.bytes_max() / 2;
      if (!is_too_much && batcher.wants_more()) return;
      if (Result<void> sent = is_too_much ? batcher.drain() : batcher.pump(); !sent) note_failure(std::move(sent).error());
      show_progress();
    };
    const Result<void> done = gathering_->rows([&](std::string_view row) {
      if (window_ && window_->is_full()) return false;
      if (!window_ || window_->take(1).size() == 1) made.add(row);
      if (made.is_full()) send();
      if (stop_.stop_requested()) note_failure({Code::interrupted, "interrupted; what was in flight is written", {}});
      return !failure_;
    });
    if (!done) note_failure(done.error());
    if (failure_) return;
    send();
    rows_sent_ = made.rows();
    if (!is_grouped_) counts_.records_filtered += gathered_ - rows_sent_;
  }

  batch::BatcherOptions batcher_options() {
    if (!options_.limits) {
      batch::ControllerOptions control = batch::controller_options(store_.capabilities());
      control.start.request_bytes_max = std::min(control.start.request_bytes_max, plan_.request_bytes_max);
      control.rows_pinned = options_.batch_records;
      control.in_flight_pinned = options_.in_flight;
      controller_.emplace(std::move(control));
    }
    return {.limits = options_.limits.value_or(batch::BatchLimits()),
            .controller = controller_ ? &*controller_ : nullptr,
            .retry = {.give_up_after = options_.wait},
            .on_duplicate = options_.on_duplicate,
            .stop = stop_,
            // A checkpoint that commits with the data leaves nothing to be found, but for some of a record's rows.
            .maybe_there = begin_.resumed && (!store_.capabilities().checkpoints_with_data || splits()),
            .checkpoint = checkpoint_.source(),
            .trace = options_.trace};
  }

  bool splits() const { return options_.query && !options_.query->query.plan().split.empty(); }

  // Called by workers, one at a time.
  std::optional<Piece> next_piece() {
    for (;;) {
      std::optional<Piece> piece = input_.next();  // which a stop ends
      if (piece && piece->slice.header && !headers_[piece->file]) headers_[piece->file] = piece->slice.header;
      if (!piece || !is_finished(*piece)) return piece;
      budget_.release(piece->bytes_counted);
      chunks_.give(std::move(piece->slice.chunk));
    }
  }

  // By an earlier run, with what cannot be decoded at its end.
  bool is_finished(const Piece& piece) const {
    const Finished& finished = begin_.state.finished;
    const std::optional<Error>& fault = piece.slice.fault;
    return finished.covers(piece.range()) && (!fault || finished.contains({piece.file, fault->place.byte.value_or(0)}));
  }

  void resume_rejects() {
    if (Result<void> cut = rejects_.lines().resume(begin_.state.rejects_bytes, begin_.state.counts.records_rejected); !cut) {
      note_failure(std::move(cut).error());
    }
    look_at_limit();
  }

  // Takes blocks as they come and sends what has gathered, until the input ends or something stops the job.
  void feed(Pipeline& pipeline, batch::Batcher& batcher) {
    while (!failure_ && !is_done()) {
      std::optional<std::unique_ptr<Block>> block = pipeline.try_take();
      if (!block) {
        if (Result<void> sent = batcher.flush(); !sent) return note_failure(std::move(sent).error());
        MILLRACE_PROFILE_SCOPE("wait for input");
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
      checkpoint_.look();
      show_progress();
    }
  }

  void accept(Block& block) {
    MILLRACE_PROFILE_SCOPE("accept block", "records", block.size());
    counts_.bytes_read += block.bytes_read;
    records_taken_ += block.records_read;
    gathered_ += block.records_gathered;
    if (gathering_ && gathering_->failure()) note_failure(*gathering_->failure());
    // A fault at the input's end accounts for no byte, and is settled, too.
    const std::uint64_t faults_end = block.malformed.empty() ? 0 : block.malformed.back().offset + 1;
    std::uint64_t settled_end = std::max(block.input_begin + block.bytes_read, faults_end);
    for (const Block::Malformed& bad : block.malformed) {
      reject(bad.is_json ? RejectsWriter::Reject{bad.error, bad.id_json, bad.record, {}} : RejectsWriter::Reject{bad.error, {}, {}, bad.record});
      if (!failure_) continue;
      block.entries.resize(bad.entries_before);  // what stands behind counts as not read
      block.records_filtered = bad.filtered_before;
      settled_end = bad.offset + 1;
      break;
    }
    counts_.records_filtered += block.records_filtered;
    if (window_ && !gathering_) cut(block);
    checkpoint_.accept(block, settled_end);
    look_at_limit();
  }

  // START and LIMIT, of what the rejects have left; no checkpoint looks at it.
  void cut(Block& block) {
    const RowWindow::Part part = window_->take(block.size());
    counts_.records_filtered += block.size() - part.size();
    block.entries.resize(part.last);
    block.entries.erase(block.entries.begin(), block.entries.begin() + static_cast<std::ptrdiff_t>(part.first));
  }

  void reject(const RejectsWriter::Reject& reject) {
    if (!is_group_of_nothing_) {
      ++counts_.records_rejected;
      metrics_.rejected(reject.error.code);
    }
    if (Result<void> added = rejects_.add(reject); !added) note_failure(std::move(added).error());
    look_at_limit();
  }

  void look_at_limit() {
    const std::uint64_t rejected = begin_.state.counts.records_rejected + counts_.records_rejected;
    if (failure_ || !options_.max_rejects.passed_by(rejected, records_taken_)) return;
    too_many_rejects_ = true;
    note_failure(too_many_rejects(rejected));
  }

  void note_failure(Error error) {
    if (!failure_) failure_ = std::move(error);
  }
  // Too many rejects or a broken input end the reading, not the writing of what was read.
  bool may_still_write() const { return too_many_rejects_; }

  void show_progress() {
    metrics_.counted(counts_);
    const auto now = steady_clock::now();
    if (now - shown_ < progress_interval) return;
    shown_ = now;
    metrics_.limited_by(controller_ ? batch::to_string(controller_->explain().limited_by) : "fixed");
    progress_.update(state());
  }
  ProgressState state() const {
    const std::chrono::duration<double> seconds = steady_clock::now() - started_;
    return {counts_, seconds.count(), input_.bytes_taken(), input_.bytes_total()};
  }

  Report make_report(const batch::BatchCounts& batches) {
    const std::chrono::duration<double> seconds = std::max(last_commit_, started_) - started_;
    progress_.finish(state());
    metrics_.counted(counts_);
    Report report{.counts = counts_,
                  .rows_written = options_.query ? std::optional(rows_written_) : std::nullopt,
                  .seconds = seconds.count(),
                  .batches = batches.batches,
                  .calls = batches.calls,
                  .retries = batches.retries,
                  .conflicts = batches.conflicts,
                  .batch_records_last = batches.batch_records_last,
                  .in_flight_last = batches.in_flight_last,
                  .batching = controller_ ? std::optional(controller_->explain()) : std::nullopt,
                  .resumed = begin_.resumed,
                  .trace_id = telemetry::to_hex(options_.trace.trace_id),
                  .peak_rss_bytes = peak_rss_bytes(),
                  .exit_status = failure_ ? 3 : rejects_.empty() ? 0 : 1,
                  .stopped = failure_,
                  .warnings = warnings(),
                  .can_resume = checkpoint_.is_kept()};
    rejects_.tell(report);
    return report;
  }

  std::vector<std::string> warnings() const {
    std::vector<std::string> all = begin_.warnings;
    if (std::string warning = input_.warning(); !warning.empty()) all.push_back(std::move(warning));
    return all;
  }

  const LoadOptions& options_;
  LoadBegin begin_;
  store::Store& store_;
  Progress& progress_;
  const std::stop_token stop_;

  const std::size_t workers_ = options_.workers != 0 ? options_.workers : std::max(1u, std::thread::hardware_concurrency());
  const MemoryPlan plan_;
  ChunkPool chunks_;
  PieceBudget budget_;
  BlockPool blocks_;
  Input input_;
  RejectLog rejects_;
  std::optional<batch::Controller> controller_;  // unless all limits are given
  Counts counts_;                                // of this run
  LoadCheckpoint checkpoint_;
  LoadMetrics metrics_;
  // By file. A header is written once, before the first block of its file is made.
  std::vector<std::shared_ptr<const std::string>> headers_;
  std::vector<std::unique_ptr<decode::RecordReader>> readers_;  // for the rejects

  std::uint64_t records_taken_ = 0;  // by all runs, settled or not yet
  steady_clock::time_point started_;
  steady_clock::time_point last_commit_;
  steady_clock::time_point shown_;
  std::optional<Error> failure_;
  bool too_many_rejects_ = false;
  // Of a query.
  std::optional<Gathering> gathering_;
  std::optional<RowWindow> window_;  // START and LIMIT
  bool is_grouped_ = false;
  bool is_group_of_nothing_ = false;  // of no record, so that none counts
  std::uint64_t gathered_ = 0;   // records in groups, or rows that are sorted
  std::uint64_t rows_sent_ = 0;  // of what was gathered
  std::uint64_t rows_written_ = 0;
};

}  // namespace

Result<Report> load(const LoadOptions& options, store::Store& store, Progress& progress, std::stop_token stop) {
  if (Result<void> checked = check(options); !checked) return std::unexpected(std::move(checked).error());
  std::vector<InputFile> files = input_files(options);
  StorePatience patience(options.wait, stop, progress);
  Result<LoadBegin> begin = patience.until_it_answers([&] { return begin_load(options, files, rejects_path(options), store); });
  if (!begin) return std::unexpected(std::move(begin).error());
  if (Result<void> ready = patience.until_it_answers([&] { return store.prepare({options.shape.table}); }); !ready) {
    return std::unexpected(std::move(ready).error());
  }
  return LoadJob(options, std::move(files), *std::move(begin), store, progress, std::move(stop)).run();
}

}  // namespace millrace::pipeline
