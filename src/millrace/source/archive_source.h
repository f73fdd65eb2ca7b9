// SPDX-License-Identifier: Apache-2.0
//
// A zstd, xz or bzip2 file, of one frame or many, by libarchive.
#pragma once

#include <memory>
#include <optional>

#include "millrace/source/input.h"
#include "millrace/source/source.h"

namespace millrace::source {

class ArchiveSource final : public Source {
 public:
  ArchiveSource(Input input, Compression compression);
  ~ArchiveSource() override;

  Result<std::size_t> read(std::span<char> out) override;
  bool would_wait() const override;
  std::uint64_t bytes_taken() const override;
  std::optional<std::uint64_t> bytes_total() const override;
  std::string warning() const override;
  const std::string& name() const override;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace millrace::source
