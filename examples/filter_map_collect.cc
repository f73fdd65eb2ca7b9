// SPDX-License-Identifier: Apache-2.0
//
// A chain of stages that compiles to the loop one would write. It improves on iterators: with functions that are promised to be pure
// there is no branch to mispredict and, on processors with AVX2, eight numbers are kept or dropped at once.
#include <cstdio>
#include <vector>

#include "millrace/millrace.h"

int main() {
  std::vector<int> data;
  for (int i = 0; i < 100'000; ++i) data.push_back(i * 7919 % 2001 - 1000);

  using namespace millrace::parallel;
  const auto doubled = from(data) | keep(pure([](int x) { return x > 0; })) | map(pure([](int x) { return x * 2; })) | collect();

  std::vector<int> by_hand;
  by_hand.reserve(data.size());
  for (const int x : data) {
    if (x > 0) by_hand.push_back(x * 2);
  }
  std::printf("%zu of %zu kept, the last one %d\n", doubled.size(), data.size(), doubled.back());
  return std::ranges::equal(doubled, by_hand) ? 0 : 1;
}
