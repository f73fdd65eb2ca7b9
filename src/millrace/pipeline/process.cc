// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "millrace/base/file.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/pipeline/file_output.h"
#include "millrace/pipeline/gathering.h"
#include "millrace/pipeline/load_inputs.h"
#include "millrace/pipeline/load_metrics.h"
#include "millrace/pipeline/memory_plan.h"
#include "millrace/pipeline/process_worker.h"
#include "millrace/pipeline/reject_log.h"
#include "millrace/pipeline/row_columns.h"
#include "millrace/pipeline/row_window.h"
#include "millrace/pipeline/table_layout.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

constexpr auto progress_interval = std::chrono::milliseconds(200);
constexpr auto look_interval = std::chrono::milliseconds(100);
constexpr std::size_t write_bytes = 256u << 10;
// Larger than a load's: each slice costs a wake-up or two, and rows take less room than a store's blocks.
constexpr std::size_t chunk_bytes = 512u << 10;
constexpr std::size_t pieces_looked_at = 8;

// As a load's: what both jobs ask of their inputs is one thing.
LoadOptions as_load(const ProcessOptions& options) {
  return {.files = options.files,
          .format = options.format,
          .shape = {.table = "row"},
          .rejects_path = options.rejects_path,
          .max_rejects = options.max_rejects,
          .record_bytes_max = options.record_bytes_max,
          .memory_bytes = options.memory_bytes};
}

class ProcessRun {
 public:
  ProcessRun(const ProcessOptions& options, FileOutput output, Progress& progress, std::stop_token stop)
      : options_(options),
        output_(std::move(output)),
        progress_(progress),
        stop_(std::move(stop)),
        plan_(Gathering::is_needed(options.query) ? MemoryPlan::of_gathering(options.memory_bytes)
                                                  : MemoryPlan::of(options.memory_bytes)),
        chunks_(chunk_bytes),
        budget_(plan_.budget_bytes),
        input_(input_files(as_load(options)), splitter_options(), chunks_, budget_, stop_),
        rejects_(rejects_path(as_load(options))),
        window_(options.query),
        metrics_(budget_) {
    if (options.output_format == OutputFormat::table) table_.emplace(options.terminal_columns);
  }

  Report run() {
    MILLRACE_PROFILE_SCOPE("process");
    started_ = steady_clock::now();
    const std::size_t workers = options_.workers != 0 ? options_.workers : std::max(1u, std::thread::hardware_concurrency());
    const RowFormat format(options_.output_format, options_.query, has_columns(options_.output_format) ? find_columns() : std::vector<std::string>());
    bytes_before_first_ = format.bytes_before_first();
    if (Gathering::is_needed(options_.query)) {
      const auto form = [&](surrealql::Selector& selector, std::string& out) { return format.append(selector, out); };
      gathering_.emplace(options_.query, form, Gathering::Options{workers, MemoryPlan::gathered_bytes(options_.memory_bytes), stop_});
    }
    write(format.begin());
    if (window_.is_full()) {
      is_written_ = true;  // LIMIT 0
    } else {
      read_all(format, workers);
    }
    if (gathering_ && !is_written_ && may_finish()) write_gathered();
    if (may_finish()) {
      write(format.end(is_empty_));
      if (table_) write_out(table_->end());
    }
    return finish();
  }

 private:
  using Pipeline = parallel::OrderedPipeline<Piece, std::unique_ptr<RowBlock>>;

  // Everything was read that is needed.
  bool may_finish() const { return !failure_ && !output_.is_closed() && (input_.is_at_end() || is_done()); }
  bool is_done() const { return window_.is_full() && (!gathering_ || is_written_); }

  void read_all(const RowFormat& format, std::size_t workers) {
    const bool counts_rows = !gathering_ && RowWindow::is_needed(options_.query);
    const ProcessJob job{options_, input_.files(), chunks_, blocks_, format, counts_rows};
    std::vector<std::unique_ptr<ProcessWorker>> working;
    for (std::size_t i = 0; i < workers; ++i) working.push_back(std::make_unique<ProcessWorker>(job, gathering_ ? &gathering_->worker(i) : nullptr));
    ProcessWorker spare(job, gathering_ ? &gathering_->spare() : nullptr);
    Pipeline pipeline({.workers = workers, .window = workers + 4, .thread_name = "process"}, [&] { return next_piece(); },
                      [&](std::size_t worker, Piece piece) { return working[worker]->work(std::move(piece)); },
                      [&](std::unique_ptr<RowBlock> block) {
                        accept(std::move(block), spare);
                        if (is_over()) pipeline.stop();
                      });
    while (!pipeline.wait_for(look_interval)) show_progress();
    input_.stop();
  }

