// SPDX-License-Identifier: Apache-2.0
//
// Stages: a loop over a range, said as a chain. The compiler makes of it the loop one would write by hand.
//
//   const std::int64_t due = from(orders) | keep(&Order::is_open) | map(&Order::cents) | sum();
//   ExactArray<std::string> names = from(std::views::istream<User>(in)) | keep(is_adult) | map(&User::name) | collect();
//   auto doubled = from(numbers) | keep(pure([](int x) { return x > 0; })) | map(pure([](int x) { return 2 * x; })) |
//   collect();
//
// A chain is keep(p), map(f) and take(n), in any number and order (stage_chain.h); it ends in sum, count, min, max, reduce,
// collect, first, any or all (stage_sinks.h). Nothing runs before its end is there. in_parallel(range) in place of
// from(range): in_parallel.h.
//
// The source is any input range: spans, containers, views, single-pass ones. What is named is borrowed; a container that is
// moved in is owned by the chain, and its elements are handed on as rvalues. Elements are pushed through all stages one by
// one: for each, p and f are called once, in order, f only on what was kept, as std::invoke does. What they throw passes
// through; nothing leaks.
//
// The fast form: where the source is contiguous, every stage is pure() (or a pointer to a data member), and elements are
// trivially copyable at each stage and of at most 16 bytes at the end, there is no branch to mispredict: dropped elements
// are computed and not used. The same result (floating sums: see sum()), on data that branches cannot foresee 5 to 40 times
// as fast; on the processor's wider registers where it has AVX2, whatever the compiler was told.
//
// Threads: a chain is used by one at a time. Memory: none but what collect() returns; it reserves for as many as may come.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/parallel/compaction.h"
#include "millrace/parallel/exact_array.h"
#include "millrace/parallel/instructions.h"
#include "millrace/parallel/selection.h"
#include "millrace/parallel/stage_chain.h"
#include "millrace/parallel/stage_sinks.h"

namespace millrace::parallel {
// A source and the stages behind it.
template <class Range, bool is_owned, class... S>
class Pipeline {
 public:
  using Chain = Stages<S...>;
  using Reference =
      std::conditional_t<is_owned, std::ranges::range_rvalue_reference_t<Range>, std::ranges::range_reference_t<Range>>;
  using Value = typename Chain::template Value<Reference>;
  static constexpr bool is_array = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range>;
  static constexpr bool is_fast = is_array && detail::has_fast_form<Chain, Reference>;

  constexpr Pipeline(Range range, Chain stages, Instructions instructions)
      : range_(std::move(range)), stages_(std::move(stages)), instructions_(instructions) {}

  constexpr Range& range() { return range_; }
  constexpr Chain& stages() { return stages_; }

  template <class... More>
  constexpr Pipeline<Range, is_owned, S..., More...> then(Stages<More...> more) && {
    return {std::move(range_), std::move(stages_) | std::move(more), instructions_};
  }
  // Pushes every element through the stages into `sink`, until it stops.
  template <class Sink>
  [[gnu::always_inline]] constexpr void drive(Sink& sink) {
    if constexpr (Chain::stops) {
      if (stages_.bound(1) == 0) return;
    }
    auto at = std::ranges::begin(range_);
    const auto end = std::ranges::end(range_);
    for (; at != end; ++at) {
      if constexpr (is_owned) {
        if (!stages_.push(std::ranges::iter_move(at), sink)) return;
      } else {
        if (!stages_.push(*at, sink)) return;
      }
    }
  }
  // The same, packed where that is possible.
  template <class Sink>
  constexpr void drive_packed(Sink& sink) {
    if constexpr (is_fast && Chain::drops) {
      if
        !consteval {
          detail::push_packed<Reference>(std::ranges::data(range_), size(), stages_, instructions_, sink);
          return;
        }
    }
    drive(sink);
  }
  template <class Kernel, class... More>
  auto run_fast(More... more) {
    return detail::run_kernel<Kernel>(instructions_, std::ranges::data(range_), size(),
                                      detail::as_shared<Reference>(stages_), more...);
  }
  constexpr std::size_t size() { return static_cast<std::size_t>(std::ranges::size(range_)); }

