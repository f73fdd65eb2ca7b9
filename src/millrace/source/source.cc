// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/source.h"

#include <utility>

#include "millrace/source/archive_source.h"
#include "millrace/source/gzip_source.h"
#include "millrace/source/input.h"

namespace millrace::source {
namespace {

class PlainSource final : public Source {
 public:
  explicit PlainSource(Input input) : input_(std::move(input)) {}

  Result<std::size_t> read(std::span<char> out) override { return input_.read(out); }
  bool would_wait() const override { return input_.would_wait(); }
  std::uint64_t bytes_taken() const override { return input_.bytes_taken(); }
  std::optional<std::uint64_t> bytes_total() const override { return input_.bytes_total(); }
  std::string warning() const override { return {}; }
  const std::string& name() const override { return input_.name(); }

 private:
  Input input_;
};

Result<File> open_file(const std::string& path) {
  return path == "-" ? File::standard_input() : File::open_to_read(path);
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::string& path, std::stop_token stop) {
  Result<File> file = open_file(path);
  if (!file) return std::unexpected(std::move(file).error());
  file->set_stop(std::move(stop));
  Input input(std::move(*file));
  const Result<Compression> compression = input.find_compression();
  if (!compression) return std::unexpected(compression.error());
  switch (*compression) {
    case Compression::none: return std::make_unique<PlainSource>(std::move(input));
    case Compression::gzip: return std::make_unique<GzipSource>(std::move(input));
    case Compression::zstd:
    case Compression::xz:
    case Compression::bzip2: return std::make_unique<ArchiveSource>(std::move(input), *compression);
  }
  std::unreachable();
}

}  // namespace millrace::source
