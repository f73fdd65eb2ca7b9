// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/decode_worker.h"

#include <utility>

#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t body_additions = 4096;  // created_at, an id

}  // namespace

std::unique_ptr<Block> BlockPool::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::make_unique<Block>();
  std::unique_ptr<Block> block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void BlockPool::give(std::unique_ptr<Block> block) {
  const std::size_t held = block->bytes_held;
  chunks_.give(std::move(block->input));
  block->clear();
  if (block->bytes_in_memory() > kept_chunks_max * chunks_.chunk_bytes()) block.reset();
  budget_.release(held);
  if (!block) return;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(block));
}

std::unique_ptr<Block> begin_block(const DecodeJob& job, BlockPool& blocks, const Piece& piece) {
  std::unique_ptr<Block> block = blocks.take();
  // Most bodies are a little longer than their input; a string that grows by doubling would hold a large one three times.
  block->bytes.reserve(piece.slice.chunk.size() + piece.slice.chunk.size() / 8 + body_additions);
  block->encoding = job.encoding;
  block->source = job.files[piece.file].path;
  block->source_number = piece.file;
  block->bytes_read = piece.slice.bytes_taken;
  block->input_begin = piece.begin;
  return block;
}

void end_block(const DecodeJob& job, BlockPool& blocks, Piece piece, Block& block) {
  if (piece.slice.fault && !job.finished.contains({piece.file, *piece.slice.fault->place.byte})) {
    ++block.records_read;
    Error fault = std::move(*piece.slice.fault);
    fault.place.source = job.files[piece.file].path;
    block.malformed.push_back({std::move(fault), std::move(piece.slice.fault_text)});
    block.malformed.back().entries_before = block.size();
    block.malformed.back().filtered_before = block.records_filtered;
    block.malformed.back().offset = *block.malformed.back().error.place.byte;
  }
  block.input = std::move(piece.slice.chunk);
  blocks.budget().account(block, piece.bytes_counted);
}

std::unique_ptr<Block> DecodeWorker::decode(Piece piece) {
  MILLRACE_PROFILE_SCOPE("decode", "bytes", piece.slice.chunk.size());
  const telemetry::StageScope decoding(telemetry::Stage::decode);
  const InputFile& file = job_.files[piece.file];
  std::unique_ptr<decode::RecordReader>& reader = readers_[piece.file];
  if (!reader) {
    reader = std::make_unique<decode::RecordReader>(
        file.format, decode::ReaderOptions{.automatic_types = job_.shape.types.automatic});
  }
  const std::size_t chunk_bytes = piece.slice.chunk.capacity();
  std::unique_ptr<Block> block = begin_block(job_, blocks_, piece);
  BlockWriter writer(job_.shape, job_.encoding, IdSource::for_source(job_.start, job_.key, file.id_source));
  reader->open(piece.slice);
  const bool begun = job_.finished.reaches_into(piece.range());
  for (decode::Found found; reader->next(found);) {
    if (!begun || !job_.finished.contains({piece.file, found.offset})) add(found, piece.slice, writer, *block);
  }
  end_block(job_, blocks_, std::move(piece), *block);
  if (chunk_bytes > kept_chunks_max * blocks_.chunk_bytes()) reader.reset();  // its buffers have grown, too
  return block;
}

void DecodeWorker::add(const decode::Found& found, const decode::Slice& slice, BlockWriter& writer, Block& block) {
  ++block.records_read;
  Result<void> done = found.error ? std::unexpected(*found.error) : Result<void>();
  if (done) {
    const auto begin = static_cast<std::uint32_t>(found.input.data() - slice.chunk.data());
    done = writer.add(found.record, {found.line, found.byte, begin, static_cast<std::uint32_t>(found.input.size()), found.offset}, block);
  }
  const bool from_elsewhere = !found.source.empty();
  if (done) {
    if (from_elsewhere) {
      block.other_sources.push_back(found.source);
      block.entries.back().other_source = static_cast<std::uint32_t>(block.other_sources.size());
    }
    return;
  }
  Error error = std::move(done).error();
  error.place = {from_elsewhere ? found.source : block.source, found.line, found.byte, {}};
  Block::Malformed& bad = block.malformed.emplace_back(std::move(error));
  bad.entries_before = block.size();
  bad.offset = found.offset;
  bad.is_json = !found.error || found.is_json;
  if (!bad.is_json) {
    bad.record = found.input;
    return;
  }
  bad.record = readers_[block.source_number]->as_json(found.input, slice);
  if (const FieldView* id = found.record.find(job_.shape.id_field); id != nullptr) bad.id_json = id->value;
}

}  // namespace millrace::pipeline
