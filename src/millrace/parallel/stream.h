// SPDX-License-Identifier: Apache-2.0
//
// A streaming job works on batches side by side and holds only a few of them at a time, so that its memory does not depend on how
// long its input is.
//
//   Result<source::Lines> lines = source::read_lines("readings.csv.zst");
//   auto done = stream(*lines) | map(parse) | keep(is_hot) | to([&](std::span<const Reading> hot) -> Result<void> { … });
//   if (!done) complain(*done.error);   // what it has done until then is in the sink: done.elements of the input
//
//   auto total = stream(batches_of(readings, 4096)) | map(&Reading::celsius) | sum();   // total.value
//
// A source gives batches: `Result<std::optional<Batch>> next()`, or a function that gives that or a std::optional<Batch>; nothing
// at the end. It is called by one thread at a time. source/lines.h and source/points.h read files, batches_of.h takes what is in memory
// or generated. A Batch is any contiguous range, or has in_pieces() as source::LineBatch has; elements may be views into what it
// carries, which stays alive until the sink has taken what came of it. Moving a batch leaves its elements where they are, as with a
// vector.
//
// A job ends in to(sink), or in sum(), count(), min(), max() or reduce(), as the chains of stages.h do.
// Order: results are those of the plain loop, in the input's order, whatever the threads do. reduce() and sums of floating point are
// folded on the calling thread, element by element, so that they are the loop's to the last bit, and op may be any; whole
// numbers, least and greatest by the workers.
// Threads: the functions of keep() and map() are called by all workers at once; the sink only by the thread that runs the job, and
// after it has returned nothing of the job is running.
// Errors: an error of the source or the sink ends the job; it comes behind all results before it. Stopping is one, `interrupted`. A
// source that waits, as for a pipe, has to be told of the stop by itself. What a user's function throws passes to the caller of
// the job, that of the first batch in order first; the batches before it are in the sink, nothing of its own is.
// Memory: `window` batches, what the stages made of them, and what the source holds. Buffers are used again: there are as many as
// were in use at once, each as large as the largest batch that it held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "millrace/parallel/stages.h"
#include "millrace/parallel/stream_buffer.h"
#include "millrace/parallel/stream_job.h"

namespace millrace::parallel {

// A source with the stages behind it.
template <class Source, class Chain = Stages<>>
struct Stream {
  Source source;  // a reference when it was given as one
  StreamOptions options;
  Chain chain;
};

// An lvalue is borrowed, and is where it was left when the job ends; an rvalue is moved into the job.
template <class Source>
Stream<Source> stream(Source&& source, StreamOptions options = {}) {
  return {std::forward<Source>(source), std::move(options), {}};
}

template <class Source, class... First, class... Then>
Stream<Source, Stages<First..., Then...>> operator|(Stream<Source, Stages<First...>> stream, Stages<Then...> then) {
  static_assert(!Stages<Then...>::stops, "take() counts in one thread: end the job in the sink, by an error");
  using Reference = typename detail::Element<detail::Batch<std::remove_reference_t<Source>>>::type;
  static_assert(Stages<First..., Then...>::template is_shareable<Reference>, "what a stage of a stream calls must be callable as const: workers share it");
  return {std::forward<Source>(stream.source), std::move(stream.options), std::move(stream.chain) | std::move(then)};
}

// What sum(), count(), min(), max() and reduce() give: value is that of the batches that are done.
template <class T>
struct [[nodiscard]] StreamResult : StreamDone {
  T value;
};

template <class Sink>
struct To {
  Sink sink;
};
// sink(std::span<T>) gets what came of each batch, in order, and may move out of it; nothing is called for a batch of which
// nothing came. It returns a Result<void>, or nothing.
template <class Sink>
To<Sink> to(Sink&& sink) {
  return {std::forward<Sink>(sink)};
}

namespace detail {

// Collects what comes of a batch, and hands it to `take` on the calling thread.
template <class T, class Chain, class Take>
class Collecting {
 public:
  using Partial = StreamBuffer<T>;

  Collecting(const Chain& chain, Take& take) : chain_(chain), take_(take) {}
  Partial begin() { return buffers_.take(); }
  template <class Piece>
  void add(Partial& partial, Piece piece) const {
    T* const out = partial.make_room(chain_.bound(piece.size()));
    partial.add_built(static_cast<std::size_t>(chain_.collect_into(piece, out) - out));
  }
  Result<void> end(Partial& partial) {
    if (!partial.elements().empty()) {
      if constexpr (std::is_void_v<std::invoke_result_t<Take&, std::span<T>>>) {
        std::invoke(take_, partial.elements());
      } else {
        if (Result<void> taken = std::invoke(take_, partial.elements()); !taken) return taken;
      }
    }
    buffers_.give(std::move(partial));
    return {};
  }

 private:
  const Chain& chain_;
  Take& take_;
  StreamBuffers<T> buffers_;
};

// Makes a value of each batch on the workers, by the same end in the plain form, and joins them in order.
template <class Partial_, class Value, class Chain, class End, class Join>
class Joining {
 public:
  using Partial = Partial_;