 private:
  Range range_;
  Chain stages_;
  Instructions instructions_;
};

namespace detail {

template <class P>
constexpr auto run_end(P& pipeline, const Sum&) {
  using V = typename P::Value;
  if constexpr (P::is_fast && (WholeNumber<V> || FloatingNumber<V>)) {
    if
      !consteval {
        if constexpr (WholeNumber<V>) {
          return static_cast<typename SumOf<V>::type>(pipeline.template run_fast<SumKernel<typename P::Reference, V>>());
        } else {
          return pipeline.template run_fast<FloatSumKernel<typename P::Reference, V>>();
        }
      }
  }
  if constexpr (!WholeNumber<V> && !FloatingNumber<V>) {
    static_assert(
        std::is_default_constructible_v<V> &&
            requires(V a, typename P::Chain::template Output<typename P::Reference> b) {
              { std::move(a) + std::forward<decltype(b)>(b) } -> std::convertible_to<V>;
            },
        "sum(): T{} + x is no T; reduce(init, op) takes any operation");
  }
  SumSink<V> sink;
  pipeline.drive(sink);
  return std::move(sink).result();
}

template <class P>
constexpr std::size_t run_end(P& pipeline, const Count&) {
  if constexpr (P::is_fast) {
    if
      !consteval {
        if constexpr (!P::Chain::drops) return pipeline.size();
        return pipeline.template run_fast<CountKernel<typename P::Reference, typename P::Value>>();
      }
  }
  CountSink sink;
  pipeline.drive(sink);
  return sink.total;
}

template <class P, class Less, class Projection, bool greatest>
constexpr auto run_end(P& pipeline, Extreme<Less, Projection, greatest>& by) {
  using V = typename P::Value;
  static_assert(std::predicate<Less&, std::invoke_result_t<Projection&, V&>, std::invoke_result_t<Projection&, V&>>,
                "min(less, projection), max(less, projection): less cannot compare what the projection gives");
  if constexpr (P::is_fast && Number<V> && std::same_as<Less, std::ranges::less> &&
                std::same_as<Projection, std::identity>) {
    if
      !consteval {
        if (auto found = pipeline.template run_fast<ExtremeKernel<typename P::Reference, V, greatest>>()) return found;
      }
  }
  ExtremeSink<V, Extreme<Less, Projection, greatest>> sink{by};
  pipeline.drive(sink);
  return std::move(sink).result();
}

template <class P, class T, class Op>
constexpr T run_end(P& pipeline, Reduce<T, Op>& how) {
  static_assert(
      requires(typename P::Chain::template Output<typename P::Reference> x) {
        { std::invoke(how.op, std::move(how.init), std::forward<decltype(x)>(x)) } -> std::convertible_to<T>;
      },
      "reduce(init, op): op(init, x) cannot be called, or gives something else than init");
  ReduceSink<T, Op> sink{std::move(how.init), how.op};
  pipeline.drive_packed(sink);
  return std::move(sink.total);
}

template <class P>
auto run_end(P& pipeline, const Collect&) {
  using V = typename P::Value;
  using Range = std::remove_cvref_t<decltype(pipeline.range())>;
  if constexpr (std::ranges::sized_range<Range>) {
    ArrayBuilder<V> builder(pipeline.stages().bound(pipeline.size()));
    if constexpr (P::is_fast) {
      const V* const end = pipeline.template run_fast<CompactionKernel<typename P::Reference>>(builder.data());
      builder.set_size(static_cast<std::size_t>(end - builder.data()));
    } else {
      Writer<V> writer{builder.data()};
      const Built<V> built{builder, writer};
      pipeline.drive(writer);
    }
    return std::move(builder).finish();
  } else {
    ChunkedWriter<V> writer;
    pipeline.drive(writer);
    return std::move(writer).finish();
  }
}

template <class P>
constexpr auto run_end(P& pipeline, const First&) {
  FirstSink<typename P::Value> sink;
  pipeline.drive(sink);
  return std::move(sink.found);
}

template <class P, class Predicate, bool wanted>
constexpr bool run_end(P& pipeline, Decide<Predicate, wanted>& what) {
  static_assert(Condition<Predicate&, const typename P::Value&>, "any(p), all(p): p cannot be called with a const element");
  DecideSink<Predicate, wanted> sink{what.predicate};
  pipeline.drive(sink);
  return sink.is_found == wanted;
}

}  // namespace detail

namespace detail {
template <class R>
inline constexpr bool is_initializer_list = false;
template <class T>
inline constexpr bool is_initializer_list<std::initializer_list<T>> = true;
}  // namespace detail

// A range as the source of stages. Instructions::portable is for comparing and testing.
template <std::ranges::input_range Range>
[[nodiscard]] constexpr auto from(Range&& range, Instructions instructions = Instructions::best) {
  using R = std::remove_reference_t<Range>;
  static_assert(!detail::is_initializer_list<std::remove_cv_t<R>>, "from(): an initializer_list owns nothing; name an array or a vector");
  static_assert(!std::is_same_v<R, std::vector<bool>>, "from(): elements of vector<bool> are no bools; pass std::as_const(flags)");
  if constexpr (std::is_lvalue_reference_v<Range>) {
    return Pipeline<std::ranges::ref_view<R>, false>(std::ranges::ref_view<R>(range), Stages<>(), instructions);
  } else {
    constexpr bool is_owned = !std::ranges::view<R> && !std::ranges::borrowed_range<R>;
    return Pipeline<R, is_owned>(std::move(range), Stages<>(), instructions);
  }
}

template <class Range, bool is_owned, class... S, class... More>
[[nodiscard]] constexpr auto operator|(Pipeline<Range, is_owned, S...> pipeline, Stages<More...> more) {
  using Checked [[maybe_unused]] =
      typename Pipeline<Range, is_owned, S..., More...>::Value;  // an error is told where the stage stands
  return std::move(pipeline).then(std::move(more));
}
template <class Range, bool is_owned, class... S, class End>
requires detail::is_end<End>
[[gnu::always_inline]] constexpr auto operator|(Pipeline<Range, is_owned, S...> pipeline, End end) {
  return detail::run_end(pipeline, end);
}

}  // namespace millrace::parallel
