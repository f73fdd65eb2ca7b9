// SPDX-License-Identifier: Apache-2.0
//
// A Source gives the bytes of an input in order: a file, standard input, or either of them compressed.
//
//   Result<std::unique_ptr<Source>> source = open_source("posts.ndjson.gz");
//   for (;;) { Result<std::size_t> got = (*source)->read(space); if (!got || *got == 0) break; … }
//
// gzip, zstd, xz and bzip2 are told by their first bytes, not by the name; several members in a row are one input.
// Threads: one at a time. Memory: the decompressor's window and a read buffer; never the input.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "millrace/base/result.h"

namespace millrace::source {

class Source {
 public:
  virtual ~Source() = default;
  // Up to out.size() bytes of the uncompressed input; 0 at its end. io when reading fails, when compressed input is
  // truncated or broken: the message says at which byte.
  virtual Result<std::size_t> read(std::span<char> out) = 0;
  // True when read() would wait for the other end of a pipe, or a user; never for a file.
  virtual bool would_wait() const = 0;
  // For progress: bytes of the file taken so far, compressed ones when it is compressed, and their total when known.
  virtual std::uint64_t bytes_taken() const = 0;
  virtual std::optional<std::uint64_t> bytes_total() const = 0;
  // "garbage after the last member was left out" and the like; empty when there is nothing to say.
  virtual std::string warning() const = 0;
  virtual const std::string& name() const = 0;
};

// `path` may be "-" for standard input. Errors as File::open_to_read. After `stop` no read waits for a pipe or terminal: it
// is interrupted.
Result<std::unique_ptr<Source>> open_source(const std::string& path, std::stop_token stop = {});

}  // namespace millrace::source
