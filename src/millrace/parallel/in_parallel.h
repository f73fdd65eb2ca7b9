// SPDX-License-Identifier: Apache-2.0
//
// Stages on all cores, where that pays: in_parallel(range) in place of from(range).
//
//   const std::int64_t due = in_parallel(orders) | keep(&Order::is_open) | map(&Order::cents) | sum();
//   ExactArray<Parsed> good = in_parallel(lines) | map(parse) | keep(&Parsed::is_good) | collect();
//
// The range is contiguous: a span, vector, array, ExactArray; its elements are seen as const. What a stage calls must be
// callable as const, from several threads at once. Ends: sum, count, min, max, reduce, collect; take(), first(), any() and
// all() are for from().
//
// Results are those of from(), in order, whatever the threads do; of collect(), too. Only what depends on how a sum is
// bracketed may differ, and is the same every time: the input is cut into blocks by its length alone, each is summed up in
// order, then the blocks. That concerns floating sums behind stages that are not pure, and a reduce() whose op is not
// associative or whose init is not neutral (it begins each block).
//
// Cost, exceptions, stop: as map_collect (parallel_map.h). It begins as the plain loop and wakes other cores when what is
// left is worth it; what it has to write down for that is some 100 ns, so a few elements are for from(); the exception is that of the lowest element; Stopped. Pure stages: predicates are computed twice for
// collect(), which then allocates exactly; otherwise each function is called once for each element that reaches it, and
// elements move once to close the gaps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/parallel/parallel_map.h"
#include "millrace/parallel/parallel_range.h"
#include "millrace/parallel/stages.h"

namespace millrace::parallel {

// As Pipeline, on all cores.
template <class Range, class... S>
class ParallelPipeline {
 public:
  using Chain = Stages<S...>;
  using Element = ElementOf<const Range>;
  using Reference = const std::remove_const_t<Element>&;
  using Value = typename Chain::template Value<Reference>;
  static constexpr bool is_fast = detail::has_fast_form<Chain, Reference>;

  ParallelPipeline(Range range, Chain stages, ParallelOptions options, Instructions instructions)
      : range_(std::move(range)), stages_(std::move(stages)), options_(std::move(options)), instructions_(instructions) {}

  template <class... More>
  ParallelPipeline<Range, S..., More...> then(Stages<More...> more) && {
    return {std::move(range_), std::move(stages_) | std::move(more), std::move(options_), instructions_};
  }

  std::remove_reference_t<Reference>* data() const { return std::ranges::data(range_); }
  std::size_t size() const { return std::ranges::size(range_); }
  const Chain& stages() const { return stages_; }
  const ParallelOptions& options() const { return options_; }

  // The elements [begin, end) through the stages into `sink`.
  template <class Sink>
  [[gnu::always_inline]] void drive(std::size_t begin, std::size_t end, Sink& sink) const {
    auto* const in = data();
    for (std::size_t at = begin; at < end; ++at) stages_.push(in[at], sink);
  }
  template <class Kernel, class... More>
  auto run_fast(std::size_t begin, std::size_t end, More... more) const {
    return detail::run_kernel<Kernel>(instructions_, data() + begin, end - begin, &stages_, more...);
  }

 private:
  Range range_;
  Chain stages_;
  ParallelOptions options_;
  Instructions instructions_;
};

namespace detail {

// Blocks whose bounds depend on the number of elements alone.
class Blocks {
 public:
  static constexpr std::size_t block_max = float_run;

  Blocks(std::size_t elements, bool is_cheap)
      : elements_(elements), size_(is_cheap ? block_max : std::clamp<std::size_t>(elements / 128, 1, block_max)) {}
  std::size_t count() const { return (elements_ + size_ - 1) / size_; }
  std::size_t begin(std::size_t block) const { return block * size_; }
  std::size_t end(std::size_t block) const { return std::min(elements_, (block + 1) * size_); }

