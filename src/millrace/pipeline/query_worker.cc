// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/query_worker.h"

#include <cstring>
#include <utility>

#include "millrace/pipeline/rejects.h"
#include "millrace/surrealql/limits.h"
#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {

using surrealql::Selected;

namespace {

struct StoredHead {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint32_t file = 0;
  std::uint32_t source_size = 0;  // which stands behind it
};

}  // namespace

void append_head(std::string& out, const RowOrigin& origin) {
  const StoredHead head{origin.line, origin.byte, origin.file, static_cast<std::uint32_t>(origin.source.size())};
  out.append(reinterpret_cast<const char*>(&head), sizeof head);
  out += origin.source;
}

RowOrigin take_head(std::string_view& row) {
  StoredHead head;
  std::memcpy(&head, row.data(), sizeof head);
  row.remove_prefix(sizeof head);
  const std::string_view source = row.substr(0, head.source_size);
  row.remove_prefix(source.size());
  return {head.line, head.byte, head.file, source};
}

QueryWorker::QueryWorker(const DecodeJob& job, BlockPool& blocks, Gathering::Worker* gathering)
    : job_(job), blocks_(blocks), gathering_(gathering), selector_(job.query->query), fields_(job.query->query, job.encoding), readers_(job.files.size()) {}

decode::RowReader& QueryWorker::reader(std::uint32_t file) {
  std::unique_ptr<decode::RowReader>& reader = readers_[file];
  if (!reader) {
    const surrealql::Query& query = job_.query->query;
    const decode::RowReaderOptions options{
        .strict = job_.query->strict, .automatic_types = job_.shape.types.automatic, .needs_text = query.needs_text()};
    reader = std::make_unique<decode::RowReader>(job_.files[file].format, query.paths(), options);
  }
  return *reader;
}

std::unique_ptr<Block> QueryWorker::decode(Piece piece) {
  MILLRACE_PROFILE_SCOPE("decode and select", "bytes", piece.slice.chunk.size());
  const telemetry::StageScope decoding(telemetry::Stage::decode);
  std::unique_ptr<Block> block = begin_block(job_, blocks_, piece);
  BlockWriter writer(job_.shape, job_.encoding, IdSource::for_source(job_.start, job_.key, job_.files[piece.file].id_source));
  decode::RowReader& reader = this->reader(piece.file);
  reader.open(piece.slice);
  const bool begun = job_.finished.reaches_into(piece.range());
  decode::FoundRow found;
  while (reader.next(found)) {
    if (!begun || !job_.finished.contains({piece.file, found.offset})) add(found, piece, writer, *block);
  }
  const std::size_t chunk_bytes = piece.slice.chunk.capacity();
  const std::uint32_t file = piece.file;
  end_block(job_, blocks_, std::move(piece), *block);
  if (chunk_bytes > kept_chunks_max * blocks_.chunk_bytes()) readers_[file].reset();  // its buffers have grown, too
  return block;
}

void QueryWorker::add(const decode::FoundRow& found, const Piece& piece, BlockWriter& writer, Block& block) {
  const std::size_t entries_before = block.size();
  const std::size_t bytes_before = block.bytes.size();
  const std::size_t ids_before = block.id_text.size();
  surrealql::Evaluation& evaluation = selector_.machine().evaluation();
  Result<void> done;
  if (found.error) {
    done = std::unexpected(*found.error);
  } else {
    done = surrealql::within_limits(evaluation, [&] { return gathering_ != nullptr ? gather(found, piece, block) : add_rows(found, piece, writer, block); });
    if (done && evaluation.failed()) done = fail(Code::invalid_record, evaluation.failure);
  }
  if (done) return;
  // All of the record's rows or none.
  block.entries.resize(entries_before);
  block.bytes.resize(bytes_before);
  block.id_text.resize(ids_before);
  ++block.records_read;
  Error error = std::move(done).error();
  error.place = {found.source.empty() ? block.source : found.source, found.line, found.byte, {}};
  Block::Malformed& bad = block.malformed.emplace_back(std::move(error));
  bad.entries_before = block.size();
  bad.filtered_before = block.records_filtered;
  bad.offset = found.offset;
  bad.is_json = !found.error || found.is_json;
  bad.record = bad.is_json ? reader(piece.file).as_json(found.input, piece.slice) : std::string(found.input);
  if (bad.is_json) bad.id_json = id_json_of(bad.record, job_.shape.id_field);
}

// The rows count as records, each for itself.
Result<void> QueryWorker::add_rows(const decode::FoundRow& found, const Piece& piece, BlockWriter& writer, Block& block) {
  const Selected selected = selector_.select(found.row);
  if (selected == Selected::failed) return fail(Code::invalid_record, selector_.failure());
  if (selected == Selected::filtered) {
    ++block.records_read;
    ++block.records_filtered;
    return {};
  }
  InputSpan span{found.line, found.byte, static_cast<std::uint32_t>(found.offset - piece.slice.chunk.offset), static_cast<std::uint32_t>(found.input.size()),
                 found.offset};
  const std::size_t entries_before = block.size();
  for (std::size_t i = 0; i < selector_.row_count(); ++i) {
    if (selector_.row_at(i) != Selected::row) return fail(Code::invalid_record, selector_.failure());
    span.row = static_cast<std::uint32_t>(i);
    Result<void> done;
    if (selector_.is_copy() && found.record != nullptr) {
      done = writer.add(*found.record, span, block);
    } else {
      writer.begin();
      done = fields_.put(selector_, writer);
      if (done && selector_.machine().evaluation().failed()) done = fail(Code::invalid_record, selector_.failure());
      if (done) done = writer.end(span, block);
    }
    if (!done) return done;
  }
  block.records_read += block.size() - entries_before;
  if (found.source.empty()) return {};
  block.other_sources.push_back(found.source);
  for (std::size_t i = entries_before; i < block.size(); ++i) block.entries[i].other_source = static_cast<std::uint32_t>(block.other_sources.size());
  return {};
}

Result<void> QueryWorker::gather(const decode::FoundRow& found, const Piece& piece, Block& block) {
  const Selected selected = selector_.select(found.row);
  if (selected == Selected::filtered) {
    ++block.records_read;
    ++block.records_filtered;
    return {};
  }
  head_.clear();
  append_head(head_, {found.line, found.byte, piece.file, found.source});
  std::optional<std::size_t> rows;
  if (selected == Selected::row) rows = gathering_->add(selector_, position_of(piece, block.records_gathered), head_);
  if (!rows) return fail(Code::invalid_record, selector_.failure());
  block.records_read += *rows;
  block.records_gathered += *rows;
  return {};
}

std::vector<std::unique_ptr<BlockMaker>> make_block_makers(const DecodeJob& job, BlockPool& blocks, std::size_t count, Gathering* gathering) {
  std::vector<std::unique_ptr<BlockMaker>> makers;
  for (std::size_t i = 0; i < count; ++i) {
    if (job.query == nullptr) {
      makers.push_back(std::make_unique<DecodeWorker>(job, blocks));
    } else {
      makers.push_back(std::make_unique<QueryWorker>(job, blocks, gathering == nullptr ? nullptr : &gathering->worker(i)));
    }
  }
  return makers;
}

}  // namespace millrace::pipeline
