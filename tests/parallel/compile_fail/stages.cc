// SPDX-License-Identifier: Apache-2.0
// Compiled by parallel.stages_do_not_compile: the marked lines must be refused, with these words.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "millrace/parallel/in_parallel.h"
#include "millrace/parallel/stages.h"

namespace parallel = millrace::parallel;
using parallel::from, parallel::in_parallel, parallel::keep, parallel::map, parallel::sum;

struct Order {
  std::string name;
  int cents = 0;
};
const std::vector<int> numbers = {1, 2, 3};
const std::vector<Order> orders;
const auto even = [](int x) { return x % 2 == 0; };

auto a = from(numbers) | keep(even) | map([](int x) { return 2 * x; }) | sum();
auto b = from(numbers) | keep([](const std::string&) { return true; });  // error: keep(p): p cannot be called with a const element
auto c = from(numbers) | keep([](int x) { return std::to_string(x); });  // error: or what it gives is no condition
auto d = from(orders) | keep([](Order& order) { return ++order.cents > 0; });  // error: keep(p): p cannot be called with a const element
auto e = from(orders) | map([](const std::string& text) { return text.size(); });  // error: map(f): f cannot be called with what the stage before it gives
auto f = from(numbers) | map([](int) {});  // error: map(f): f gives nothing
auto g = from(orders) | sum();  // error: sum(): T{} + x is no T
auto h = from(orders) | parallel::min();  // error: less cannot compare what the projection gives
auto i = from(numbers) | parallel::reduce(std::string(), std::plus());  // error: reduce(init, op): op(init, x) cannot be called
auto j = from(1);  // error: no matching function
auto k = keep(even) | sum();  // error: no match for
auto l = in_parallel(numbers) | keep([n = 0](int) mutable { return ++n > 1; });  // error: must be callable as const
auto m = in_parallel(numbers) | parallel::take(1);  // error: take() counts in order; use from()
auto n = in_parallel(numbers) | parallel::first();  // error: first(), any() and all() end early
auto o = from(numbers) | parallel::any(&Order::cents);  // error: any(p), all(p): p cannot be called with a const element
