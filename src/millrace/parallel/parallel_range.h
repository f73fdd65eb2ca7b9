// SPDX-License-Identifier: Apache-2.0
//
// run_range works on [0, n) on all cores where that pays, and in sequence where it does not: what parallel_map.h and the parallel
// stages stand on. Behind it is oneTBB, which no header shows.
//
//   run_range(rows.size(), [&](std::size_t begin, std::size_t end) {
//     for (std::size_t i = begin; i < end; ++i) rows[i].update();
//   });
//
// The work is called with pieces of [0, n), each index once. It begins in sequence, with pieces that double, and measures what they
// cost; when the rest is worth waking the other cores for, they share it. A piece is made to take some 20 µs.
//
// Exceptions: what is thrown is what a plain loop would have thrown: the exception of the lowest piece that throws. Pieces below one
// that threw are still run, since one of them may throw as well; those above are left out, and those under way end with their piece.
// Stop: once stop is asked for, no further piece is begun, and Stopped is thrown unless all was done already.
// Threads: from any, several at once, and from within the work of another call. While it waits, a thread works on nothing but its own
// call, so that a lock held around a call is not met again beneath it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <forward_list>
#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>

namespace millrace::parallel {

// The cores that this process may use.
std::size_t core_count() noexcept;

struct ParallelOptions {
  std::size_t workers_max = 0;  // threads that work at once, the caller included; 0: every core that the process may use
  std::stop_token stop;
};

// Thrown when stop was asked for before all was done.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped before all was done"; }
};

// A reference to work(begin, end), alive as long as the work is.
class RangeFunction {
 public:
  template <class Work>
    requires(!std::is_same_v<std::remove_cvref_t<Work>, RangeFunction> && std::is_invocable_v<Work&, std::size_t, std::size_t>)
  RangeFunction(Work&& work) noexcept  // NOLINT(google-explicit-constructor): as a parameter
      : work_(const_cast<void*>(static_cast<const void*>(std::addressof(work)))), call_([](void* of, std::size_t begin, std::size_t end) {
          (*static_cast<std::remove_reference_t<Work>*>(of))(begin, end);
        }) {}
  void operator()(std::size_t begin, std::size_t end) const { call_(work_, begin, end); }

 private:
  void* work_;
  void (*call_)(void*, std::size_t, std::size_t);
};

struct CostMemo;

namespace detail {
// Not of pointers and std::function, which are of one type whatever they call.
template <class F>
inline constexpr bool is_one_function = std::is_class_v<F>;
template <class Signature>
inline constexpr bool is_one_function<std::function<Signature>> = false;
}  // namespace detail

// `memo`: what earlier calls with such work cost (below); without one each call finds out anew.
[[gnu::noinline]] void run_range(std::size_t n, RangeFunction work, const ParallelOptions& options = {}, CostMemo* memo = nullptr);

// ---- for those who build on it. These are not inlined, whoever calls: their frames are large.

// What calls of the same kind cost when they were last measured, by the thread that calls. Even a time stamp is dear beside a few cheap
// elements, so a few calls after a measured one do without, if they are not much longer than it was.
struct CostMemo {
  std::uint32_t unstamped_max = 0;    // elements that took well under a µs, as far as measured
  std::uint32_t unstamped_calls = 0;  // that are left until it is measured again
  bool is_dear = false;               // a single element is worth another core

  // Whether a plain loop over n elements is right, for all that is known: of calls of F, whose type must tell one function from another,
  // and that nobody wants to stop.
  template <class F>
  bool take_unstamped(std::size_t n, const ParallelOptions& options) noexcept {
    if constexpr (!detail::is_one_function<std::remove_cvref_t<F>>) return false;
    if (n > unstamped_max || unstamped_calls == 0 || options.stop.stop_possible()) return false;
    --unstamped_calls;
    return true;
  }
};

struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What a beginning in sequence has left.
struct Rest {
  std::size_t begin = 0;           // [0, begin) is done
  double ticks_per_element = 0;    // of late; 0: not known
};

// [0, n) as far as is right in sequence, which may be all or nothing of it. Throws what work throws, and Stopped; `done` says of how
// much the pieces returned. Pieces are multiples of `unit`, but for the last.
[[gnu::noinline]] Rest begin_range(std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, std::size_t unit, std::size_t& done);

struct RangeOutcome {
  std::exception_ptr error;       // null when all was done
  std::size_t failed = 0;         // where the piece begins that threw it: all below was done
  std::size_t in_sequence = 0;    // [0, in_sequence) was done
  std::forward_list<Piece> done;  // and these further pieces, where they were to be recorded: disjoint, in no order
};

// [rest.begin, n) on all cores.
[[gnu::noinline]] RangeOutcome share_range(Rest rest, std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, std::size_t unit,
                         bool is_recorded);

// Both: as run_range, but gives the exception instead of throwing it. With `is_recorded` it also says which pieces were done.
[[gnu::noinline]] RangeOutcome try_range(std::size_t n, RangeFunction work, const ParallelOptions& options, CostMemo& memo, bool is_recorded);

namespace detail {
[[noreturn]] void throw_stopped();
}

}  // namespace millrace::parallel
