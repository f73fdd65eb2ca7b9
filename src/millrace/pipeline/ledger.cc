// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/ledger.h"

#include <algorithm>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::pipeline {

void Ledger::accept(const Block& block, const FileRange& range) {
  Piece piece{range, &block, {}, block.size(), false, false};
  std::size_t first = 0;
  for (const Block::Malformed& bad : block.malformed) {
    const std::size_t at = std::min(bad.entries_before, block.size());
    if (at == 0) piece.begins_malformed = true;
    if (at == block.size()) piece.ends_malformed = true;
    if (at > first) piece.open.push_back({std::exchange(first, at), at});
  }
  if (block.size() > first) piece.open.push_back({first, block.size()});
  pieces_.push_back(std::move(piece));
  settle(block, 0, 0);
}

void Ledger::settle(const Block& block, std::size_t first, std::size_t last) {
  if (first != last) settle(pieces_, &block, first, last);
  while (!pieces_.empty() && pieces_.front().open.empty()) {
    frontier_ = std::max(frontier_, Position{pieces_.front().range.file, pieces_.front().range.last});
    pieces_.pop_front();
  }
}

void Ledger::settle(Pieces& pieces, const Block* block, std::size_t first, std::size_t last) {
  // A block is used again only after all of its records are settled.
  const auto piece = std::ranges::find_if(pieces, [&](const Piece& p) { return p.block == block && !p.open.empty(); });
  MILLRACE_ASSERT(piece != pieces.end());
  std::vector<Run> left;
  for (const Run& run : piece->open) {
    if (run.first < std::min(run.last, first)) left.push_back({run.first, std::min(run.last, first)});
    if (std::max(run.first, last) < run.last) left.push_back({std::max(run.first, last), run.last});
  }
  piece->open = std::move(left);
}

Finished Ledger::finished(std::span<const store::BlockRun> also) const {
  Pieces pieces = pieces_;
  for (const store::BlockRun& run : also) settle(pieces, run.block, run.first, run.last);

  Finished result{.frontier = frontier_, .ranges = {}};
  std::vector<FileRange> gaps = before_.ranges;
  bool any_open = false;
  FileRange last{.file = frontier_.file, .first = 0, .last = frontier_.byte};
  // Of the last piece's file, once any record is open: the byte behind the last open one, and whether anything stands behind.
  std::uint64_t from = 0;
  bool between = false;
  for (const Piece& piece : pieces) {
    if (piece.range.file != last.file) {
      if (between) gaps.push_back({last.file, from, last.last});
      from = 0;
      between = false;
    }
    last = piece.range;
    if (piece.open.empty()) {
      between = any_open;
      if (!any_open) result.frontier = {piece.range.file, piece.range.last};
      continue;
    }
    between = between || (any_open && piece.is_begun());
    for (const Run& run : piece.open) {
      const std::uint64_t begin = piece.block->offset(run.first);
      if (between && from < begin) gaps.push_back({piece.range.file, from, begin});  // else two runs of one record's rows
      if (!any_open) result.frontier = {piece.range.file, begin};
      any_open = true;
      from = piece.block->offset(run.last - 1) + 1;
      between = true;  // two runs of a block have something between them
    }
    between = piece.is_ended();
  }
  if (between) gaps.push_back({last.file, from, last.last});
  result.add(gaps);
  return result;
}

}  // namespace millrace::pipeline
