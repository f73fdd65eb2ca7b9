// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/group_state.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "millrace/surrealql/stored_number.h"

namespace millrace::surrealql {
namespace {

struct MeanState {
  NumberSum sum;
  std::uint64_t count = 0;
};
struct VarianceState {
  DoubleDouble sum;
  DoubleDouble squares;
  std::uint64_t count = 0;
};
struct ExtremeState {
  Datum value;
  std::uint64_t position = 0;  // of the record: of equal values the first one's is shown
  bool is_there = false;
};
// What was collected, newest first.
struct Collected {
  Collected* before = nullptr;
  std::uint64_t position = 0;
  Datum value;
};
struct CollectState {
  Collected* last = nullptr;
  std::uint64_t count = 0;
};

constexpr std::int64_t datetime_least = -8'334'601'228'800;   // -262143-01-01T00:00:00Z
constexpr std::int64_t datetime_most = 8'210'266'876'799;     // +262142-12-31T23:59:59Z

std::size_t size_of(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::count:
    case AggregateKind::count_truthy: return sizeof(std::uint64_t);
    case AggregateKind::sum: return sizeof(NumberSum);
    case AggregateKind::mean: return sizeof(MeanState);
    case AggregateKind::stddev:
    case AggregateKind::variance: return sizeof(VarianceState);
    case AggregateKind::max:
    case AggregateKind::min:
    case AggregateKind::time_max:
    case AggregateKind::time_min: return sizeof(ExtremeState);
    case AggregateKind::median:
    case AggregateKind::collect: return sizeof(CollectState);
  }
  return 0;
}

// The states are trivially copyable: the bytes are the object.
template <typename State>
State& as(std::byte* state) {
  return *std::launder(reinterpret_cast<State*>(state));
}
template <typename State>
const State& as(const std::byte* state) {
  return *std::launder(reinterpret_cast<const State*>(state));
}

bool is_counted(AggregateKind kind) { return kind == AggregateKind::count || kind == AggregateKind::count_truthy; }
bool is_collected(AggregateKind kind) { return kind == AggregateKind::collect || kind == AggregateKind::median; }
bool is_time(AggregateKind kind) { return kind == AggregateKind::time_max || kind == AggregateKind::time_min; }
bool is_extreme(AggregateKind kind) { return kind == AggregateKind::max || kind == AggregateKind::min || is_time(kind); }
bool is_greatest(AggregateKind kind) { return kind == AggregateKind::max || kind == AggregateKind::time_max; }

void take_extreme(ExtremeState& state, const ExtremeState& other, AggregateKind kind, Arena& arena) {
  if (state.is_there) {
    const auto order = compare(other.value, state.value);
    if (is_greatest(kind) ? order < 0 : order > 0) return;
    if (order == 0 && other.position >= state.position) return;
  }
  state = {deep_copy(other.value, arena), other.position, true};
}

// (Σx² − (Σx)²/n) / (n − 1), with twice a double's digits until the end.
double variance(const VarianceState& state) {
  if (state.count <= 1) return 0;
  const auto count = static_cast<double>(state.count);
  const double square = state.sum.high * state.sum.high;
  const double square_low = std::fma(state.sum.high, state.sum.high, -square) + 2 * state.sum.high * state.sum.low;
  const double quotient = square / count;
  const double quotient_low = (std::fma(-quotient, count, square) + square_low) / count;
  DoubleDouble left = state.squares;
  left.add(-quotient);
  left.low -= quotient_low;
  const double value = left.value();
  constexpr double digits = 0x1p-96;  // of the squares: what is below is what rounding left of equal numbers
  return value <= state.squares.high * digits ? 0 : value / (count - 1);
}

double mean(const MeanState& state) {
  return state.count == 0 ? std::numeric_limits<double>::quiet_NaN() : state.sum.real() / static_cast<double>(state.count);
}

// The middle one, with its type; of two in the middle their mean as a float; nothing of nothing.
Datum median(std::span<Datum> numbers) {
  if (numbers.empty()) return {};
  std::sort(numbers.begin(), numbers.end(), [](const Datum& a, const Datum& b) { return compare(a, b) < 0; });
  const std::size_t middle = numbers.size() / 2;
  if (numbers.size() % 2 == 1) return numbers[middle];
  return Datum::of_real((nearest_real(numbers[middle - 1]) + nearest_real(numbers[middle])) / 2);
}

// All of it in the records' order, or its median.
Datum collected(const CollectState& state, AggregateKind kind, Arena& arena) {
  std::vector<const Collected*> all;
  all.reserve(state.count);
  for (const Collected* one = state.last; one != nullptr; one = one->before) all.push_back(one);
  std::sort(all.begin(), all.end(), [](const Collected* a, const Collected* b) { return a->position < b->position; });
  Datum* const elements = arena.allocate<Datum>(all.size());
  std::transform(all.begin(), all.end(), elements, [](const Collected* one) { return one->value; });
  const std::span<Datum> values(elements, all.size());
  return kind == AggregateKind::median ? median(values) : Datum::of_array(values);
}

template <typename T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}
template <typename T>
T read_raw(std::string_view& in) {
  T value;
  std::memcpy(&value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return value;
}

}  // namespace

