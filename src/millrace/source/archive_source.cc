// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/archive_source.h"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::source {
namespace {

int filter_code(Compression compression) {
  switch (compression) {
    case Compression::zstd: return ARCHIVE_FILTER_ZSTD;
    case Compression::xz: return ARCHIVE_FILTER_XZ;
    case Compression::bzip2: return ARCHIVE_FILTER_BZIP2;
    case Compression::none:
    case Compression::gzip: break;
  }
  std::unreachable();
}

}  // namespace

class ArchiveSource::Reader {
 public:
  Reader(Input input, Compression compression) : input_(std::move(input)), compression_(compression) {
    MILLRACE_ASSERT(archive_ != nullptr);
    // Just the one filter: left to itself, libarchive would also unpack what is packed inside.
    MILLRACE_ASSERT(archive_read_append_filter(archive_.get(), filter_code(compression)) == ARCHIVE_OK);
    archive_read_support_format_raw(archive_.get());
    archive_read_support_format_empty(archive_.get());  // raw alone takes no data at all for an error
  }

  Result<std::size_t> read(std::span<char> out);
  std::string warning() const;
  // What libarchive has taken and not given is not known: then a read gives it without a wait.
  bool would_wait() const { return block_.empty() && !ended_ && input_.would_wait(); }
  const Input& input() const { return input_; }

 private:
  static la_ssize_t give_bytes(archive*, void* self, const void** bytes);
  Result<bool> open();        // false when there is no data
  Result<bool> next_block();  // false at the end
  std::uint64_t bytes_used() const;
  std::unexpected<Error> broken() const;

  struct Free {
    void operator()(archive* handle) const { archive_read_free(handle); }
  };

  Input input_;
  const Compression compression_;
  std::array<char, 128u << 10> buffer_;
  std::optional<Error> input_error_;
  std::unique_ptr<archive, Free> archive_{archive_read_new()};
  std::string_view block_;  // given by libarchive, and not yet passed on
  std::uint64_t bytes_given_ = 0;
  bool opened_ = false;
  bool ended_ = false;
};

la_ssize_t ArchiveSource::Reader::give_bytes(archive*, void* self, const void** bytes) {
  Reader& reader = *static_cast<Reader*>(self);
  const Result<std::size_t> got = reader.input_.read(reader.buffer_);
  if (!got) {
    reader.input_error_ = got.error();
    return -1;
  }
  *bytes = reader.buffer_.data();
  return static_cast<la_ssize_t>(*got);
}

// Bytes of the file that the filter made something of.
std::uint64_t ArchiveSource::Reader::bytes_used() const {
  constexpr int of_the_file = -1;
  return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_.get(), of_the_file), 0));
}

std::unexpected<Error> ArchiveSource::Reader::broken() const {
  if (input_error_) return std::unexpected(*input_error_);
  const char* words = archive_error_string(archive_.get());  // null now and then
  return fail(
      Code::io,
      fmt::format("cannot read '{}': its {} data is cut short or corrupt at byte {} of the uncompressed input{}",
                  input_.name(), to_string(compression_), bytes_given_,
                  words == nullptr ? "" : fmt::format(" ({})", words)));
}

Result<bool> ArchiveSource::Reader::open() {
  const int opened = archive_read_open(archive_.get(), this, nullptr, give_bytes, nullptr);
  // The empty format takes what could not be unpacked for no data, and opens it: only the words tell, or bytes not
  // used.
  if (opened != ARCHIVE_OK || archive_error_string(archive_.get()) != nullptr) return broken();
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(archive_.get(), &entry);
  if (status == ARCHIVE_EOF && bytes_used() != 0) return false;
  if (status != ARCHIVE_OK) return broken();
  opened_ = true;
  return true;
}

// archive_read_data() would drop what it has gathered when it comes upon an error; blocks lose nothing.
Result<bool> ArchiveSource::Reader::next_block() {
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = archive_read_data_block(archive_.get(), &data, &size, &offset);
  if (status == ARCHIVE_EOF) return false;
  if (status != ARCHIVE_OK) return broken();
  block_ = {static_cast<const char*>(data), size};
  return true;
}

Result<std::size_t> ArchiveSource::Reader::read(std::span<char> out) {
  while (block_.empty() && !ended_) {
    const Result<bool> more = opened_ ? next_block() : open();
    if (!more) return std::unexpected(more.error());
    ended_ = !*more;
  }
  const std::size_t size = block_.copy(out.data(), out.size());
  block_.remove_prefix(size);
  bytes_given_ += size;
  return size;
}

// bzip2 ends at what is no further stream, as the bzip2 command does; xz and zstd, as theirs, say that it is an error.
std::string ArchiveSource::Reader::warning() const {
  if (!ended_ || bytes_used() == input_.bytes_taken()) return {};
  return fmt::format("'{}': garbage after the last {} stream was left out", input_.name(), to_string(compression_));
}

ArchiveSource::ArchiveSource(Input input, Compression compression)
    : reader_(std::make_unique<Reader>(std::move(input), compression)) {}
ArchiveSource::~ArchiveSource() = default;

Result<std::size_t> ArchiveSource::read(std::span<char> out) { return reader_->read(out); }
bool ArchiveSource::would_wait() const { return reader_->would_wait(); }
std::uint64_t ArchiveSource::bytes_taken() const { return reader_->input().bytes_taken(); }
std::optional<std::uint64_t> ArchiveSource::bytes_total() const { return reader_->input().bytes_total(); }
std::string ArchiveSource::warning() const { return reader_->warning(); }
const std::string& ArchiveSource::name() const { return reader_->input().name(); }

}  // namespace millrace::source
