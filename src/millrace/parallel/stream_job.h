// SPDX-License-Identifier: Apache-2.0
//
// How a streaming job (stream.h) runs: batches of a source through an OrderedPipeline, and what the workers make of each to the
// calling thread, in order.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <ranges>
#include <span>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "millrace/base/result.h"
#include "millrace/parallel/ordered_pipeline.h"
#include "millrace/parallel/parallel_range.h"

namespace millrace::parallel {

struct StreamOptions {
  std::size_t workers = 0;  // threads; 0: one for each core
  // Batches that are alive at once, from the source to the end of the sink; at least 2. 0: two for each worker and two more.
  std::size_t window = 0;
  std::stop_token stop;
};

// What a job has done.
struct [[nodiscard]] StreamDone {
  std::uint64_t batches = 0;   // whose results are in the sink, or in the value
  std::uint64_t elements = 0;  // of the source, in those batches
  // Why it ended before the source did: the source's error, the sink's, or interrupted.
  std::optional<Error> error;

  explicit operator bool() const { return !error; }
};

namespace detail {

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

// What a source gives: a Result<std::optional<Batch>> or a std::optional<Batch>, of next() or of a call.
template <class Source>
auto next_of(Source& source) {
  if constexpr (requires { source.next(); }) {
    return source.next();
  } else {
    return source();
  }
}
template <class Next>
struct BatchIn {
  using type = typename Next::value_type;
};
template <class Next>
struct BatchIn<Result<Next>> : BatchIn<Next> {};
template <class Source>
using Batch = typename BatchIn<decltype(detail::next_of(std::declval<Source&>()))>::type;

// A batch is a contiguous range, or gives spans of value_type to a function.
template <class B>
concept InPieces = requires(B& batch) { batch.in_pieces([](std::span<const typename B::value_type>) {}); };

template <class B>
struct Element {
  using type = std::ranges::range_reference_t<B&>;
};
template <InPieces B>
struct Element<B> {
  using type = const typename B::value_type&;
};

template <class B, class Take>
void for_each_piece(B& batch, Take&& take) {
  if constexpr (InPieces<B>) {
    batch.in_pieces(take);
  } else {
    static_assert(std::ranges::contiguous_range<B&> && std::ranges::sized_range<B&>, "a batch is a contiguous range of elements");
    take(std::span(std::ranges::data(batch), std::ranges::size(batch)));
  }
}

// A batch, or why there is none.
template <class B>
struct Read {
  std::optional<B> batch;
  std::optional<Error> error;
  std::exception_ptr thrown;
};

// Called under the pipeline's lock, one call at a time. What is wrong with the source becomes its last item.
template <class Source>
class Reader {
 public:
  using Item = Read<Batch<Source>>;

  Reader(Source& source, const std::stop_token& stop) : source_(source), stop_(stop) {}

  std::optional<Item> operator()() {
    if (ended_) return std::nullopt;
    MILLRACE_PROFILE_SCOPE("stream read");
    try {
      Item item = read();
      ended_ = !item.batch;
      if (ended_ && !item.error) return std::nullopt;
      return item;
    } catch (...) {
      ended_ = true;
      return Item{.batch = {}, .error = {}, .thrown = std::current_exception()};
    }
  }

 private:
  Item read() {
    if (stop_.stop_requested()) return {.batch = {}, .error = Error{Code::interrupted, "the job was stopped", {}}, .thrown = {}};
    auto next = detail::next_of(source_);
    if constexpr (is_result<decltype(next)>) {
      if (!next) return {.batch = {}, .error = std::move(next).error(), .thrown = {}};
      return {.batch = *std::move(next), .error = {}, .thrown = {}};
    } else {
      return {.batch = std::move(next), .error = {}, .thrown = {}};
    }
  }

  Source& source_;
  const std::stop_token& stop_;
  bool ended_ = false;
};

// A batch with what became of it, which may be views into it.
template <class B, class Partial>
struct Worked {
  Read<B> read;
  std::optional<Partial> partial;
  std::uint64_t elements = 0;
};

// A Fold makes a Partial of each batch on the workers, fold.begin() and fold.add(partial, piece), and takes it on the calling
// thread, Result<void> fold.end(partial).
template <class Source, class Fold>
StreamDone run_stream(Source& source, Fold& fold, const StreamOptions& options) {
  using Item = typename Reader<Source>::Item;
  using Made = Worked<Batch<Source>, typename Fold::Partial>;
  const std::size_t workers = options.workers != 0 ? options.workers : core_count();
  const std::size_t window = options.window != 0 ? std::max<std::size_t>(options.window, 2) : 2 * workers + 2;
  Reader reader(source, options.stop);
  const auto work = [&fold](std::size_t, Item item) {
    MILLRACE_PROFILE_SCOPE("stream work");
    Made made{.read = std::move(item), .partial = {}, .elements = 0};
    if (!made.read.batch) return made;
    try {
      made.partial.emplace(fold.begin());
      detail::for_each_piece(*made.read.batch, [&](auto piece) {
        made.elements += piece.size();
        fold.add(*made.partial, piece);
      });
    } catch (...) {
      made.read.thrown = std::current_exception();
    }
    return made;
  };
  StreamDone done;
  // The one that is taken is alive besides those in the pipeline's window.
  OrderedPipeline<Item, Made> pipeline({.workers = workers, .window = window - 1, .thread_name = "stream"}, std::ref(reader), work);
  while (std::optional<Made> made = pipeline.take()) {
    if (made->read.thrown) std::rethrow_exception(made->read.thrown);
    if (made->read.error) {
      done.error = std::move(made->read.error);
      break;
    }
    MILLRACE_PROFILE_SCOPE("stream sink");
    if (Result<void> taken = fold.end(*made->partial); !taken) {
      done.error = std::move(taken).error();
      break;
    }
    ++done.batches;
    done.elements += made->elements;
  }
  return done;
}

}  // namespace detail
}  // namespace millrace::parallel