GroupLayout::GroupLayout(const Plan& plan) {
  for (const Aggregate& aggregate : plan.aggregates) {
    fields_.push_back({aggregate, bytes_});
    bytes_ += (size_of(aggregate.kind) + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
  }
}

void GroupLayout::begin(std::byte* state) const {
  for (const auto& [aggregate, offset] : fields_) {
    std::byte* const at = state + offset;
    switch (aggregate.kind) {
      case AggregateKind::count:
      case AggregateKind::count_truthy: new (at) std::uint64_t(0); break;
      case AggregateKind::sum: new (at) NumberSum(); break;
      case AggregateKind::mean: new (at) MeanState(); break;
      case AggregateKind::stddev:
      case AggregateKind::variance: new (at) VarianceState(); break;
      case AggregateKind::max:
      case AggregateKind::min:
      case AggregateKind::time_max:
      case AggregateKind::time_min: new (at) ExtremeState(); break;
      case AggregateKind::median:
      case AggregateKind::collect: new (at) CollectState(); break;
    }
  }
}

void GroupLayout::add(std::byte* state, std::span<const Datum> arguments, std::uint64_t position, Arena& arena, Evaluation& scratch) const {
  for (const auto& [aggregate, offset] : fields_) {
    std::byte* const at = state + offset;
    if (aggregate.kind == AggregateKind::count) {
      ++as<std::uint64_t>(at);
      continue;
    }
    const Datum& argument = arguments[aggregate.argument];
    switch (aggregate.kind) {
      case AggregateKind::count_truthy: as<std::uint64_t>(at) += is_truthy(argument) ? 1 : 0; break;
      case AggregateKind::sum:
        if (argument.is_number()) as<NumberSum>(at).add(argument, scratch);
        break;
      case AggregateKind::mean:
        if (!argument.is_number()) break;
        as<MeanState>(at).sum.add(argument, scratch);
        ++as<MeanState>(at).count;
        break;
      case AggregateKind::stddev:
      case AggregateKind::variance:
        if (!argument.is_number()) break;
        as<VarianceState>(at).sum.add(nearest_real(argument));
        as<VarianceState>(at).squares.add_square(nearest_real(argument));
        ++as<VarianceState>(at).count;
        break;
      case AggregateKind::median:
      case AggregateKind::collect: {
        if (aggregate.kind == AggregateKind::median && !argument.is_number()) break;
        auto& collect = as<CollectState>(at);
        collect.last = arena.make(Collected{collect.last, position, deep_copy(argument, arena)});
        ++collect.count;
        break;
      }
      default:
        if (is_time(aggregate.kind) ? argument.is(Type::datetime) : argument.is_number()) take_extreme(as<ExtremeState>(at), {argument, position, true}, aggregate.kind, arena);
        break;
    }
  }
}

void GroupLayout::merge(std::byte* state, const std::byte* other, Arena& arena, Evaluation& scratch) const {
  for (const auto& [aggregate, offset] : fields_) {
    std::byte* const at = state + offset;
    const std::byte* const from = other + offset;
    switch (aggregate.kind) {
      case AggregateKind::count:
      case AggregateKind::count_truthy: as<std::uint64_t>(at) += as<std::uint64_t>(from); break;
      case AggregateKind::sum: as<NumberSum>(at).merge(as<NumberSum>(from), scratch); break;
      case AggregateKind::mean:
        as<MeanState>(at).sum.merge(as<MeanState>(from).sum, scratch);
        as<MeanState>(at).count += as<MeanState>(from).count;
        break;
      case AggregateKind::stddev:
      case AggregateKind::variance:
        as<VarianceState>(at).sum.add(as<VarianceState>(from).sum);
        as<VarianceState>(at).squares.add(as<VarianceState>(from).squares);
        as<VarianceState>(at).count += as<VarianceState>(from).count;
        break;
      case AggregateKind::median:
      case AggregateKind::collect: {
        auto& collect = as<CollectState>(at);
        for (const Collected* one = as<CollectState>(from).last; one != nullptr; one = one->before) {
          collect.last = arena.make(Collected{collect.last, one->position, deep_copy(one->value, arena)});
        }
        collect.count += as<CollectState>(from).count;
        break;
      }
      default:
        if (as<ExtremeState>(from).is_there) take_extreme(as<ExtremeState>(at), as<ExtremeState>(from), aggregate.kind, arena);
        break;
    }
  }
}

void GroupLayout::values(const std::byte* state, Datum* out, Arena& arena) const {
  for (const auto& [aggregate, offset] : fields_) {
    const std::byte* const at = state + offset;
    switch (aggregate.kind) {
      case AggregateKind::count:
      case AggregateKind::count_truthy: *out++ = Datum::of_integer(static_cast<std::int64_t>(as<std::uint64_t>(at))); break;
      case AggregateKind::sum: *out++ = as<NumberSum>(at).value(arena); break;
      case AggregateKind::mean: *out++ = Datum::of_real(mean(as<MeanState>(at))); break;
      case AggregateKind::variance: *out++ = Datum::of_real(variance(as<VarianceState>(at))); break;
      case AggregateKind::stddev: *out++ = Datum::of_real(std::sqrt(variance(as<VarianceState>(at)))); break;
      case AggregateKind::median:
      case AggregateKind::collect: *out++ = collected(as<CollectState>(at), aggregate.kind, arena); break;
      default: {
        const auto& extreme = as<ExtremeState>(at);
        const bool greatest = is_greatest(aggregate.kind);
        const double infinity = std::numeric_limits<double>::infinity();
        if (extreme.is_there) {
          *out++ = extreme.value;
        } else if (is_time(aggregate.kind)) {
          *out++ = greatest ? Datum::of_datetime(datetime_least, 0) : Datum::of_datetime(datetime_most, 999'999'999);
        } else {
          *out++ = Datum::of_real(greatest ? -infinity : infinity);
        }
        break;
      }
    }
  }
}

std::size_t GroupLayout::gathered_bytes(const std::byte* state) const {
  std::size_t bytes = 0;
  for (const auto& [aggregate, offset] : fields_) {
    if (is_collected(aggregate.kind)) bytes += as<CollectState>(state + offset).count * sizeof(Collected);
  }
  return bytes;
}

void GroupLayout::append_stored(std::string& out, const std::byte* state) const {
  for (const auto& [aggregate, offset] : fields_) {
    const std::byte* const at = state + offset;
    if (is_counted(aggregate.kind)) {
      put_number(out, as<std::uint64_t>(at));
    } else if (aggregate.kind == AggregateKind::sum) {
      as<NumberSum>(at).append_stored(out);
    } else if (aggregate.kind == AggregateKind::mean) {
      as<MeanState>(at).sum.append_stored(out);
      put_number(out, as<MeanState>(at).count);
    } else if (is_collected(aggregate.kind)) {
      put_number(out, as<CollectState>(at).count);
      for (const Collected* one = as<CollectState>(at).last; one != nullptr; one = one->before) {
        put_number(out, one->position);
        surrealql::append_stored(out, one->value);
      }
    } else if (is_extreme(aggregate.kind)) {
      append_raw(out, as<ExtremeState>(at).is_there);
      if (!as<ExtremeState>(at).is_there) continue;
      put_number(out, as<ExtremeState>(at).position);
      surrealql::append_stored(out, as<ExtremeState>(at).value);
    } else {
      append_raw(out, as<VarianceState>(at));
    }
  }
}

void GroupLayout::read_stored(std::string_view& in, std::byte* state, Arena& arena) const {
  begin(state);
  for (const auto& [aggregate, offset] : fields_) {
    std::byte* const at = state + offset;
    if (is_counted(aggregate.kind)) {
      as<std::uint64_t>(at) = take_number(in);
    } else if (aggregate.kind == AggregateKind::sum) {
      as<NumberSum>(at).read_stored(in);
    } else if (aggregate.kind == AggregateKind::mean) {
      as<MeanState>(at).sum.read_stored(in);
      as<MeanState>(at).count = take_number(in);
    } else if (is_collected(aggregate.kind)) {
      auto& collect = as<CollectState>(at);
      collect.count = take_number(in);
      for (std::uint64_t i = 0; i < collect.count; ++i) {
        const std::uint64_t position = take_number(in);
        collect.last = arena.make(Collected{collect.last, position, surrealql::read_stored(in, arena)});
      }
    } else if (is_extreme(aggregate.kind)) {
      if (!read_raw<bool>(in)) continue;
      const std::uint64_t position = take_number(in);
      as<ExtremeState>(at) = {surrealql::read_stored(in, arena), position, true};
    } else {
      as<VarianceState>(at) = read_raw<VarianceState>(in);
    }
  }
}

}  // namespace millrace::surrealql
