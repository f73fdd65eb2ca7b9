// SPDX-License-Identifier: Apache-2.0
//
// From what a function takes to what it is called with: an implementation says by its parameters which types it wants, and
// the arguments are checked, counted and refused in SurrealDB's words before it runs.
//
//   Datum string_len(Evaluation&, std::string_view text);
//   constexpr Function len = function_entry<"string::len", string_len>();     // takes exactly one string
//
// Types are coerced as SurrealDB coerces a function's arguments, which is less than a cast: 1f is an int, '1' is none.
// std::optional<T> is an argument that may be left out; it is not one that may be NONE. Rest<T> is what is left, in any
// number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "millrace/surrealql/function.h"

namespace millrace::surrealql {

using DatumSpan = std::span<const Datum>;

// The types of parameters that are not plain: std::string_view is a string, std::int64_t an int, bool a bool, Datum
// anything.
struct UnopenedArgument {  // anything, as it is: an array or object may be text
  Datum value;
};
struct ArrayArgument {
  DatumSpan elements;
};
struct ObjectArgument {
  std::span<const DatumMember> members;
};
struct NumberArgument {
  Datum value;
};
struct NumbersArgument {  // array<number>
  DatumSpan elements;
};
struct DatetimeArgument {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};
struct DatetimesArgument {  // array<datetime>
  DatumSpan elements;
};
struct DurationArgument {
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};
struct BytesArgument {
  std::string_view data;
};
struct UuidArgument {
  const std::uint8_t* bytes = nullptr;
};
struct RecordArgument {
  const DatumRecord* record = nullptr;
};
template <typename T>
struct Rest {
  DatumSpan values;  // each has been checked; T is ArrayArgument or Datum. Arrays are open.
};

// ---- failures, in the engine's words

// "Incorrect arguments for function string::len(). Expected 1 argument"
Datum wrong_arguments(Evaluation& evaluation, std::string_view function, std::string_view why);
Datum wrong_count(Evaluation& evaluation, std::string_view function, std::size_t min, std::size_t max);
// "… Argument 2 was the wrong type. Expected `int` but found `'x'`", with "when coercing an element of `array<number>`"
// behind it when `element_of` says of what. `index` counts from 0.
bool wrong_type(Evaluation& evaluation, std::string_view function, std::size_t index, std::string_view kind,
                const Datum& found, std::string_view element_of = {});

// ---- coercion

inline constexpr std::size_t any_count = 255;  // as Function::arguments_max has it

// An int, a float or decimal without a fraction.
std::optional<std::int64_t> coerce_integer(const Datum& datum);

struct ArgumentPlace {
  Evaluation& evaluation;
  std::string_view function;
  std::size_t index;
};
// Each puts the argument into `out`, or fails and says false.
inline bool read_argument(const ArgumentPlace&, const Datum& datum, UnopenedArgument& out) {
  out.value = datum;
  return true;
}
bool read_argument(const ArgumentPlace& place, const Datum& datum, Datum& out);  // open, when it is text
bool read_argument(const ArgumentPlace& place, const Datum& datum, std::int64_t& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, bool& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, ArrayArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, ObjectArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, NumberArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, NumbersArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, DatetimeArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, DatetimesArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, DurationArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, BytesArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, UuidArgument& out);
bool read_argument(const ArgumentPlace& place, const Datum& datum, RecordArgument& out);
inline bool read_argument(const ArgumentPlace& place, const Datum& datum, std::string_view& out) {
  if (!datum.is(Type::string)) [[unlikely]]
    return wrong_type(place.evaluation, place.function, place.index, "string", datum);
  out = datum.string();
  return true;
}

template <typename T>
struct ParameterTraits {
  static constexpr std::size_t min = 1;
  static constexpr std::size_t max = 1;
  static bool read(const ArgumentPlace& place, DatumSpan arguments, T& out) {
    return read_argument(place, arguments[place.index], out);
  }
};
template <typename T>
struct ParameterTraits<std::optional<T>> {
  static constexpr std::size_t min = 0;
  static constexpr std::size_t max = 1;
  static bool read(const ArgumentPlace& place, DatumSpan arguments, std::optional<T>& out) {
    if (place.index >= arguments.size()) return true;
    return read_argument(place, arguments[place.index], out.emplace());
  }
};
template <>
struct ParameterTraits<Rest<Datum>> {
  static constexpr std::size_t min = 0;
  static constexpr std::size_t max = any_count;
  static bool read(const ArgumentPlace& place, DatumSpan arguments, Rest<Datum>& out) {
    out.values = arguments.subspan(std::min(place.index, arguments.size()));
    return true;
  }
};
template <>
struct ParameterTraits<Rest<ArrayArgument>> {
  static constexpr std::size_t min = 0;
  static constexpr std::size_t max = any_count;
  static bool read(const ArgumentPlace& place, DatumSpan arguments, Rest<ArrayArgument>& out);
};

// ---- a Function of an implementation

// A name as a template's argument.
template <std::size_t N>
struct FunctionName {
  char text[N]{};
  constexpr FunctionName(const char (&name)[N]) { std::copy_n(name, N, text); }  // NOLINT: a literal is a name
  constexpr std::string_view view() const { return {text, N - 1}; }
};

template <FunctionName name, auto implementation>
struct FunctionCall;

template <FunctionName name, typename... Parameters, Datum (*implementation)(Evaluation&, Parameters...)>
struct FunctionCall<name, implementation> {
  static constexpr std::size_t min = (0 + ... + ParameterTraits<Parameters>::min);
  static constexpr std::size_t max = std::min((std::size_t{0} + ... + ParameterTraits<Parameters>::max), any_count);

