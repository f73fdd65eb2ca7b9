// SPDX-License-Identifier: Apache-2.0
#include "fuzz/decode_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::decode::check_decoding(millrace::decode::Format::rejects, {reinterpret_cast<const char*>(data), size});
  return 0;
}