  // A row that is read costs nothing beside its bytes.
  decode::SplitterOptions splitter_options() const {
    decode::SplitterOptions options = plan_.splitter_options(options_.record_bytes_max);
    options.slice_records_max = SIZE_MAX;
    return options;
  }

  // The columns of a table or of CSV: as the query has them, or as the first rows do.
  std::vector<std::string> find_columns() {
    if (std::optional<std::vector<std::string>> known = columns_of(options_.query)) return *std::move(known);
    ColumnFinder finder(options_, input_.files());
    while (!finder.has_rows() && looked_at_.size() < pieces_looked_at && budget_.held() < budget_.bytes_max() / 4) {
      std::optional<Piece> piece = input_.next();
      if (!piece) break;
      finder.look(*piece);
      looked_at_.push_back(*std::move(piece));
    }
    return finder.columns();
  }

  // Called by workers, one at a time.
  std::optional<Piece> next_piece() {
    if (looked_at_.empty()) return input_.next();
    std::optional<Piece> piece = std::move(looked_at_.front());
    looked_at_.pop_front();
    return piece;
  }

  bool is_over() const { return failure_ || output_.is_closed() || is_done(); }

  // On the workers' threads, one call at a time. What a full block has left of its slice is worked on here, as its rows can be written now.
  void accept(std::unique_ptr<RowBlock> block, ProcessWorker& spare) {
    settle(*block);
    for (; block->rest && !is_over(); settle(*block)) spare.work_on(*block);
    const std::lock_guard lock(mutex_);
    counts_.bytes_read += block->bytes_read;
    budget_.release(block->bytes_counted);
    blocks_.give(std::move(block));
  }

  // Rows and rejects in their order: what stands behind the one that ends the job counts as not read.
  void settle(const RowBlock& block) {
    const std::lock_guard lock(mutex_);
    if (gathering_ && gathering_->failure()) note_failure(*gathering_->failure());
    RowBlock::Counts done;
    for (const RowBlock::Reject& reject : block.rejects) {
      take_rows(block, done, reject.before);
      if (is_over()) return;
      add_reject(reject, records_taken_ + reject.before.records + 1);
      if (failure_) return;
      done = reject.before;
    }
    take_rows(block, done, block.counts);
    records_taken_ += block.counts.records;
  }

  void take_rows(const RowBlock& block, const RowBlock::Counts& from, const RowBlock::Counts& to) {
    if (is_over()) return;
    const std::uint64_t gathered = to.gathered - from.gathered;
    gathered_ += gathered;
    if (options_.query.is_grouped()) counts_.records_written += gathered;
    counts_.records_filtered += to.filtered - from.filtered;
    if (!gathering_) write_rows(block, from, to);
  }

  void write_rows(const RowBlock& block, const RowBlock::Counts& from, const RowBlock::Counts& to) {
    const RowWindow::Part part = window_.take(to.rows - from.rows);
    std::size_t begin = from.text;
    std::size_t end = to.text;
    if (!block.row_ends.empty()) {
      const auto end_of = [&](std::uint64_t rows) { return rows == 0 ? from.text : block.row_ends[from.rows + rows - 1]; };
      begin = end_of(part.first);
      end = end_of(part.last);
    }
    write_first_without_comma(std::string_view(block.text).substr(begin, end - begin));
    if (failure_) return;
    counts_.records_written += part.size();
    counts_.records_filtered += to.rows - from.rows - part.size();
    rows_written_ += part.size();
  }

  void write_gathered() {
    std::string pending;
    std::uint64_t rows = 0;  // pending
    const auto flush = [&] {
      write_first_without_comma(pending);
      pending.clear();
      if (!failure_) rows_written_ += rows;
      rows = 0;
    };
    const Result<void> done = gathering_->rows([&](std::string_view row) {
      if (window_.is_full()) return false;
      if (window_.take(1).size() == 0) return true;
      ++rows;
      pending += row;
      if (pending.size() < write_bytes) return true;
      flush();
      show_progress();
      return !failure_ && !output_.is_closed();
    });
    flush();
    if (!done) note_failure(done.error());
    is_written_ = true;
    if (options_.query.is_grouped()) return;
    counts_.records_written += rows_written_;
    if (!failure_ && !output_.is_closed()) counts_.records_filtered += gathered_ - rows_written_;
  }

  // JSON's rows have a comma before them.
  void write_first_without_comma(std::string_view text) {
    if (text.empty()) return;
    if (is_empty_) text.remove_prefix(bytes_before_first_);
    is_empty_ = false;
    write(text);
  }