  static Datum run(DatumSpan arguments, Evaluation& evaluation) {
    if (arguments.size() < min || (max != any_count && arguments.size() > max)) [[unlikely]]
      return wrong_count(evaluation, name.view(), min, max);
    return read_and_run(arguments, evaluation, std::index_sequence_for<Parameters...>());
  }

 private:
  template <std::size_t... indexes>
  static Datum read_and_run([[maybe_unused]] DatumSpan arguments, Evaluation& evaluation, std::index_sequence<indexes...>) {
    std::tuple<Parameters...> values;
    const bool is_read = (... && ParameterTraits<Parameters>::read({evaluation, name.view(), indexes}, arguments,
                                                                   std::get<indexes>(values)));
    if (!is_read) return {};
    return implementation(evaluation, std::get<indexes>(values)...);
  }
};

template <FunctionName name, auto implementation>
constexpr Function function_entry(bool same_each_time = true) {
  using Call = FunctionCall<name, implementation>;
  // A template's argument lives as long as the program.
  return {.name = name.view(),
          .arguments_min = Call::min,
          .arguments_max = Call::max,
          .run = Call::run,
          .same_each_time = same_each_time};
}

// ---- what implementations share

// The most that string::repeat, array::range and their like may make, in bytes; SurrealDB's default.
inline constexpr std::size_t generated_bytes_max = std::size_t{1} << 20;
// "Output must not exceed 1048576 bytes."
Datum too_much(Evaluation& evaluation, std::string_view function);

// As SurrealDB writes a value into a text: strings without quotes, datetimes and uuids without prefix, the rest as
// append_sql. Borrowed from strings, else in the arena.
std::string_view value_text(const Datum& datum, Evaluation& evaluation);
// As append_sql, in the arena.
std::string_view sql_text(const Datum& datum, Evaluation& evaluation);
// "int", "float", … as SurrealDB names a value's type.
std::string_view kind_name(Type type);

inline Datum datum_of_size(std::size_t size) { return Datum::of_integer(static_cast<std::int64_t>(size)); }
inline Datum datum_of_text(Evaluation& evaluation, std::string_view text) {
  return Datum::of_string(evaluation.arena.copy(text));
}

// Elements, one behind the other, in the arena; for at most as many as were asked for.
class ArrayBuilder {
 public:
  ArrayBuilder(Evaluation& evaluation, std::size_t count_max) : elements_(evaluation.arena.allocate<Datum>(count_max)) {}
  void push(const Datum& datum) { elements_[size_++] = datum; }
  std::size_t size() const { return size_; }
  std::span<Datum> span() { return {elements_, size_}; }
  Datum datum() const { return Datum::of_array({elements_, size_}); }

 private:
  Datum* elements_;
  std::size_t size_ = 0;
};

}  // namespace millrace::surrealql
