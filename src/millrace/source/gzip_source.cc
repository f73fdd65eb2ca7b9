// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/gzip_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::source {

struct GzipSource::Inflater {
  Inflater() {
    constexpr int gzip_only = 16;  // zlib.h, inflateInit2: a gzip header is expected, and nothing else
    MILLRACE_ASSERT(inflateInit2(&stream, gzip_only + MAX_WBITS) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(buffer.data());
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string_view pending() const { return {reinterpret_cast<const char*>(stream.next_in), stream.avail_in}; }
  void skip(std::size_t size) {
    stream.next_in += size;
    stream.avail_in -= static_cast<uInt>(size);
  }

  z_stream stream{};
  std::array<char, 128u << 10> buffer;
};

GzipSource::GzipSource(Input input) : input_(std::move(input)), inflater_(std::make_unique<Inflater>()) {}
GzipSource::~GzipSource() = default;

// Puts more bytes behind those that are pending.
Result<bool> GzipSource::fill() {
  const std::string_view pending = inflater_->pending();
  std::memmove(inflater_->buffer.data(), pending.data(), pending.size());
  const Result<std::size_t> got = input_.read(std::span(inflater_->buffer).subspan(pending.size()));
  if (!got) return std::unexpected(got.error());
  inflater_->stream.next_in = reinterpret_cast<Bytef*>(inflater_->buffer.data());
  inflater_->stream.avail_in = static_cast<uInt>(pending.size() + *got);
  return *got != 0;
}

// Tapes and disks pad with zeros, which mean nothing; what else follows the last member is left out, as gzip does.
Result<bool> GzipSource::begin_next_member() {
  constexpr std::string_view magic = "\x1f\x8b";
  bool padded = false;
  for (;;) {
    const std::string_view pending = inflater_->pending();
    if (!padded && pending.starts_with(magic)) {
      MILLRACE_ASSERT(inflateReset(&inflater_->stream) == Z_OK);
      return true;
    }
    const std::size_t zeros = std::min(pending.find_first_not_of('\0'), pending.size());
    padded = padded || zeros != 0;
    inflater_->skip(zeros);
    const bool undecided = zeros == pending.size() || (!padded && magic.starts_with(pending));
    if (undecided) {
      const Result<bool> more = fill();
      if (!more) return more;
      if (*more) continue;
    }
    if (!inflater_->pending().empty()) {
      warning_ = fmt::format("'{}': garbage after the last gzip member was left out", name());
    }
    return false;
  }
}

std::unexpected<Error> GzipSource::broken(std::string_view how) const {
  return fail(Code::io, fmt::format("cannot read '{}': its gzip data is {} at byte {} of the uncompressed input",
                                    name(), how, bytes_given_));
}

bool GzipSource::would_wait() const {
  return !ended_ && !filled_ && inflater_->pending().empty() && input_.would_wait();
}

Result<std::size_t> GzipSource::read(std::span<char> out) {
  z_stream& stream = inflater_->stream;
  while (!ended_ && !out.empty()) {
    if (std::exchange(member_ended_, false)) {
      const Result<bool> next = begin_next_member();
      if (!next) return std::unexpected(next.error());
      ended_ = !*next;
      continue;
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max()));
    const uInt room = stream.avail_out;
    const int status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t given = room - stream.avail_out;
    bytes_given_ += given;
    filled_ = stream.avail_out == 0;
    if (status == Z_STREAM_END) {
      member_ended_ = true;
    } else if (given == 0 && (status == Z_OK || status == Z_BUF_ERROR)) {
      const Result<bool> more = fill();
      if (!more) return std::unexpected(more.error());
      if (!*more) return broken("cut short");
    } else if (status != Z_OK && given == 0) {
      return broken(fmt::format("corrupt ({})", stream.msg != nullptr ? stream.msg : zError(status)));
    }
    if (given != 0) return given;
  }
  return 0;
}

}  // namespace millrace::source