  void write(std::string_view text) {
    if (!table_) return write_out(text);
    write_out(table_->add(text));
  }
  void write_out(std::string_view text) {
    if (failure_) return;
    if (Result<void> done = output_.write(text); !done) note_failure(std::move(done).error());
  }

  // `records`: how many were read with it.
  void add_reject(const RowBlock::Reject& reject, std::uint64_t records) {
    ++counts_.records_rejected;
    metrics_.rejected(reject.error.code);
    const std::string id = reject.is_json ? id_json_of(reject.record, "id") : "";
    const std::string_view json = reject.is_json ? std::string_view(reject.record) : std::string_view();
    const std::string_view raw = reject.is_json ? std::string_view() : std::string_view(reject.record);
    if (Result<void> added = rejects_.add({reject.error, id, json, raw}); !added) note_failure(std::move(added).error());
    if (failure_ || !options_.max_rejects.passed_by(counts_.records_rejected, records)) return;
    note_failure(too_many_rejects(counts_.records_rejected));
  }

  void note_failure(Error error) {
    if (!failure_) failure_ = std::move(error);
  }

  void show_progress() {
    const std::lock_guard lock(mutex_);
    metrics_.counted(counts_);
    const auto now = steady_clock::now();
    if (now - shown_ < progress_interval) return;
    shown_ = now;
    progress_.update(state());
  }
  ProgressState state() const {
    const std::chrono::duration<double> seconds = steady_clock::now() - started_;
    return {counts_, seconds.count(), input_.bytes_taken(), input_.bytes_total()};
  }

  Report finish() {
    if (Result<void> flushed = rejects_.lines().flush(); !flushed) note_failure(std::move(flushed).error());
    if (const auto broken = input_.failure()) note_failure(*broken);
    if (stop_.stop_requested() && !input_.is_at_end() && !is_done() && !output_.is_closed()) note_failure({Code::interrupted, "interrupted", {}});
    if (!failure_) {
      if (Result<void> finished = output_.finish(); !finished) note_failure(std::move(finished).error());
    }
    metrics_.counted(counts_);
    progress_.finish(state());
    Report report;
    report.counts = counts_;
    report.rows_written = rows_written_;
    report.seconds = std::chrono::duration<double>(steady_clock::now() - started_).count();
    report.trace_id = telemetry::to_hex(options_.trace.trace_id);
    report.peak_rss_bytes = peak_rss_bytes();
    report.exit_status = failure_ ? 3 : !rejects_.empty() && !output_.is_closed() ? 1 : 0;
    report.stopped = failure_;
    if (failure_) report.output_left = output_.what_is_there();
    rejects_.tell(report);
    if (std::string warning = input_.warning(); !warning.empty()) report.warnings.push_back(std::move(warning));
    return report;
  }

  const ProcessOptions& options_;
  FileOutput output_;
  std::optional<TableLayout> table_;
  Progress& progress_;
  const std::stop_token stop_;
  const MemoryPlan plan_;
  ChunkPool chunks_;
  RowBlockPool blocks_;
  PieceBudget budget_;
  Input input_;
  std::deque<Piece> looked_at_;  // for the columns; they are worked on before the rest
  RejectLog rejects_;
  std::optional<Gathering> gathering_;
  RowWindow window_;
  LoadMetrics metrics_;

  // While records are read, what is below is the accepting worker's, and the caller's for the progress.
  std::mutex mutex_;
  Counts counts_;
  std::uint64_t records_taken_ = 0;
  std::uint64_t gathered_ = 0;  // records in groups, rows that are sorted
  std::uint64_t rows_written_ = 0;
  std::size_t bytes_before_first_ = 0;
  bool is_empty_ = true;     // no row was written
  bool is_written_ = false;  // what was gathered
  steady_clock::time_point started_;
  steady_clock::time_point shown_;
  std::optional<Error> failure_;
};

}  // namespace

Result<void> check(const ProcessOptions& options) {
  if (Result<void> checked = check(as_load(options)); !checked) return checked;
  return options.output == "-" ? Result<void>() : check_writable(options.output);
}

Result<Report> process(const ProcessOptions& options, Progress& progress, std::stop_token stop) {
  if (Result<void> checked = check(options); !checked) return std::unexpected(std::move(checked).error());
  Result<FileOutput> output = FileOutput::open(options.output);
  if (!output) return std::unexpected(std::move(output).error());
  return ProcessRun(options, std::move(*output), progress, std::move(stop)).run();
}

}  // namespace millrace::pipeline