  Joining(const Chain& chain, const End& end, Join join) : chain_(chain), end_(end), join_(join) {}
  Partial begin() const { return {}; }
  template <class Piece>
  void add(Partial& partial, Piece piece) const {
    if constexpr (std::is_trivially_copyable_v<Chain> && sizeof(Chain) <= 64) {
      join_(partial, parallel::from(piece) | chain_ | end_);
    } else {  // not copied for each piece
      auto sink = sink_for(end_);
      chain_.run(piece, sink);
      join_(partial, result_of(sink));
    }
  }
  Result<void> end(Partial& partial) {
    join_(value_, std::move(partial));
    return {};
  }
  Partial& value() { return value_; }

 private:
  static CountSink sink_for(const Count&) { return {}; }
  static SumSink<Value> sink_for(const Sum&) { return {}; }
  template <class Less, class Projection, bool greatest>
  static auto sink_for(const Extreme<Less, Projection, greatest>& by) {
    return ExtremeSink<Value, const Extreme<Less, Projection, greatest>>{by};
  }
  static std::size_t result_of(CountSink& sink) { return sink.total; }
  template <class Sink>
  static auto result_of(Sink& sink) {
    return std::move(sink).result();
  }

  const Chain& chain_;
  const End& end_;
  const Join join_;
  Partial value_{};
};

template <class Source, class Chain>
using StreamValue = typename Chain::template Value<typename Element<Batch<std::remove_reference_t<Source>>>::type>;

template <class Source, class Chain, class Take>
StreamDone run_collecting(Stream<Source, Chain>& stream, Take&& take) {
  Collecting<StreamValue<Source, Chain>, Chain, std::remove_reference_t<Take>> fold(stream.chain, take);
  return detail::run_stream(stream.source, fold, stream.options);
}
template <class T, class Partial, class Source, class Chain, class End, class Join>
StreamResult<T> run_joining(Stream<Source, Chain>& stream, const End& end, Join join) {
  Joining<Partial, StreamValue<Source, Chain>, Chain, End, Join> fold(stream.chain, end, join);
  StreamDone done = detail::run_stream(stream.source, fold, stream.options);
  return {std::move(done), static_cast<T>(std::move(fold.value()))};
}

// A CowString may be one.
template <class V>
inline constexpr bool is_view = std::is_same_v<V, std::string_view> || requires(const V& value) { value.is_borrowed(); };
template <class V, std::size_t extent>
inline constexpr bool is_view<std::span<V, extent>> = true;

}  // namespace detail

template <class Source, class Chain, class Sink>
StreamDone operator|(Stream<Source, Chain> stream, To<Sink> to) {
  return detail::run_collecting(stream, to.sink);
}

template <class Source, class Chain>
StreamResult<std::size_t> operator|(Stream<Source, Chain> stream, Count end) {
  return detail::run_joining<std::size_t, std::size_t>(stream, end, [](std::size_t& into, std::size_t more) { into += more; });
}

template <class Source, class Chain>
auto operator|(Stream<Source, Chain> stream, Sum end) {
  using V = detail::StreamValue<Source, Chain>;
  if constexpr (detail::WholeNumber<V>) {
    const auto join = [](std::uint64_t& into, auto more) { into += static_cast<std::uint64_t>(more); };  // modulo 2^64
    return detail::run_joining<typename detail::SumOf<V>::type, std::uint64_t>(stream, end, join);
  } else {
    detail::SumSink<V> sink;
    StreamDone done = detail::run_collecting(stream, [&](std::span<V> values) {
      for (V& value : values) sink(std::move(value));
    });
    return StreamResult<decltype(std::move(sink).result())>{std::move(done), std::move(sink).result()};
  }
}

template <class Source, class Chain, class Less, class Projection, bool greatest>
auto operator|(Stream<Source, Chain> stream, Extreme<Less, Projection, greatest> end) {
  using V = detail::StreamValue<Source, Chain>;
  static_assert(!detail::is_view<V>, "min(), max(): a view dangles once its batch is gone; map() it to what owns its text");
  const auto join = [&end](std::optional<V>& into, std::optional<V> more) {
    if (!more) return;
    detail::ExtremeSink<V, const Extreme<Less, Projection, greatest>> sink{end};
    if (into) sink(*std::move(into));
    sink(*std::move(more));
    into = std::move(sink).result();
  };
  return detail::run_joining<std::optional<V>, std::optional<V>>(stream, end, join);
}

template <class Source, class Chain, class T, class Op>
StreamResult<T> operator|(Stream<Source, Chain> stream, Reduce<T, Op> end) {
  using V = detail::StreamValue<Source, Chain>;
  static_assert(!detail::is_view<T>, "reduce(): a view dangles once its batch is gone; let init own its text");
  detail::ReduceSink<T, Op> sink{std::move(end.init), end.op};
  StreamDone done = detail::run_collecting(stream, [&](std::span<V> values) {
    for (V& value : values) sink(std::move(value));
  });
  return {std::move(done), std::move(sink.total)};
}

}  // namespace millrace::parallel
