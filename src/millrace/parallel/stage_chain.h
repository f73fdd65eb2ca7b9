// SPDX-License-Identifier: Apache-2.0
//
// Stages: a chain of keep, map and take without source and sink. stages.h has the story; this is its middle, which also
// stands alone:
//
//   auto chain = keep(is_due) | map(&Order::total);
//   chain.run(batch, [&](double total) { … });              // each survivor, in order
//   double* end = chain.collect_into(batch, out);           // room for batch.size() elements at out
//
// A chain is a value: it is copied and moved as its functions are, and may be run any number of times. Functions that
// change themselves, and take(n), go on where the last run ended.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include "millrace/parallel/compaction.h"
#include "millrace/parallel/instructions.h"
#include "millrace/parallel/pure.h"

namespace millrace::parallel {

namespace detail {

template <class P>
struct Keep {
  P predicate;
  static constexpr bool is_pure_stage = is_pure<P>, drops = true, stops = false;
};
template <class F>
struct Map {
  F function;
  static constexpr bool is_pure_stage = is_pure<F>, drops = false, stops = false;
};
struct Take {
  std::size_t left;
  static constexpr bool is_pure_stage = false, drops = true, stops = true;
};

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <class... T, template <class...> class Template>
inline constexpr bool is_a<Template<T...>, Template> = true;

template <class P, class X>
concept Condition = std::invocable<P, X> && requires(P p, X x) {
  static_cast<bool>(std::invoke(p, static_cast<X>(x)));
};
template <class X>
using Looked = const std::remove_reference_t<X>&;  // how keep() sees an element

// What a stage makes of X: the type of an element, as an expression gives it (int, int&, const int&).
template <class X, class Stage>
struct After {
  using type = X;
  static constexpr bool is_shareable = false;
};
template <class F, class X>
concept Gives = std::invocable<F&, X> && !std::is_void_v<std::invoke_result_t<F&, X>>;
template <class F, class X>
struct ResultOf {
  using type = X;  // after an error, which is told once
};
template <class F, class X>
requires Gives<F, X>
struct ResultOf<F, X> {
  using type = std::invoke_result_t<F&, X>;
};
template <class X, class F>
struct After<X, Map<F>> {
  static_assert(std::invocable<F&, X>, "map(f): f cannot be called with what the stage before it gives");
  static_assert(!std::invocable<F&, X> || Gives<F, X>, "map(f): f gives nothing");
  using type = typename ResultOf<F, X>::type;
  static constexpr bool is_shareable = std::invocable<const F&, X>;
};
template <class X, class P>
struct After<X, Keep<P>> {
  static_assert(Condition<P&, Looked<X>>,
                "keep(p): p cannot be called with a const element, or what it gives is no condition");
  using type = X;
  static constexpr bool is_shareable = Condition<const P&, Looked<X>>;
};
template <class X, class... S>
struct AfterAll {
  using type = X;
  static constexpr bool is_trivial = std::is_trivially_copyable_v<std::remove_cvref_t<X>>;
  static constexpr bool is_shareable = true;
};
template <class X, class Stage, class... S>
struct AfterAll<X, Stage, S...> {
  using Rest = AfterAll<typename After<X, Stage>::type, S...>;
  using type = typename Rest::type;
  static constexpr bool is_trivial = std::is_trivially_copyable_v<std::remove_cvref_t<X>> && Rest::is_trivial;
  static constexpr bool is_shareable = After<X, Stage>::is_shareable && Rest::is_shareable;
};

}  // namespace detail

template <class... S>
class Stages;

namespace detail {

// Whether a chain over elements of that type has a fast form.
template <class Chain, class Reference>
inline constexpr bool has_fast_form = Chain::is_pure&& Chain::template is_trivial<Reference> &&
                                      sizeof(typename Chain::template Value<Reference>) <= compact_bytes_max;

// As const where that can be called, so that const chains and others share one kernel.
template <class Reference, class Chain>
auto* as_shared(Chain& chain) {
  if constexpr (Chain::template is_shareable<Reference>)
    return &std::as_const(chain);
  else
    return &chain;
}

// One element into a sink; false when it stops.
template <class Sink, class X>
[[gnu::always_inline]] constexpr bool give(Sink& sink, X&& x) {
  if constexpr (std::is_void_v<decltype(sink(std::forward<X>(x)))>) {
    sink(std::forward<X>(x));
    return true;
  } else {
    return sink(std::forward<X>(x));
  }
}

// Pushes what a pure chain keeps into a sink that is not: it is packed a piece at a time, and then there are no branches.
template <class Reference, class T, class Chain, class Sink>
bool push_packed(T* in, std::size_t size, Chain& chain, Instructions instructions, Sink& sink) {
  using V = typename Chain::template Value<Reference>;
  constexpr std::size_t piece = 4 * block_size;
  Block<V, piece> kept;
  while (size > 0) {
    const std::size_t here = std::min(size, piece);
    const V* const end =
        run_kernel<CompactionKernel<Reference>>(instructions, in, here, as_shared<Reference>(chain), kept.data());
    for (V* one = kept.data(); one != end; ++one) {
      if (!give(sink, std::move(*one))) return false;
    }
    in += here;
    size -= here;
  }
  return true;
}

// Builds one element behind the other in raw memory.
template <class V>
struct Writer {
  V* next;
  template <class X>
  [[gnu::always_inline]] void operator()(X&& x) {
    ::new (static_cast<void*>(next)) V(std::forward<X>(x));
    ++next;
  }
  template <class Make>
  [[gnu::always_inline]] void make(Make&& make) {
    ::new (static_cast<void*>(next)) V(std::forward<Make>(make)());
    ++next;
  }
};

}  // namespace detail

template <class... S>
class Stages {
 public:
  // What comes out for an element of type X (an expression's: int&, const int&, int), and the same without reference.
  template <class X>
  using Output = typename detail::AfterAll<X, S...>::type;
  template <class X>
  using Value = std::remove_cvref_t<Output<X>>;

