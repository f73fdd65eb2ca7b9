// SPDX-License-Identifier: Apache-2.0
//
// pure(f): a promise about a function given to keep() or map() (stages.h), which lets them do without branches.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace millrace::parallel {

// What pure(f) makes: a promise that f has no side effect, gives the same for the same element, and may be called on any
// element of the source, also on those that keep() drops. It lets the stages call f ahead of the decision, many elements at
// once, in any order and any number of times. `100 / x` behind keep(x != 0) is not pure: it traps where x is 0. Meant for
// small functions: they are compiled into each form of the loop.
template <class F>
struct Pure {
  F function;

  template <class... X>
  requires std::invocable<F&, X...>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(X&&... x) noexcept(std::is_nothrow_invocable_v<F&, X...>) {
    return std::invoke(function, std::forward<X>(x)...);
  }
  template <class... X>
  requires std::invocable<const F&, X...>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(X&&... x) const
      noexcept(std::is_nothrow_invocable_v<const F&, X...>) {
    return std::invoke(function, std::forward<X>(x)...);
  }
};
template <class F>
[[nodiscard]] constexpr Pure<std::decay_t<F>> pure(F&& f) {
  return {std::forward<F>(f)};
}

namespace detail {

// P of the projection of an element.
template <class P, class Projection>
struct Projected {
  P function;
  Projection projection;

  template <class X>
  requires std::invocable<P&, std::invoke_result_t<Projection&, X>>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(X&& x) {
    return std::invoke(function, std::invoke(projection, std::forward<X>(x)));
  }
  template <class X>
  requires std::invocable<const P&, std::invoke_result_t<const Projection&, X>>
  [[gnu::always_inline]] constexpr decltype(auto) operator()(X&& x) const {
    return std::invoke(function, std::invoke(projection, std::forward<X>(x)));
  }
};

// Reading a member is pure by itself.
template <class F>
inline constexpr bool is_pure = std::is_member_object_pointer_v<F>;
template <class F>
inline constexpr bool is_pure<Pure<F>> = true;
template <>
inline constexpr bool is_pure<std::identity> = true;
template <class P, class Projection>
inline constexpr bool is_pure<Projected<P, Projection>> = is_pure<P>&& is_pure<Projection>;

}  // namespace detail
}  // namespace millrace::parallel
