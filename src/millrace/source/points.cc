// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/points.h"

#include <fmt/format.h>

#include <algorithm>

#include "millrace/source/batch_cutter.h"

namespace millrace::source {

PointReader::PointReader(std::unique_ptr<BatchCutter> cutter, std::size_t point_bytes)
    : cutter_(std::move(cutter)), point_bytes_(point_bytes) {}
PointReader::PointReader(PointReader&&) noexcept = default;
PointReader& PointReader::operator=(PointReader&&) noexcept = default;
PointReader::~PointReader() = default;

Result<std::optional<LentChunk>> PointReader::next() {
  while (!ended_) {
    cutter_->fill();
    const Chunk& chunk = cutter_->chunk();
    const std::size_t whole_bytes = chunk.size() / point_bytes_ * point_bytes_;
    if (whole_bytes != 0) return cutter_->cut(whole_bytes);
    if (!cutter_->has_ended()) continue;
    ended_ = true;
    if (std::optional<Error> failure = cutter_->take_failure()) return std::unexpected(*std::move(failure));
    if (chunk.size() == 0) break;
    return fail(Code::io, fmt::format("the file ends after {} of the {} bytes of a point", chunk.size(), point_bytes_),
                {.source = cutter_->name(), .line = 0, .byte = chunk.offset, .record_id = {}});
  }
  return std::nullopt;
}

Result<PointReader> PointReader::open(const std::string& path, std::size_t point_bytes, const PointsOptions& options) {
  Result<std::unique_ptr<Source>> source = open_source(path, options.stop);
  if (!source) return std::unexpected(std::move(source).error());
  // Full chunks then have no rest to be moved.
  const std::size_t points = std::max<std::size_t>(options.batch_bytes / point_bytes, 1);
  return PointReader(std::make_unique<BatchCutter>(*std::move(source), points * point_bytes), point_bytes);
}

}  // namespace millrace::source
