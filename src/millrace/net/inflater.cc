// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/inflater.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <string>

#include "millrace/base/assert.h"

namespace millrace::net {
namespace {

constexpr int gzip_only = 16 + MAX_WBITS;  // zlib.h, inflateInit2

}  // namespace

struct Inflater::Impl {
  Impl() { MILLRACE_ASSERT(::inflateInit2(&stream, gzip_only) == Z_OK); }
  ~Impl() { ::inflateEnd(&stream); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  z_stream stream{};
  bool is_at_end = false;  // of a member
};

Inflater::Inflater() : impl_(std::make_unique<Impl>()) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

void Inflater::feed(std::string_view bytes) {
  impl_->stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
  impl_->stream.avail_in = static_cast<uInt>(bytes.size());
}

Result<std::size_t> Inflater::take(std::span<char> out) {
  z_stream& stream = impl_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  while (stream.avail_out == out.size()) {
    if (impl_->is_at_end) {
      if (stream.avail_in == 0) return 0;
      MILLRACE_ASSERT(::inflateReset(&stream) == Z_OK);
      impl_->is_at_end = false;
    }
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      impl_->is_at_end = true;
    } else if (code == Z_BUF_ERROR || (code == Z_OK && stream.avail_in == 0)) {
      break;
    } else if (code != Z_OK) {
      return fail(Code::invalid_argument, fmt::format("this is no gzip, or damaged: {}", stream.msg == nullptr ? "unknown" : stream.msg));
    }
  }
  return out.size() - stream.avail_out;
}

bool Inflater::may_end() const { return impl_->is_at_end; }

Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max) {
  constexpr std::size_t step = 64u << 10;
  Inflater inflater;
  inflater.feed(bytes);
  std::string out;
  for (;;) {
    const std::size_t before = out.size();
    out.resize(before + step);
    const Result<std::size_t> size = inflater.take(std::span(out).subspan(before));
    if (!size) return std::unexpected(size.error());
    out.resize(before + *size);
    if (out.size() > bytes_max) return fail(Code::too_large, fmt::format("unpacked, the body is larger than {} bytes", bytes_max));
    if (*size == 0) break;
  }
  if (!inflater.may_end()) return fail(Code::invalid_argument, "the gzip is cut short");
  return out;
}

}  // namespace millrace::net