  static constexpr bool drops = (S::drops || ...);  // fewer may come out than go in
  static constexpr bool stops = (S::stops || ...);  // the rest of the input may go unread
  static constexpr bool is_pure = (S::is_pure_stage && ...);
  template <class X>
  static constexpr bool is_trivial = detail::AfterAll<X, S...>::is_trivial;  // at every stage
  template <class X>
  static constexpr bool is_shareable = detail::AfterAll<X, S...>::is_shareable;  // may be called as const

  constexpr Stages() = default;
  explicit constexpr Stages(std::tuple<S...> stages) : stages_(std::move(stages)) {}

  // Pushes each survivor of `in`, in order, into sink(x), which may give false to stop. False when it or a take() stopped.
  template <std::ranges::contiguous_range Range, class Sink>
  bool run(Range&& in, Sink&& sink) {
    return run_over(*this, in, sink);
  }
  template <std::ranges::contiguous_range Range, class Sink>
  bool run(Range&& in, Sink&& sink) const {
    return run_over(*this, in, sink);
  }
  // Builds the survivors of `in` in the uninitialised memory at `out`, which has room for in.size() of them: the end of
  // what was built. When a function throws, what was built is destroyed. With every stage pure(): branch-free, eight at
  // once with AVX2.
  template <std::ranges::contiguous_range Range>
  Value<std::ranges::range_reference_t<Range>>* collect_into(Range&& in, Value<std::ranges::range_reference_t<Range>>* out,
                                                             Instructions instructions = Instructions::best) {
    return collect_from(*this, in, out, instructions);
  }
  template <std::ranges::contiguous_range Range>
  Value<std::ranges::range_reference_t<Range>>* collect_into(Range&& in, Value<std::ranges::range_reference_t<Range>>* out,
                                                             Instructions instructions = Instructions::best) const {
    return collect_from(*this, in, out, instructions);
  }

  // For who drives a chain: one element through all stages; false when no further one is wanted. A sink's make(f), where it
  // has one, builds f()'s result where it is to stay.
  template <class X, class Sink>
  [[gnu::always_inline]] constexpr bool push(X&& x, Sink& sink) {
    return push_from<0>(*this, std::forward<X>(x), sink);
  }
  template <class X, class Sink>
  [[gnu::always_inline]] constexpr bool push(X&& x, Sink& sink) const {
    return push_from<0>(*this, std::forward<X>(x), sink);
  }
  // The same ahead of the decision, for pure stages: calls sink(is_kept, value) once, whatever keep() says.
  template <class X, class Sink>
  [[gnu::always_inline]] constexpr void speculate(X&& x, Sink&& sink) {
    speculate_from<0>(*this, true, std::forward<X>(x), sink);
  }
  template <class X, class Sink>
  [[gnu::always_inline]] constexpr void speculate(X&& x, Sink&& sink) const {
    speculate_from<0>(*this, true, std::forward<X>(x), sink);
  }
  // Of a chain of map alone: what it makes of x, built where it is wanted.
  template <class X>
  requires(!(S::drops || ...)) [[gnu::always_inline]] constexpr Value<X> made(X&& x) const {
    return made_from<Value<X>, 0>(*this, std::forward<X>(x));
  }
  // The most that can come out of `in` elements.
  constexpr std::size_t bound(std::size_t in) const {
    std::apply([&](const S&... stage) { ((in = bound_of(stage, in)), ...); }, stages_);
    return in;
  }

  const std::tuple<S...>& all() const& { return stages_; }
  template <class... More>
  friend constexpr Stages<S..., More...> operator|(Stages first, Stages<More...> then) {
    return Stages<S..., More...>(std::tuple_cat(std::move(first.stages_), std::move(then).release()));
  }
  constexpr std::tuple<S...> release() && { return std::move(stages_); }

 private:
  template <class Stage>
  static constexpr std::size_t bound_of(const Stage& stage, std::size_t in) {
    if constexpr (std::is_same_v<Stage, detail::Take>) return stage.left < in ? stage.left : in;
    return in;
  }

