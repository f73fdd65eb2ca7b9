// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/compression.h"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::source {
namespace {

using namespace std::string_view_literals;

struct Signature {
  Compression compression;
  std::string_view bytes;  // '?' matches any byte
};

// RFC 1952 section 2.3.1 (deflate is the only method), RFC 8878 section 3.1.1, the .xz format 1.1 section 2.1.1.1. Text
// may well begin with "BZh", so bzip2's first block (or its end, when it is empty) is asked for as well.
constexpr std::array signatures{
    Signature{Compression::gzip, "\x1f\x8b\x08"sv},
    Signature{Compression::zstd, "\x28\xb5\x2f\xfd"sv},
    Signature{Compression::xz,
              "\xfd"
              "7zXZ\0"sv},
    Signature{Compression::bzip2, "BZh?1AY&SY"sv},
    Signature{Compression::bzip2, "BZh?\x17\x72\x45\x38\x50\x90"sv},
};

bool agree(std::string_view head, const Signature& signature) {
  const std::size_t size = std::min(head.size(), signature.bytes.size());
  return std::equal(head.begin(), head.begin() + size, signature.bytes.begin(),
                    [](char byte, char expected) { return expected == '?' || byte == expected; });
}

}  // namespace

Compression find_compression(std::string_view head) {
  for (const Signature& signature : signatures) {
    if (head.size() >= signature.bytes.size() && agree(head, signature)) return signature.compression;
  }
  return Compression::none;
}

bool may_be_compressed(std::string_view head) {
  return std::ranges::any_of(signatures, [&](const Signature& signature) {
    return head.size() < signature.bytes.size() && agree(head, signature);
  });
}

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::none: return "plain";
    case Compression::gzip: return "gzip";
    case Compression::zstd: return "zstd";
    case Compression::xz: return "xz";
    case Compression::bzip2: return "bzip2";
  }
  std::unreachable();
}

}  // namespace millrace::source
