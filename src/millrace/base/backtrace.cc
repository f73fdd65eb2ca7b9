// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/backtrace.h"

#include <execinfo.h>

#include <array>

namespace millrace {
namespace {
constexpr int frames_max = 64;
constexpr int own_frames = 1;
}  // namespace

[[gnu::noinline]] void write_backtrace(int descriptor) noexcept {
  std::array<void*, frames_max> frames{};
  const int count = ::backtrace(frames.data(), frames_max);
  // A call that never returns may be the last of its function, and its return address the next function's.
  for (int i = own_frames; i < count; ++i) frames[i] = static_cast<char*>(frames[i]) - 1;
  if (count > own_frames) ::backtrace_symbols_fd(frames.data() + own_frames, count - own_frames, descriptor);
}

void prepare_backtrace() noexcept {
  void* frame = nullptr;
  ::backtrace(&frame, 1);
}

}  // namespace millrace