  template <std::size_t at, class Self, class X, class Sink>
  [[gnu::always_inline]] static constexpr bool push_from(Self& self, X&& x, Sink& sink) {
    if constexpr (at == sizeof...(S)) {
      return detail::give(sink, std::forward<X>(x));
    } else {
      auto& stage = std::get<at>(self.stages_);
      using Stage = std::remove_cvref_t<decltype(stage)>;
      if constexpr (detail::is_a<Stage, detail::Keep>) {
        if (!static_cast<bool>(std::invoke(stage.predicate, std::as_const(x)))) return true;
        return push_from<at + 1>(self, std::forward<X>(x), sink);
      } else if constexpr (detail::is_a<Stage, detail::Map>) {
        const auto call = [&]() -> decltype(auto) { return std::invoke(stage.function, std::forward<X>(x)); };
        if constexpr (at + 1 == sizeof...(S) && requires { sink.make(call); }) {
          sink.make(call);
          return true;
        } else {
          return push_from<at + 1>(self, call(), sink);
        }
      } else {
        if (stage.left == 0) return false;
        --stage.left;
        return push_from<at + 1>(self, std::forward<X>(x), sink) && stage.left != 0;
      }
    }
  }

  template <class V, std::size_t at, class Self, class X>
  [[gnu::always_inline]] static constexpr V made_from(Self& self, X&& x) {
    if constexpr (at == sizeof...(S)) {
      return V(std::forward<X>(x));
    } else {
      auto& f = std::get<at>(self.stages_).function;
      if constexpr (at + 1 == sizeof...(S))
        return std::invoke(f, std::forward<X>(x));
      else
        return made_from<V, at + 1>(self, std::invoke(f, std::forward<X>(x)));
    }
  }

  template <std::size_t at, class Self, class X, class Sink>
  [[gnu::always_inline]] static constexpr void speculate_from(Self& self, bool is_kept, X&& x, Sink& sink) {
    if constexpr (at == sizeof...(S)) {
      sink(is_kept, std::forward<X>(x));
    } else {
      auto& stage = std::get<at>(self.stages_);
      if constexpr (detail::is_a<std::remove_cvref_t<decltype(stage)>, detail::Keep>) {
        is_kept &= static_cast<bool>(std::invoke(stage.predicate, std::as_const(x)));
        speculate_from<at + 1>(self, is_kept, std::forward<X>(x), sink);
      } else {
        speculate_from<at + 1>(self, is_kept, std::invoke(stage.function, std::forward<X>(x)), sink);
      }
    }
  }

  template <class Self, class Range, class Sink>
  static bool run_over(Self& self, Range& in, Sink& sink) {
    using Reference = std::ranges::range_reference_t<Range>;
    if constexpr (detail::has_fast_form<Stages, Reference> && drops) {
      return detail::push_packed<Reference>(std::ranges::data(in), std::ranges::size(in), self, Instructions::best, sink);
    } else {
      if (self.bound(1) == 0) return false;
      for (auto&& x : in) {
        if (!self.push(static_cast<Reference>(x), sink)) return false;
      }
      return true;
    }
  }
  template <class Self, class Range, class V>
  static V* collect_from(Self& self, Range& in, V* out, [[maybe_unused]] Instructions instructions) {
    using Reference = std::ranges::range_reference_t<Range>;
    if constexpr (detail::has_fast_form<Stages, Reference>) {
      return detail::run_kernel<detail::CompactionKernel<Reference>>(
          instructions, std::ranges::data(in), std::ranges::size(in), detail::as_shared<Reference>(self), out);
    } else {
      detail::Writer<V> writer{out};
      struct Guard {
        V* begin;
        V*& end;
        bool is_done = false;
        ~Guard() {
          if (!is_done) std::destroy(begin, end);
        }
      } guard{out, writer.next};
      if (self.bound(1) > 0) {
        for (auto&& x : in) {
          if (!self.push(static_cast<Reference>(x), writer)) break;
        }
      }
      guard.is_done = true;
      return writer.next;
    }
  }

  std::tuple<S...> stages_;
};

// The elements of which p(x), or p(projection(x)), is true. p sees each as const.
template <class P>
[[nodiscard]] constexpr Stages<detail::Keep<std::decay_t<P>>> keep(P&& p) {
  return Stages<detail::Keep<std::decay_t<P>>>(std::tuple(detail::Keep<std::decay_t<P>>{std::forward<P>(p)}));
}
template <class P, class Projection>
[[nodiscard]] constexpr auto keep(P&& p, Projection&& projection) {
  using Both = detail::Projected<std::decay_t<P>, std::decay_t<Projection>>;
  return keep(Both{std::forward<P>(p), std::forward<Projection>(projection)});
}
// f(x) in place of each element; f may be a pointer to a member, and may give a reference.
template <class F>
[[nodiscard]] constexpr Stages<detail::Map<std::decay_t<F>>> map(F&& f) {
  return Stages<detail::Map<std::decay_t<F>>>(std::tuple(detail::Map<std::decay_t<F>>{std::forward<F>(f)}));
}
// The first n that reach it; then nothing more is read from the source.
[[nodiscard]] constexpr Stages<detail::Take> take(std::size_t n) {
  return Stages<detail::Take>(std::tuple(detail::Take{n}));
}

}  // namespace millrace::parallel
