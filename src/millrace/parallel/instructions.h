// SPDX-License-Identifier: Apache-2.0
//
// Which machine instructions the fast forms of the stages use, and how a kernel is compiled for them.
#pragma once

namespace millrace::parallel {

enum class Instructions {
  best,      // AVX2 where the processor that runs has it
  portable,  // what every processor of this architecture has: to compare with, and to test
};

namespace detail {

#if defined(__x86_64__)
struct Avx2 {};
#endif
struct Portable {};

// A kernel is a class whose run<Portable or Avx2>(…) is inlined here, with all that it calls: so the user's functions, too,
// are compiled for the wider registers. Arguments go by value, so that the loops keep them in registers.
template <class Kernel, class... Arguments>
[[gnu::flatten]] auto run_portable(Arguments... arguments) {
  return Kernel::template run<Portable>(arguments...);
}
#if defined(__x86_64__)
template <class Kernel, class... Arguments>
[[gnu::target("avx2,popcnt"), gnu::flatten]] auto run_avx2(Arguments... arguments) {
  return Kernel::template run<Avx2>(arguments...);
}
#endif

template <class Kernel, class... Arguments>
auto run_kernel(Instructions instructions, Arguments... arguments) {
#if defined(__x86_64__)
  if (instructions == Instructions::best && __builtin_cpu_supports("avx2")) return run_avx2<Kernel>(arguments...);
#endif
  static_cast<void>(instructions);
  return run_portable<Kernel>(arguments...);
}

}  // namespace detail
}  // namespace millrace::parallel
