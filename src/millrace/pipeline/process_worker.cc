// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/process_worker.h"

#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {

using surrealql::Selected;

ProcessWorker::ProcessWorker(const ProcessJob& job) : job_(job), selector_(job.options.query), readers_(job.files.size()) {}

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
  MILLRACE_PROFILE_SCOPE("process slice", "bytes", piece.slice.chunk.size());
  const telemetry::StageScope decoding(telemetry::Stage::decode);
  auto block = std::make_unique<RowBlock>();
  block->text.reserve(text_bytes_);
  decode::RowReader& reader = this->reader(piece.file);
  reader.open(piece.slice);
  decode::FoundRow found;
  while (reader.next(found)) add(found, piece, *block);
  block->bytes_read = piece.slice.bytes_taken;
  block->bytes_counted = piece.bytes_counted;
  text_bytes_ = block->text.size();
  job_.chunks.give(std::move(piece.slice.chunk));
  return block;
}

void ProcessWorker::add(const decode::FoundRow& found, const Piece& piece, RowBlock& block) {
  ++block.records;
  if (found.error) return reject(*found.error, found, piece, block);
  Selected selected = selector_.select(found.row);
  if (selected == Selected::filtered) {
    ++block.filtered;
    return;
  }
  const std::size_t rows_before = block.rows;
  const std::size_t text_before = block.text.size();
  for (std::size_t i = 0; selected == Selected::row && i < selector_.row_count(); ++i) {
    selected = selector_.row_at(i);
    if (selected == Selected::row) add_row(block);
  }
  if (selected == Selected::row) return;
  // All of the record's rows or none.
  block.text.resize(text_before);
  block.rows = rows_before;
  if (job_.counts_rows) block.row_ends.resize(rows_before);
  reject({Code::invalid_record, selector_.failure(), {}}, found, piece, block);
}

void ProcessWorker::add_row(RowBlock& block) {
  job_.format.append(selector_, block.text);
  ++block.rows;
  if (job_.counts_rows) block.row_ends.push_back(static_cast<std::uint32_t>(block.text.size()));
}

void ProcessWorker::reject(Error error, const decode::FoundRow& found, const Piece& piece, RowBlock& block) {
  const bool from_elsewhere = !found.source.empty();
  error.place = {from_elsewhere ? found.source : job_.files[piece.file].path, found.line, found.byte, {}};
  const bool is_json = !found.error || found.is_json;
  block.rejects.push_back({std::move(error), is_json ? reader(piece.file).as_json(found.input, piece.slice) : std::string(found.input), is_json});
}

}  // namespace millrace::pipeline
