// SPDX-License-Identifier: Apache-2.0
//
// What is in memory, or made on the way, as batches for a streaming job (stream.h).
//
//   stream(batches_of(readings, 4096)) | …                       // spans of a vector: nothing is copied
//   stream(batches_of(std::views::iota(0, 1'000'000'000))) | …   // vectors of what the range makes
//
// As with views, an lvalue is borrowed and an rvalue is moved in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

namespace millrace::parallel {

// Of a contiguous range.
template <class View>
class SpanBatches {
 public:
  SpanBatches(View view, std::size_t batch_elements) : view_(std::move(view)), batch_elements_(batch_elements) {}

  auto next() {
    const std::span rest = std::span(std::ranges::data(view_), std::ranges::size(view_)).subspan(given_);
    const auto batch = rest.first(std::min(rest.size(), batch_elements_));
    given_ += batch.size();
    return batch.empty() ? std::nullopt : std::optional(batch);
  }

 private:
  View view_;
  std::size_t batch_elements_;
  std::size_t given_ = 0;
};

// Of any other input range. A batch is a vector of its own: what malloc takes for it is not seen beside what the elements take.
template <class View>
class MadeBatches {
 public:
  MadeBatches(View view, std::size_t batch_elements) : view_(std::move(view)), batch_elements_(batch_elements) {}

  std::optional<std::vector<std::ranges::range_value_t<View>>> next() {
    // An element is read when its batch is asked for, not when the one before is given: more may have to be waited for.
    if (!at_) {
      at_.emplace(std::ranges::begin(view_));
    } else if (*at_ != std::ranges::end(view_)) {
      ++*at_;
    }
    if (*at_ == std::ranges::end(view_)) return std::nullopt;
    std::vector<std::ranges::range_value_t<View>> batch;
    batch.reserve(batch_elements_);
    batch.push_back(**at_);
    while (batch.size() < batch_elements_) {
      ++*at_;
      if (*at_ == std::ranges::end(view_)) break;
      batch.push_back(**at_);
    }
    return batch;
  }

 private:
  View view_;
  std::size_t batch_elements_;
  std::optional<std::ranges::iterator_t<View>> at_;  // of view_, which is not moved any more
};

// `batch_elements` is at least 1. A batch should be worth a worker's while: some 20 µs or more.
template <std::ranges::viewable_range Range>
  requires std::ranges::input_range<Range>
auto batches_of(Range&& range, std::size_t batch_elements = 4096) {
  using View = std::views::all_t<Range>;
  const std::size_t elements = std::max<std::size_t>(batch_elements, 1);
  if constexpr (std::ranges::contiguous_range<View> && std::ranges::sized_range<View>) {
    return SpanBatches<View>(std::views::all(std::forward<Range>(range)), elements);
  } else {
    return MadeBatches<View>(std::views::all(std::forward<Range>(range)), elements);
  }
}

}  // namespace millrace::parallel
