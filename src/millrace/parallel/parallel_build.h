// SPDX-License-Identifier: Apache-2.0
//
// What the functions of parallel_map.h are made of: building in place and undoing it, and what a filter keeps.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "millrace/parallel/parallel_range.h"
#include "millrace/parallel/raw_memory.h"

namespace millrace::parallel::detail {

// Destroys [first, last) unless released.
template <class R>
struct BuiltGuard {
  R* first;
  R* last;
  ~BuiltGuard() { std::destroy(first, last); }
  void release() { first = last; }
};

template <class R, class Make>
inline constexpr bool is_undone_by_nothing = std::is_trivially_destructible_v<R> || std::is_nothrow_invocable_r_v<R, Make&, std::size_t>;

// out[i] is made of make(i) for i in [begin, end), in place. When make throws, what this call built is destroyed.
template <class R, class Make>
inline void build(R* __restrict out, std::size_t begin, std::size_t end, Make make) {
  if constexpr (is_undone_by_nothing<R, Make>) {
    for (std::size_t i = begin; i < end; ++i) ::new (static_cast<void*>(out + i)) R(make(i));
  } else {
    BuiltGuard<R> built{out + begin, out + begin};
    for (std::size_t i = begin; i < end; ++i, ++built.last) ::new (static_cast<void*>(built.last)) R(make(i));
    built.release();
  }
}

// Destroys what was built by an outcome: of elements [begin, end) the objects [place_of(begin), place_of(end)).
template <class R, class PlaceOf>
void destroy_built([[maybe_unused]] R* built, [[maybe_unused]] const RangeOutcome& outcome, [[maybe_unused]] PlaceOf place_of) {
  if constexpr (!std::is_trivially_destructible_v<R>) {
    for (const Piece& piece : outcome.done) std::destroy(built + place_of(piece.begin), built + place_of(piece.end));
  }
}

template <class R, class PlaceOf>
[[noreturn]] void destroy_and_throw(R* built, const RangeOutcome& outcome, PlaceOf place_of) {
  std::destroy_n(built, place_of(outcome.in_sequence));
  detail::destroy_built(built, outcome, place_of);
  std::rethrow_exception(outcome.error);
}

// What makes element i: f(in[i]).
template <class F, class T>
auto made_by(F& f, const T* in) {
  return [&f, in](std::size_t i) -> decltype(auto) { return std::invoke(f, in[i]); };
}

// build(out, 0, n, make), measured and shared. Not inlined, so that a call which is too small for it has no large frame.
template <class R, class Make>
[[gnu::noinline]] void build_measured(R* out, std::size_t n, Make make, const ParallelOptions& options, CostMemo& memo) {
  const auto work = [&](std::size_t begin, std::size_t end) { detail::build(out, begin, end, make); };
  const RangeOutcome outcome = try_range(n, work, options, memo, !std::is_trivially_destructible_v<R>);
  if (outcome.error) detail::destroy_and_throw(out, outcome, std::identity());
}

// The same for the shared part alone, at the end of a scope.
template <class R, class PlaceOf>
class OutcomeGuard {
 public:
  OutcomeGuard(R* built, const RangeOutcome& outcome, PlaceOf place_of) : built_(built), outcome_(outcome), place_of_(place_of) {}
  OutcomeGuard(const OutcomeGuard&) = delete;
  OutcomeGuard& operator=(const OutcomeGuard&) = delete;
  ~OutcomeGuard() { detail::destroy_built(built_, outcome_, place_of_); }

 private:
  R* built_;
  const RangeOutcome& outcome_;
  PlaceOf place_of_;
};

inline void lower(std::atomic<std::size_t>& to, std::size_t value) {
  for (std::size_t seen = to.load(std::memory_order_relaxed); value < seen && !to.compare_exchange_weak(seen, value, std::memory_order_relaxed);) {
  }
}

template <class Call>
std::exception_ptr caught(Call call) noexcept {
  try {
    call();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

// Which elements a filter keeps: a byte each, 0 or 1, and how many come before each block of them.
class Kept {
 public:
  explicit Kept(std::size_t n) : memory_(n > sizeof(few_) ? n : 0, 1), marks_(n > sizeof(few_) ? static_cast<std::uint8_t*>(memory_.data()) : few_) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  std::uint8_t* marks() { return marks_; }
  // All marks of [0, n) are set now.
  void count(std::size_t n) {
    if (n > block) before_ = RawMemory((n + block - 1) / block * sizeof(std::size_t), alignof(std::size_t));
    size_ = 0;
    for (std::size_t begin = 0; begin < n; begin += block) {
      if (n > block) ::new (static_cast<std::size_t*>(before_.data()) + begin / block) std::size_t(size_);
      size_ += sum(begin, std::min(n, begin + block));
    }
  }
  // Of all elements.
  std::size_t size() const { return size_; }
  // How many are kept below `at`, which is at most n.
  std::size_t place_of(std::size_t at) const {
    const std::size_t first = at == 0 ? 0 : (at - 1) / block;
    return (first == 0 ? 0 : static_cast<const std::size_t*>(before_.data())[first]) + sum(first * block, at);
  }

  // Makes out[place_of(i)] of make(i) for each element i of [begin, end) that is kept, as build() does.
  template <class R, class Make>
  void for_each_in(std::size_t begin, std::size_t end, R* __restrict out, Make make) const {
    BuiltGuard<R> built{out + place_of(begin), out + place_of(begin)};
    R* next = built.last;
    const auto take = [&](std::size_t i) {
      ::new (static_cast<void*>(next)) R(make(i));
      ++next;
      if constexpr (!is_undone_by_nothing<R, Make>) built.last = next;
    };
    for (; begin + 64 <= end; begin += 64) {  // bit by bit: nothing to guess wrong for each element
      for (std::uint64_t bits = bits_at(begin); bits != 0; bits &= bits - 1) take(begin + static_cast<std::size_t>(std::countr_zero(bits)));
    }
    for (; begin < end; ++begin) {
      if (marks_[begin] != 0) take(begin);
    }
    built.release();
  }

 private:
  static constexpr std::size_t block = 4096;

  std::size_t sum(std::size_t begin, std::size_t end) const {
    std::size_t found = 0;
    for (std::size_t i = begin; i < end; ++i) found += marks_[i];
    return found;
  }
  // 64 marks as bits: eight bytes of 0 or 1 are gathered by one multiplication.
  std::uint64_t bits_at(std::size_t begin) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 64; i += 8) {
      std::uint64_t bytes;
      std::memcpy(&bytes, marks_ + begin + i, 8);
      if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
      bits |= (bytes * 0x0102040810204080 >> 56) << i;
    }
    return bits;
  }

  std::size_t size_ = 0;
  RawMemory memory_;  // marks, where few_ is too small
  RawMemory before_;  // kept before each block, where there is more than one
  std::uint8_t* marks_;
  std::uint8_t few_[128];
};

}  // namespace millrace::parallel::detail
