// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/input.h"

#include <algorithm>
#include <array>

namespace millrace::source {

Result<Compression> Input::find_compression() {
  while (may_be_compressed(head_)) {
    std::array<char, signature_bytes_max> space;
    const Result<std::size_t> got = file_.read(std::span(space).first(signature_bytes_max - head_.size()));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    head_.append(space.data(), *got);
  }
  return source::find_compression(head_);
}

Result<std::size_t> Input::read(std::span<char> out) {
  const std::size_t from_head = std::min(out.size(), head_.size());
  std::copy_n(head_.begin(), from_head, out.begin());
  head_.erase(0, from_head);
  bytes_taken_ += from_head;
  if (from_head != 0) return from_head;
  const Result<std::size_t> got = file_.read(out);
  if (got) bytes_taken_ += *got;
  return got;
}

}  // namespace millrace::source
