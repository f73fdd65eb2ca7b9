// SPDX-License-Identifier: Apache-2.0
//
// The lines of a file, in batches: a source of streaming jobs (parallel/stream.h).
//
//   Result<Lines> lines = read_lines("readings.csv.zst");
//   if (!lines) return std::unexpected(lines.error());
//   auto done = stream(*lines) | map(parse) | to(sink);
//
// Without a job: while next() gives a batch, batch.in_pieces([](std::span<const std::string_view> lines) { … }).
//
// '\n' and "\r\n" end a line and are no part of it; the last one needs no end. Bytes are given as they are, NULs and invalid
// UTF-8 too, but for a byte-order mark of UTF-8 at the start. gzip, zstd, xz and bzip2 are told by their first bytes.
// A batch is cut when `batch_bytes` are read, and at once where more would have to be waited for, as on a pipe.
//
// Threads: Lines one at a time; batches are on their own. Memory: one batch in the reader, and the batches that are alive.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/base/result.h"
#include "millrace/source/lent_chunk.h"

namespace millrace::source {

struct LinesOptions {
  std::size_t batch_bytes = 256u << 10;
  // Of a line that is longer than a batch; its batch grows for it.
  std::size_t line_bytes_max = 16u << 20;
  // Interrupts a read that waits for a pipe or terminal.
  std::stop_token stop;
};

// Whole lines. Views of them are good as long as it lives, wherever it is moved to.
class LineBatch {
 public:
  using value_type = std::string_view;

  std::string_view text() const { return text_; }
  std::uint64_t byte() const { return byte_; }  // of the first line, in the uncompressed input
  std::uint64_t line() const { return line_; }  // the first one's number, counted from 1

  // Calls take(std::span<const std::string_view>) with all the lines in order, a few hundred at a time.
  template <class F>
  void in_pieces(F&& take) const {
    std::array<std::string_view, 256> lines;
    const char* at = text_.data();
    const char* const end = at + text_.size();
    while (at != end) {
      std::size_t count = 0;
      while (count < lines.size() && at != end) {
        const auto* const newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        const char* const line_end = newline == nullptr ? end : newline != at && newline[-1] == '\r' ? newline - 1 : newline;
        lines[count++] = {at, static_cast<std::size_t>(line_end - at)};
        at = newline == nullptr ? end : newline + 1;
      }
      take(std::span<const std::string_view>(lines.data(), count));
    }
  }

 private:
  friend class Lines;
  LineBatch(LentChunk chunk, std::string_view text, std::uint64_t byte, std::uint64_t line)
      : chunk_(std::move(chunk)), text_(text), byte_(byte), line_(line) {}

  LentChunk chunk_;
  std::string_view text_;  // of the chunk
  std::uint64_t byte_;
  std::uint64_t line_;
};

class BatchCutter;

class Lines {
 public:
  Lines(Lines&&) noexcept;
  Lines& operator=(Lines&&) noexcept;
  ~Lines();

  // The next lines; nothing at the end, and after an error. Errors come behind the lines before them: too_large for a line over
  // line_bytes_max, with its place; io when reading fails or compressed input is truncated or broken; interrupted.
  Result<std::optional<LineBatch>> next();

 private:
  friend Result<Lines> read_lines(const std::string& path, const LinesOptions& options);
  Lines(std::unique_ptr<BatchCutter> cutter, std::size_t line_bytes_max);
  LineBatch cut(std::size_t size);
  std::size_t too_large_at(std::string_view text) const;
  bool is_too_large(std::string_view line) const;
  std::unexpected<Error> too_large();

  std::unique_ptr<BatchCutter> cutter_;
  std::size_t line_bytes_max_;
  std::size_t scanned_ = 0;  // of the chunk: no line ends there
  std::uint64_t line_ = 1;   // of the chunk's first byte
  bool ended_ = false;
};

// `path` may be "-" for standard input. Waits for the first bytes of a pipe. Errors: not_found, forbidden, io, interrupted.
Result<Lines> read_lines(const std::string& path, const LinesOptions& options = {});

}  // namespace millrace::source
