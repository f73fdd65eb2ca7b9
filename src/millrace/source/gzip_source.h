// SPDX-License-Identifier: Apache-2.0
//
// A gzip file, of one member or many (RFC 1952), by zlib. libarchive, which reads the other compressions, does not look
// at gzip's checksums (3.6.2: archive_read_support_filter_gzip.c, consume_trailer), so a flipped bit would become data.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "millrace/source/input.h"
#include "millrace/source/source.h"

namespace millrace::source {

class GzipSource final : public Source {
 public:
  explicit GzipSource(Input input);
  ~GzipSource() override;

  Result<std::size_t> read(std::span<char> out) override;
  bool would_wait() const override;
  std::uint64_t bytes_taken() const override { return input_.bytes_taken(); }
  std::optional<std::uint64_t> bytes_total() const override { return input_.bytes_total(); }
  std::string warning() const override { return warning_; }
  const std::string& name() const override { return input_.name(); }

 private:
  struct Inflater;  // zlib's state and the buffer that it reads from

  Result<bool> fill();               // false at the end of the file
  Result<bool> begin_next_member();  // false when there is none
  std::unexpected<Error> broken(std::string_view how) const;

  Input input_;
  std::unique_ptr<Inflater> inflater_;
  std::uint64_t bytes_given_ = 0;
  std::string warning_;
  bool filled_ = false;  // the last read gave all it had room for: zlib may have more
  bool member_ended_ = false;  // and whether another follows is not known yet: to look may take a wait
  bool ended_ = false;
};

}  // namespace millrace::source
