// SPDX-License-Identifier: Apache-2.0
//
// Whatever the strict reader accepts, the walk over structure reads the same; what it refuses for structure, the walk
// refuses in the same words; and neither depends on where slices are cut. The first three bytes choose sizes and paths, the
// others are the input.
#include <cstdio>
#include <cstdlib>

#include "decode/read_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::decode;
  static const std::vector<std::vector<FieldPath>> choices{{},
                                                           {{"a"}, {"b"}, {"c"}},
                                                           {{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a"}},
                                                           {{"d", "a"}, {""}, {"\""}, {"long name of a key"}}};
  if (size < 3) return 0;
  const DecodeOptions options{
      .chunk_bytes = 1u + data[1], .read_bytes = 1u + data[2], .record_bytes_max = 64u + 8 * (data[0] / 4)};
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::string broken = broken_promise(Format::ndjson, input, choices[data[0] % 4], options);
  if (broken.empty()) return 0;
  std::fprintf(stderr, "%s\n", broken.c_str());
  std::abort();
}
