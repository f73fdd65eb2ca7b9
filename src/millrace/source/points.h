// SPDX-License-Identifier: Apache-2.0
//
// The points of a binary file, one behind the other as they lie in memory, in batches: a source of streaming jobs
// (parallel/stream.h).
//
//   struct DataPoint { double x; double y; };
//   Result<Points<DataPoint>> points = read_points<DataPoint>("points.bin");
//   if (!points) return std::unexpected(points.error());
//   auto total = stream(*points) | map(&DataPoint::x) | sum();
//
// The byte order is this machine's; every byte pattern of the file has to be a T. The file may be compressed, as with lines.h.
// A batch is cut when `batch_bytes` are read, and at once where more would have to be waited for, as on a pipe.
//
// Threads: Points one at a time; batches are on their own. Memory: one batch in the reader, and the batches that are alive.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "millrace/base/result.h"
#include "millrace/source/lent_chunk.h"

namespace millrace::source {

struct PointsOptions {
  std::size_t batch_bytes = 256u << 10;  // at least one point
  // Interrupts a read that waits for a pipe or terminal.
  std::stop_token stop;
};

// A contiguous range of points.
template <class T>
class PointBatch {
 public:
  explicit PointBatch(LentChunk chunk) : chunk_(std::move(chunk)) {}
  const T* data() const { return reinterpret_cast<const T*>(chunk_->data()); }
  std::size_t size() const { return chunk_->size() / sizeof(T); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

 private:
  LentChunk chunk_;
};

class BatchCutter;

// What Points<T> is for a T of `point_bytes`.
class PointReader {
 public:
  PointReader(PointReader&&) noexcept;
  PointReader& operator=(PointReader&&) noexcept;
  ~PointReader();
  static Result<PointReader> open(const std::string& path, std::size_t point_bytes, const PointsOptions& options);
  Result<std::optional<LentChunk>> next();

 private:
  PointReader(std::unique_ptr<BatchCutter> cutter, std::size_t point_bytes);

  std::unique_ptr<BatchCutter> cutter_;
  std::size_t point_bytes_;
  bool ended_ = false;
};

template <class T>
class Points {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= alignof(std::max_align_t));

 public:
  explicit Points(PointReader reader) : reader_(std::move(reader)) {}

  // The next points; nothing at the end, and after an error. Errors come behind the points before them: io when the file ends in the
  // midst of a point (its byte is in the place), when reading fails, or compressed input is truncated or broken; interrupted.
  Result<std::optional<PointBatch<T>>> next() {
    Result<std::optional<LentChunk>> chunk = reader_.next();
    if (!chunk) return std::unexpected(std::move(chunk).error());
    if (!*chunk) return std::nullopt;
    return PointBatch<T>(**std::move(chunk));
  }

 private:
  PointReader reader_;
};

// `path` may be "-" for standard input. Waits for the first bytes of a pipe. Errors: not_found, forbidden, io, interrupted.
template <class T>
Result<Points<T>> read_points(const std::string& path, const PointsOptions& options = {}) {
  Result<PointReader> reader = PointReader::open(path, sizeof(T), options);
  if (!reader) return std::unexpected(std::move(reader).error());
  return Points<T>(*std::move(reader));
}

}  // namespace millrace::source
