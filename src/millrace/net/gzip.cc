// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/gzip.h"

#include <zlib.h>

#include "millrace/base/assert.h"

namespace millrace::net {

std::string gzip(std::string_view bytes) {
  constexpr int gzip_window_bits = 15 + 16;
  constexpr int default_memory = 8;
  z_stream stream{};
  MILLRACE_ASSERT(::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window_bits, default_memory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  MILLRACE_ASSERT(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace millrace::net
