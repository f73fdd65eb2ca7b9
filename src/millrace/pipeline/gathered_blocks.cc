// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/gathered_blocks.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "millrace/pipeline/query_worker.h"
#include "millrace/pipeline/rejects.h"
#include "millrace/surrealql/limits.h"

namespace millrace::pipeline {
namespace {

constexpr std::string_view id_source = "rows of a query";

}  // namespace

GatheredBlocks::GatheredBlocks(const DecodeJob& job, BlockPool& blocks)
    : job_(job),
      blocks_(blocks),
      has_origins_(!job.query->query.is_grouped()),
      writer_(job.shape, job.encoding, IdSource::for_source(job.start, job.key, id_source)),
      fields_(job.query->query, job.encoding) {}

void GatheredBlocks::begin() {
  block_ = blocks_.take();
  malformed_bytes_ = 0;
  told_sources_.clear();
  block_->input = blocks_.take_chunk();
  block_->encoding = job_.encoding;
  block_->source_number = static_cast<std::uint32_t>(job_.files.size());  // none of them
  if (!has_origins_) return;
  for (const InputFile& file : job_.files) block_->other_sources.push_back(file.path);
}

std::uint32_t GatheredBlocks::number_of(const RowOrigin& origin) {
  if (origin.source.empty()) return origin.file + 1;
  const auto known = told_sources_.find(origin.source);
  if (known != told_sources_.end()) return known->second;
  block_->other_sources.emplace_back(origin.source);
  return told_sources_[std::string(origin.source)] = static_cast<std::uint32_t>(block_->other_sources.size());
}

void GatheredBlocks::append_input(std::string_view json) {
  Chunk& input = block_->input;
  const std::size_t size = input.size();
  if (size + json.size() > input.capacity()) input.grow(std::max(2 * input.capacity(), size + json.size()));
  std::memcpy(input.data() + size, json.data(), json.size());
  input.set_size(size + json.size());
}

void GatheredBlocks::add(std::string_view row) {
  if (!block_) begin();
  Block& block = *block_;
  InputSpan span{.input_begin = static_cast<std::uint32_t>(block.input.size()), .offset = number_++};
  const RowOrigin origin = has_origins_ ? take_head(row) : RowOrigin();
  span.line = origin.line;
  span.byte = origin.byte;
  writer_.begin();
  surrealql::Evaluation& evaluation = fields_.evaluation();
  evaluation.failure.clear();
  Result<void> done = surrealql::within_limits(evaluation, [&] { return fields_.put_stored(row, writer_, json_); });
  if (done && evaluation.failed()) {
    json_ = std::string("null");  // it cannot be shown
    done = fail(Code::invalid_record, evaluation.failure);
  }
  span.input_size = static_cast<std::uint32_t>(json_.size());
  if (done) done = writer_.end(span, block);
  if (done) {
    append_input(json_);
    if (has_origins_) block.entries.back().other_source = number_of(origin);
    return;
  }
  Block::Malformed& bad = block.malformed.emplace_back(std::move(done).error());
  if (has_origins_) bad.error.place = {block.other_sources[number_of(origin) - 1], origin.line, origin.byte, {}};
  bad.entries_before = block.size();
  bad.is_json = true;
  bad.record = json_;
  bad.id_json = id_json_of(json_, job_.shape.id_field);
  malformed_bytes_ += sizeof bad + json_.size();
}

bool GatheredBlocks::is_full() const {
  return block_ && block_->bytes.size() + block_->input.size() + malformed_bytes_ >= 2 * blocks_.chunk_bytes();
}

std::unique_ptr<Block> GatheredBlocks::take() {
  if (block_) blocks_.budget().account(*block_, 0);
  return std::move(block_);
}

}  // namespace millrace::pipeline