 private:
  std::size_t elements_;
  std::size_t size_;
};

// work(begin, end), once for each block: what it gave, in order.
template <class P, class Work>
auto by_blocks(const P& pipeline, const Blocks& blocks, const Work& work) {
  using Result = std::invoke_result_t<const Work&, std::size_t, std::size_t>;
  if (pipeline.options().stop.stop_requested()) throw Stopped();
  std::vector<std::optional<Result>> results(blocks.count());
  run_range(
      blocks.count(),
      [&](std::size_t first, std::size_t last) {
        for (std::size_t block = first; block < last; ++block)
          results[block].emplace(work(blocks.begin(block), blocks.end(block)));
      },
      pipeline.options());
  return results;
}

template <class P>
auto run_parallel(const P& pipeline, const Sum&) {
  using V = typename P::Value;
  constexpr bool is_fast = P::is_fast && (WholeNumber<V> || FloatingNumber<V>);
  using Total = typename SumOf<V>::type;
  const auto parts =
      by_blocks(pipeline, Blocks(pipeline.size(), is_fast), [&](std::size_t begin, std::size_t end) -> Total {
        if constexpr (is_fast && WholeNumber<V>) {
          return static_cast<Total>(pipeline.template run_fast<SumKernel<typename P::Reference, V>>(begin, end));
        } else if constexpr (is_fast) {
          return pipeline.template run_fast<FloatSumKernel<typename P::Reference, V>>(begin, end);
        } else {
          SumSink<V> sink;
          pipeline.drive(begin, end, sink);
          return std::move(sink).result();
        }
      });
  SumSink<Total> all;
  for (const auto& part : parts) all(*part);
  return std::move(all).result();
}

template <class P>
std::size_t run_parallel(const P& pipeline, const Count&) {
  if constexpr (P::is_fast && !P::Chain::drops) return pipeline.size();
  const auto parts =
      by_blocks(pipeline, Blocks(pipeline.size(), P::is_fast), [&](std::size_t begin, std::size_t end) -> std::size_t {
        if constexpr (P::is_fast) {
          return pipeline.template run_fast<CountKernel<typename P::Reference, typename P::Value>>(begin, end);
        } else {
          CountSink sink;
          pipeline.drive(begin, end, sink);
          return sink.total;
        }
      });
  std::size_t total = 0;
  for (const auto& part : parts) total += *part;
  return total;
}

template <class P, class Less, class Projection, bool greatest>
auto run_parallel(const P& pipeline, const Extreme<Less, Projection, greatest>& by) {
  using V = typename P::Value;
  using Sink = ExtremeSink<V, const Extreme<Less, Projection, greatest>>;
  constexpr bool is_fast =
      P::is_fast && Number<V> && std::same_as<Less, std::ranges::less> && std::same_as<Projection, std::identity>;
  auto parts =
      by_blocks(pipeline, Blocks(pipeline.size(), is_fast), [&](std::size_t begin, std::size_t end) -> std::optional<V> {
        if constexpr (is_fast) {
          if (auto found = pipeline.template run_fast<ExtremeKernel<typename P::Reference, V, greatest>>(begin, end))
            return found;
        }
        Sink sink{by};
        pipeline.drive(begin, end, sink);
        return std::move(sink).result();
      });
  Sink all{by};
  for (auto& part : parts) {
    if (*part) all(std::move(**part));
  }
  return std::move(all).result();
}

template <class P, class T, class Op>
T run_parallel(const P& pipeline, const Reduce<T, Op>& how) {
  static_assert(std::is_invocable_r_v<T, const Op&, T, T>, "reduce(init, op) in parallel: op must also join two results");
  auto parts = by_blocks(pipeline, Blocks(pipeline.size(), false), [&](std::size_t begin, std::size_t end) -> T {
    ReduceSink<T, const Op> sink{how.init, how.op};
    pipeline.drive(begin, end, sink);
    return std::move(sink.total);
  });
  T total = how.init;
  for (auto& part : parts) total = std::invoke(how.op, std::move(total), std::move(*part));
  return total;
}

// What survived of [begin, …), built from element `begin` of the output on.
struct Survivors {
  std::size_t begin;
  std::size_t count;
};

// Moves them together, in order; gives how many there are.
template <class V>
std::size_t close_gaps(V* out, std::vector<Survivors>& pieces) {
  std::ranges::sort(pieces, {}, &Survivors::begin);
  std::size_t size = 0;
  for (const Survivors& piece : pieces) {
    V* const from = out + piece.begin;
    if constexpr (std::is_trivially_copyable_v<V>) {
      if (size != piece.begin) std::memmove(static_cast<void*>(out + size), from, piece.count * sizeof(V));
    } else if (size != piece.begin) {
      for (std::size_t at = 0; at < piece.count; ++at) {
        ::new (static_cast<void*>(out + size + at)) V(std::move(from[at]));
        std::destroy_at(from + at);
      }
    }
    size += piece.count;
  }
  return size;
}

// Each piece is built where its elements would be if all were kept, by one call of each function; then the gaps are closed.
template <class P>
auto collect_once(const P& pipeline) {
  using V = typename P::Value;
  static_assert(std::is_nothrow_move_constructible_v<V>,
                "collect() in parallel, behind keep(): elements must move without throwing");
  ArrayBuilder<V> builder(pipeline.size());
  std::mutex mutex;
  std::vector<Survivors> pieces;  // guarded by mutex
  const auto work = [&](std::size_t begin, std::size_t end) {
    V* const first = builder.data() + begin;
    Writer<V> writer{first};
    BuiltGuard<V> guard{first, first};
    struct Noted {
      Writer<V>& writer;
      BuiltGuard<V>& guard;
      ~Noted() { guard.last = writer.next; }
    };
    {
      const Noted noted{writer, guard};
      pipeline.drive(begin, end, writer);
    }
    const std::lock_guard lock(mutex);
    pieces.push_back({begin, static_cast<std::size_t>(writer.next - first)});
    guard.first = guard.last;
  };
  try {
    static thread_local constinit CostMemo memo;
    if (memo.take_unstamped<typename P::Chain>(pipeline.size(), pipeline.options())) {
      work(0, pipeline.size());
    } else {
      run_range(pipeline.size(), work, pipeline.options(), &memo);
    }
  } catch (...) {
    for (const Survivors& piece : pieces) std::destroy_n(builder.data() + piece.begin, piece.count);
    throw;
  }
  builder.set_size(detail::close_gaps(builder.data(), pieces));
  return std::move(builder).finish();
}

// Pure stages: counted first, so that each block knows its place in an array of exactly the right size.
template <class P>
auto collect_counted(const P& pipeline) {
  using V = typename P::Value;
  const Blocks blocks(pipeline.size(), true);
  if (blocks.count() <= 1) {  // nobody to share with: once is enough
    ArrayBuilder<V> builder(pipeline.size());
    const V* const end =
        pipeline.template run_fast<CompactionKernel<typename P::Reference>>(0, pipeline.size(), builder.data());
    builder.set_size(static_cast<std::size_t>(end - builder.data()));
    return std::move(builder).finish();
  }
  const auto counts = by_blocks(pipeline, blocks, [&](std::size_t begin, std::size_t end) -> std::size_t {
    return pipeline.template run_fast<CountKernel<typename P::Reference, V>>(begin, end);
  });
  std::vector<std::size_t> places(1, 0);
  for (const auto& count : counts) places.push_back(places.back() + *count);
  ArrayBuilder<V> builder(places.back());
  V* const out = builder.data();
  run_range(
      blocks.count(),
      [&](std::size_t first, std::size_t last) {
        constexpr std::size_t piece =
            8 * block_size;  // packed on the stack: a vector store may go beyond what is kept, and there is a neighbour's
        Block<V, piece> packed;
        V* to = out + places[first];
        for (std::size_t at = blocks.begin(first); at < blocks.end(last - 1); at += piece) {
          const std::size_t end = std::min(at + piece, blocks.end(last - 1));
          const V* const kept = pipeline.template run_fast<CompactionKernel<typename P::Reference>>(at, end, packed.data());
          const auto count = static_cast<std::size_t>(kept - packed.data());
          if (count != 0) std::memcpy(static_cast<void*>(to), packed.data(), count * sizeof(V));
          to += count;
        }
      },
      pipeline.options());
  builder.set_size(places.back());
  return std::move(builder).finish();
}

template <class P>
auto run_parallel(const P& pipeline, const Collect&) {
  using V = typename P::Value;
  if (pipeline.options().stop.stop_requested()) throw Stopped();
  if constexpr (!P::Chain::drops && P::is_fast) {
    ArrayBuilder<V> builder(pipeline.size());
    static thread_local constinit CostMemo memo;
    const auto work = [&](std::size_t begin, std::size_t end) {
      pipeline.template run_fast<CompactionKernel<typename P::Reference>>(begin, end, builder.data() + begin);
    };
    run_range(pipeline.size(), work, pipeline.options(), &memo);
    builder.set_size(pipeline.size());
    return std::move(builder).finish();
  } else if constexpr (!P::Chain::drops) {
    const auto f = [&](typename P::Reference x) -> V { return pipeline.stages().made(x); };
    return parallel::map_collect(std::span(pipeline.data(), pipeline.size()), f, pipeline.options());
  } else if constexpr (P::is_fast) {
    return collect_counted(pipeline);
  } else {
    return collect_once(pipeline);
  }
}

}  // namespace detail

// A contiguous range as the source of stages on all cores. As with from(), what is named is borrowed, what is moved in is
// owned.
template <Contiguous Range>
[[nodiscard]] auto in_parallel(Range&& range, ParallelOptions options = {},
                               Instructions instructions = Instructions::best) {
  using R = std::remove_reference_t<Range>;
  static_assert(!detail::is_initializer_list<std::remove_cv_t<R>>, "in_parallel(): an initializer_list owns nothing; name an array or a vector");
  using Held = std::conditional_t<std::is_lvalue_reference_v<Range>, std::ranges::ref_view<R>, std::remove_const_t<R>>;
  return ParallelPipeline<Held>(Held(std::forward<Range>(range)), Stages<>(), std::move(options), instructions);
}

template <class Range, class... S, class... More>
[[nodiscard]] auto operator|(ParallelPipeline<Range, S...> pipeline, Stages<More...> more) {
  using Next = ParallelPipeline<Range, S..., More...>;
  static_assert(!Stages<More...>::stops, "in_parallel(): take() counts in order; use from()");
  using Checked [[maybe_unused]] = typename Next::Value;  // an error is told where the stage stands
  static_assert(Stages<S..., More...>::template is_shareable<typename Next::Reference>,
                "in_parallel(): what a stage calls must be callable as const: several threads share it");
  return std::move(pipeline).then(std::move(more));
}
template <class Range, class... S, class End>
requires detail::is_end<End>
auto operator|(ParallelPipeline<Range, S...> pipeline, End end) {
  static_assert(!detail::is_early_end<End>, "in_parallel(): first(), any() and all() end early, in order; use from()");
  if constexpr (!detail::is_early_end<End>) return detail::run_parallel(std::as_const(pipeline), std::as_const(end));
}

}  // namespace millrace::parallel
