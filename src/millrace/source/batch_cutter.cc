// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/batch_cutter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::source {

BatchCutter::BatchCutter(std::unique_ptr<Source> source, std::size_t batch_bytes)
    : source_(std::move(source)), pool_(std::make_shared<ChunkPool>(batch_bytes)), chunk_(pool_) {}

void BatchCutter::fill() {
  while (!ended_ && !is_full()) {
    const std::size_t size = chunk_->size();
    const Result<std::size_t> got = source_->read({chunk_->data() + size, chunk_->capacity() - size});
    if (!got) failure_ = got.error();
    ended_ = !got || *got == 0;
    if (ended_) return;
    chunk_->set_size(size + *got);
    if (source_->would_wait()) return;
  }
}

void BatchCutter::grow(std::size_t capacity_max) { chunk_->grow(std::min(2 * chunk_->capacity(), capacity_max)); }

LentChunk BatchCutter::cut(std::size_t size) {
  LentChunk rest(pool_);
  const std::size_t rest_bytes = chunk_->size() - size;
  rest->grow(rest_bytes);
  if (rest_bytes != 0) std::memcpy(rest->data(), chunk_->data() + size, rest_bytes);
  rest->set_size(rest_bytes);
  rest->offset = chunk_->offset + size;
  chunk_->set_size(size);
  return std::exchange(chunk_, std::move(rest));
}

}  // namespace millrace::source
