// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/process_worker.h"

#include <utility>

#include "millrace/pipeline/memory_plan.h"
#include "millrace/surrealql/limits.h"
#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {

using surrealql::Selected;

namespace {

constexpr std::size_t text_kept_max = 4u << 20;
// A block that holds more goes on its way before its slice is done.
constexpr std::size_t text_bytes_max = 4u << 20;
constexpr std::size_t reject_bytes_max = 1u << 20;

}  // namespace

std::unique_ptr<RowBlock> RowBlockPool::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::make_unique<RowBlock>();
  std::unique_ptr<RowBlock> block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void RowBlockPool::give(std::unique_ptr<RowBlock> block) {
  if (block->text.capacity() > text_kept_max) return;
  std::string text = std::move(block->text);
  std::vector<std::uint32_t> row_ends = std::move(block->row_ends);
  text.clear();
  row_ends.clear();
  *block = RowBlock{.text = std::move(text), .row_ends = std::move(row_ends)};
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(block));
}

ProcessWorker::ProcessWorker(const ProcessJob& job, Gathering::Worker* gathering)
    : job_(job), selector_(job.options.query, MemoryPlan::computed_bytes_max(job.options.memory_bytes)), readers_(job.files.size()), gathering_(gathering) {}

decode::RowReader& ProcessWorker::reader(std::uint32_t file) {
  std::unique_ptr<decode::RowReader>& reader = readers_[file];
  if (!reader) {
    const surrealql::Query& query = job_.options.query;
    const decode::RowReaderOptions options{.strict = job_.options.strict, .automatic_types = job_.options.types.automatic, .needs_text = query.needs_text()};
    reader = std::make_unique<decode::RowReader>(job_.files[file].format, query.paths(), options);
  }
  return *reader;
}

std::unique_ptr<RowBlock> ProcessWorker::work(Piece piece) {
  std::unique_ptr<RowBlock> block = job_.blocks.take();
  block->bytes_counted = piece.bytes_counted;
  work(std::move(piece), *block);
  return block;
}

void ProcessWorker::work_on(RowBlock& block) {
  Piece piece = *std::exchange(block.rest, std::nullopt);
  block.records_done += block.counts.records;
  block.gathered_done += block.counts.gathered;
  block.text.clear();
  block.row_ends.clear();
  block.rejects.clear();
  block.counts = {};
  work(std::move(piece), block);
}

void ProcessWorker::work(Piece piece, RowBlock& block) {
  MILLRACE_PROFILE_SCOPE("process slice", "bytes", piece.slice.chunk.size());
  const telemetry::StageScope decoding(telemetry::Stage::decode);
  reject_bytes_ = 0;
  decode::RowReader& reader = this->reader(piece.file);
  reader.open(piece.slice);
  decode::FoundRow found;
  for (std::uint64_t i = 0; i < block.records_done; ++i) reader.next(found);
  while (reader.next(found)) {
    add(found, piece, block);
    if (block.text.size() > text_bytes_max || reject_bytes_ > reject_bytes_max) [[unlikely]] {
      block.rest = std::move(piece);
      return;
    }
  }
  if (piece.slice.fault) {  // what cannot be decoded at the input's end
    Error fault = *piece.slice.fault;
    fault.place.source = job_.files[piece.file].path;
    block.rejects.push_back({std::move(fault), std::move(piece.slice.fault_text), false, block.counts});
    ++block.counts.records;
  }
  block.bytes_read = piece.slice.bytes_taken;
  job_.chunks.give(std::move(piece.slice.chunk));
}

void ProcessWorker::add(const decode::FoundRow& found, const Piece& piece, RowBlock& block) {
  if (found.error) return reject(*found.error, found, piece, block);
  const Selected selected = selector_.select(found.row);
  if (selected == Selected::filtered) {
    ++block.counts.filtered;
    ++block.counts.records;
    return;
  }
  const RowBlock::Counts before = block.counts;
  const auto keep = [&] { return gathering_ != nullptr ? gather(piece, block) : add_rows(block); };
  if (selected == Selected::row && surrealql::within_limits(selector_.machine().evaluation(), keep)) {
    ++block.counts.records;
    return;
  }
  // All of the record's rows or none.
  block.counts = before;
  block.text.resize(before.text);
  if (job_.counts_rows) block.row_ends.resize(before.rows);
  reject({Code::invalid_record, selector_.failure(), {}}, found, piece, block);
}

bool ProcessWorker::gather(const Piece& piece, RowBlock& block) {
  const std::optional<std::size_t> rows = gathering_->add(selector_, position_of(piece, block.gathered_done + block.counts.gathered));
  block.counts.gathered += rows.value_or(0);
  return rows.has_value();
}

bool ProcessWorker::add_rows(RowBlock& block) {
  for (std::size_t i = 0; i < selector_.row_count(); ++i) {
    if (selector_.row_at(i) != Selected::row || !job_.format.append(selector_, block.text)) return false;
    if (selector_.machine().evaluation().failed()) return false;  // a field that '*' writes has not its type
    surrealql::check_written(block.text, block.counts.text);
    block.counts.text = block.text.size();
    ++block.counts.rows;
    if (job_.counts_rows) block.row_ends.push_back(static_cast<std::uint32_t>(block.text.size()));
  }
  return true;
}

void ProcessWorker::reject(Error error, const decode::FoundRow& found, const Piece& piece, RowBlock& block) {
  const bool from_elsewhere = !found.source.empty();
  error.place = {from_elsewhere ? found.source : job_.files[piece.file].path, found.line, found.byte, {}};
  const bool is_json = !found.error || found.is_json;
  std::string record = is_json ? reader(piece.file).as_json(found.input, piece.slice) : std::string(found.input);
  reject_bytes_ += sizeof(RowBlock::Reject) + error.message.size() + record.size();
  block.rejects.push_back({std::move(error), std::move(record), is_json, block.counts});
  ++block.counts.records;
}

}  // namespace millrace::pipeline
