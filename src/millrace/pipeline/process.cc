// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "millrace/base/file.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/pipeline/load_inputs.h"
#include "millrace/pipeline/memory_plan.h"
#include "millrace/pipeline/process_worker.h"
#include "millrace/pipeline/rejects.h"
#include "millrace/surrealql/group_merge.h"
#include "millrace/surrealql/row_order.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

constexpr auto progress_interval = std::chrono::milliseconds(200);
constexpr auto look_interval = std::chrono::milliseconds(100);
// What reading, working and writing take by themselves; what --memory has beyond it is for groups and for rows to be sorted, and at
// least a fourth of it.
constexpr std::size_t streaming_bytes = 48u << 20;
constexpr std::size_t write_bytes = 256u << 10;

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
  ProcessRun(const ProcessOptions& options, File output, Progress& progress, std::stop_token stop)
      : options_(options),
        output_(std::move(output)),
        progress_(progress),
        stop_(std::move(stop)),
        workers_(options.workers != 0 ? options.workers : std::max(1u, std::thread::hardware_concurrency())),
        plan_(MemoryPlan::of(std::min(is_gathered() ? options.memory_bytes - gathered_bytes() : options.memory_bytes, streaming_bytes))),
        chunks_(plan_.chunk_bytes),
        budget_(plan_.budget_bytes),
        format_(options.output_format, options.query),
        input_(input_files(as_load(options)), splitter_options(), chunks_, budget_, stop_),
        rejects_(rejects_path(as_load(options))),
        skip_(options.query.start()),
        left_(options.query.limit()) {}

  Report run() {
    MILLRACE_PROFILE_SCOPE("process");
    started_ = steady_clock::now();
    const ProcessJob job{options_, input_.files(), chunks_, blocks_, format_, !is_gathered() && (skip_ > 0 || left_ != UINT64_MAX), groups_aside_, rows_aside_, kept_bytes()};
    std::vector<std::unique_ptr<ProcessWorker>> working;
    for (std::size_t i = 0; i < workers_; ++i) working.push_back(std::make_unique<ProcessWorker>(job));
    write(format_.begin());
    if (left_ > 0) {
      Pipeline pipeline({.workers = workers_, .window = workers_ + 2, .thread_name = "process"}, [&] { return input_.next(); },
                        [&](std::size_t worker, Piece piece) { return working[worker]->work(std::move(piece)); });
      take_all(pipeline);
      input_.stop();
    }
    if (may_finish() && options_.query.is_grouped()) write_groups(working);
    if (may_finish() && !options_.query.is_grouped() && options_.query.is_ordered()) {
      std::vector<surrealql::RowOrder*> orders;
      for (const auto& worker : working) orders.push_back(worker->order());
      write_ordered(orders);
    }
    if (may_finish()) write(format_.end(rows_ == 0));
    is_whole_ = may_finish();
    return finish();
  }

 private:
  using Pipeline = parallel::OrderedPipeline<Piece, std::unique_ptr<RowBlock>>;

  // Rows come at the end, not as records come.
  bool is_gathered() const { return options_.query.is_grouped() || options_.query.is_ordered(); }
  // What was gathered takes its time to be merged, when the input has ended.
  bool was_stopped() const { return stop_.stop_requested() && (!input_.is_at_end() || (is_gathered() && !is_whole_)); }
  bool may_finish() const { return !failure_ && !pipe_closed_ && !was_stopped(); }
  std::size_t gathered_bytes() const {
    return std::max(options_.memory_bytes - std::min(options_.memory_bytes, streaming_bytes), options_.memory_bytes / 4);
  }
  // What a worker's groups or rows may take: each has a share, merging has one, and so have the rows of groups that are sorted.
  std::size_t kept_bytes() const {
    const std::size_t sorted_groups = options_.query.is_grouped() && options_.query.is_ordered() ? 1 : 0;
    return gathered_bytes() / (workers_ + 1 + sorted_groups);
  }

  // Groups are merged in the order of their keys, which is that of the output unless the query sorts them.
  void write_groups(const std::vector<std::unique_ptr<ProcessWorker>>& workers) {
    MILLRACE_PROFILE_SCOPE("groups");
    const surrealql::Query& query = options_.query;
    const surrealql::Plan& plan = query.plan();
    std::vector<surrealql::GroupTable*> tables;
    for (const auto& worker : workers) tables.push_back(worker->groups());
    surrealql::MergedGroups groups(plan, groups_aside_.group_bytes_max());
    if (Result<void> begun = groups.begin(tables, groups_aside_); !begun) return note_failure(std::move(begun).error());
    const surrealql::GroupLayout layout(plan);
    surrealql::Selector selector(query);
    std::optional<surrealql::RowOrder> order;
    if (query.is_ordered()) order.emplace(plan, surrealql::row_order_options(query, kept_bytes()), rows_aside_);
    surrealql::Arena arena;
    std::vector<surrealql::Datum> given(plan.keys.size() + plan.aggregates.size());
    std::vector<surrealql::Datum> order_keys(plan.order.size() + 1);
    std::string text;
    std::uint64_t number = 0;
    const auto add = [&](const surrealql::Group& group) {
      arena.reset();
      std::copy_n(group.keys, plan.keys.size(), given.begin());
      layout.values(group.state, given.data() + plan.keys.size(), arena);
      selector.select_group(given);
      text.clear();
      format_.append(selector, text);
      if (!order) return write_row(text);
      selector.order_keys(order_keys);
      if (Result<void> done = order->add(order_keys, number, text); !done) note_failure(std::move(done).error());
    };
    for (; may_finish() && (left_ > 0 || order); ++number) {
      Result<std::optional<surrealql::Group>> group = groups.next();
      if (!group) return note_failure(std::move(group).error());
      if (!*group) break;
      add(**group);
    }
    if (number == 0 && plan.keys.empty() && may_finish()) {  // GROUP ALL of nothing is a group, too
      std::vector<std::max_align_t> state(layout.bytes() / sizeof(std::max_align_t) + 1);
      layout.begin(reinterpret_cast<std::byte*>(state.data()));
      add({given.data(), reinterpret_cast<std::byte*>(state.data())});
    }
    if (order) write_ordered({&*order});
    flush_rows();
  }

  void write_ordered(const std::vector<surrealql::RowOrder*>& orders) {
    MILLRACE_PROFILE_SCOPE("order");
    for (surrealql::RowOrder* const order : orders) order->sort();
    surrealql::OrderedRows rows(options_.query.plan());
    if (Result<void> begun = rows.begin(orders, rows_aside_); !begun) return note_failure(std::move(begun).error());
    while (may_finish() && left_ > 0) {
      Result<std::optional<std::string_view>> row = rows.next();
      if (!row) return note_failure(std::move(row).error());
      if (!*row) break;
      write_row(**row);
    }
    flush_rows();
  }

  // A row that stands where it belongs: START and LIMIT count it.
  void write_row(std::string_view text) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (left_ == 0) return;
    if (left_ != UINT64_MAX) --left_;
    if (rows_ == 0) text.remove_prefix(format_.bytes_before_a_row() == 0 ? 0 : 1);
    rows_ = 1;
    pending_ += text;
    if (pending_.size() >= write_bytes) flush_rows();
  }
  void flush_rows() {
    write(pending_);
    pending_.clear();
  }

  decode::SplitterOptions splitter_options() const {
    decode::SplitterOptions splitter{.record_bytes_max = options_.record_bytes_max, .slice_records_max = plan_.slice_records_max};
    if (splitter.record_bytes_max > plan_.record_bytes_max) {
      splitter.record_bytes_max = plan_.record_bytes_max;
      splitter.record_bytes_from = decode::RecordLimit::memory;
    }
    return splitter;
  }

  void take_all(Pipeline& pipeline) {
    while (!failure_ && !pipe_closed_ && (left_ > 0 || is_gathered())) {
      std::optional<std::unique_ptr<RowBlock>> block = pipeline.take_for(look_interval);
      if (!block && pipeline.ended()) return;
      if (block) accept(std::move(*block));
      show_progress();
    }
  }

  void accept(std::unique_ptr<RowBlock> given) {
    RowBlock& block = *given;
    counts_.bytes_read += block.bytes_read;
    counts_.records_filtered += block.filtered;
    if (block.failure) note_failure(*block.failure);
    for (const RowBlock::Reject& reject : block.rejects) {
      add_reject(reject);
      if (failure_) break;
    }
    if (!is_gathered()) write(cut(block));
    counts_.records_written += block.records - block.filtered - block.rejects.size();
    budget_.release(block.bytes_counted);
    blocks_.give(std::move(given));
  }

  // The rows that START and LIMIT leave of the block's.
  std::string_view cut(const RowBlock& block) {
    std::string_view text = block.text;
    if (!block.row_ends.empty()) {
      const std::uint64_t skipped = std::min<std::uint64_t>(skip_, block.rows);
      const std::uint64_t taken = std::min<std::uint64_t>(left_, block.rows - skipped);
      skip_ -= skipped;
      left_ -= left_ == UINT64_MAX ? 0 : taken;
      const std::size_t begin = skipped == 0 ? 0 : block.row_ends[skipped - 1];
      const std::size_t end = skipped + taken == 0 ? 0 : block.row_ends[skipped + taken - 1];
      text = text.substr(begin, end - begin);
    }
    if (rows_ == 0 && !text.empty()) {
      text.remove_prefix(format_.bytes_before_a_row() == 0 ? 0 : 1);  // the comma; the line break stays
      rows_ = 1;
    }
    return text;
  }

  void write(std::string_view text) {
    if (text.empty() || failure_ || pipe_closed_) return;
    MILLRACE_PROFILE_SCOPE("write rows", "bytes", text.size());
    const Result<void> done = output_.write_all(text);
    if (done) return;
    pipe_closed_ = errno == EPIPE;  // `| head` has what it wants
    if (!pipe_closed_) note_failure(done.error());
  }

  void add_reject(const RowBlock::Reject& reject) {
    ++counts_.records_rejected;
    if (first_reject_.empty()) {
      first_reject_ = describe(reject.error);
      first_reject_reason_ = reject.error.message;
    }
    if (reject.error.message == first_reject_reason_) ++rejects_of_first_reason_;
    const RejectsWriter::Reject row{reject.error, {}, reject.is_json ? reject.record : std::string_view(), reject.is_json ? std::string_view() : reject.record};
    if (Result<void> added = rejects_.add(row); !added) note_failure(std::move(added).error());
    if (failure_ || !options_.max_rejects.passed_by(counts_.records_rejected, counts_.records_read())) return;
    note_failure({Code::too_large, fmt::format("more records were rejected than --max-rejects allows: {}", counts_.records_rejected), {}});
  }

  void note_failure(Error error) {
    if (!failure_) failure_ = std::move(error);
  }

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

  Report finish() {
    if (Result<void> flushed = rejects_.flush(); !flushed) note_failure(std::move(flushed).error());
    if (const auto broken = input_.failure()) note_failure(*broken);
    if (was_stopped() && left_ > 0 && !pipe_closed_) note_failure({Code::interrupted, "interrupted", {}});
    progress_.finish(state());
    Report report;
    report.counts = counts_;
    report.seconds = std::chrono::duration<double>(steady_clock::now() - started_).count();
    report.peak_rss_bytes = peak_rss_bytes();
    report.exit_status = failure_ ? 3 : rejects_.count() != 0 && !pipe_closed_ ? 1 : 0;
    report.stopped = failure_;
    report.rejects_path = rejects_.count() != 0 ? rejects_.path() : "";
    report.first_reject = first_reject_;
    report.first_reject_reason = first_reject_reason_;
    report.rejects_of_that_reason = rejects_of_first_reason_;
    if (std::string warning = input_.warning(); !warning.empty()) report.warnings.push_back(std::move(warning));
    return report;
  }

  const ProcessOptions& options_;
  File output_;
  Progress& progress_;
  const std::stop_token stop_;
  const std::size_t workers_;
  const MemoryPlan plan_;
  ChunkPool chunks_;
  RowBlockPool blocks_;
  PieceBudget budget_;
  const RowFormat format_;
  Input input_;
  RejectsWriter rejects_;
  // What does not fit into memory.
  surrealql::GroupsAside groups_aside_{options_.query.plan(), {.bytes_max = kept_bytes(), .stop = stop_}};
  surrealql::RowsAside rows_aside_{options_.query.plan(), surrealql::row_order_options(options_.query, kept_bytes()), {.bytes_max = kept_bytes(), .stop = stop_}};
  std::string pending_;  // rows on their way out

  std::uint64_t skip_ = 0;  // rows that START leaves out yet
  std::uint64_t left_ = 0;  // rows that LIMIT allows yet
  std::uint64_t rows_ = 0;  // 0 or 1: whether one was written
  bool is_whole_ = false;   // all that there is was written
  Counts counts_;
  steady_clock::time_point started_;
  steady_clock::time_point shown_;
  std::optional<Error> failure_;
  bool pipe_closed_ = false;
  std::string first_reject_;
  std::string first_reject_reason_;
  std::uint64_t rejects_of_first_reason_ = 0;
};

}  // namespace

Result<void> check(const ProcessOptions& options) {
  if (Result<void> checked = check(as_load(options)); !checked) return checked;
  return options.output == "-" ? Result<void>() : check_writable(options.output);
}

Result<Report> process(const ProcessOptions& options, Progress& progress, std::stop_token stop) {
  if (Result<void> checked = check(options); !checked) return std::unexpected(std::move(checked).error());
  Result<File> output = options.output == "-" ? File::standard_output() : File::create(options.output);
  if (!output) return std::unexpected(std::move(output).error());
  return ProcessRun(options, std::move(*output), progress, std::move(stop)).run();
}

}  // namespace millrace::pipeline
