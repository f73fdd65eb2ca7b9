// SPDX-License-Identifier: Apache-2.0
//
// Which records of a job's input need nothing more: all before a frontier, and beyond it those that begin in certain ranges.
// It speaks of bytes of the uncompressed input, so that how the input is cut into pieces does not matter. Private to
// `pipeline`.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace millrace::pipeline {

struct Position {
  std::uint32_t file = 0;  // counted over the job's files
  std::uint64_t byte = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// The bytes [first, last) of a file.
struct FileRange {
  std::uint32_t file = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend auto operator<=>(const FileRange&, const FileRange&) = default;
};

struct Finished {
  Position frontier;
  std::vector<FileRange> ranges;  // in order, apart from each other, and none before the frontier

  friend bool operator==(const Finished&, const Finished&) = default;
  // That the record that begins there is.
  bool contains(const Position& begin) const;
  // That any that begins there or behind may be.
  bool reaches_into(const FileRange& range) const;
  // That all that begin in it are.
  bool covers(const FileRange& range) const;
  // Adds a range anywhere, and one that touches the frontier moves it.
  void add(const std::vector<FileRange>& more);
};

}  // namespace millrace::pipeline
