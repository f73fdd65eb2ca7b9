// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "millrace/surrealql/datum_set.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/number.h"
#include "millrace/surrealql/statistics.h"

namespace millrace::surrealql {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool are_alike(Evaluation& evaluation, Text function, NumbersArgument a, NumbersArgument b) {
  if (a.elements.size() == b.elements.size()) return true;
  wrong_arguments(evaluation, function, "The two vectors must be of the same dimension.");
  return false;
}

template <typename Operation>
Datum each_pair(Evaluation& evaluation, Text function, NumbersArgument a, NumbersArgument b, Operation operation) {
  if (!are_alike(evaluation, function, a, b)) return {};
  ArrayBuilder out(evaluation, a.elements.size());
  for (std::size_t i = 0; i < a.elements.size(); ++i) out.push(operation(a.elements[i], b.elements[i]));
  return evaluation.failed() ? Datum() : out.datum();
}

// Dividing by zero is NaN here, whatever the numbers are. Two ints give an int.
Datum quotient(const Datum& a, const Datum& b, Evaluation& evaluation) {
  const auto is_nan = [](const Datum& number) { return number.is(Type::real) && std::isnan(number.real()); };
  if (is_nan(a) || is_nan(b) || !is_truthy(b)) return Datum::of_real(nan);
  if (a.is(Type::integer) && b.is(Type::integer)) {
    if (b.integer() == -1) return negate(a, evaluation);
    return Datum::of_integer(a.integer() / b.integer());
  }
  return divide(a, b, evaluation);
}

Datum dot(DatumSpan a, DatumSpan b, Evaluation& evaluation) {
  Datum sum = Datum::of_integer(0);
  for (std::size_t i = 0; i < a.size() && !evaluation.failed(); ++i)
    sum = add(sum, multiply(a[i], b[i], evaluation), evaluation);
  return evaluation.failed() ? Datum() : sum;
}

// Rust adds up from -0, which stays when there is nothing to add.
constexpr double nothing = -0.0;

double square(double number) { return number * number; }

double squared_magnitude(DatumSpan vector) {
  double sum = nothing;
  for (const Datum& each : vector) sum += square(to_real(each));
  return sum;
}

double magnitude(DatumSpan vector) { return std::sqrt(squared_magnitude(vector)); }
Datum magnitudes(DatumSpan a, DatumSpan b) { return Datum::of_real(magnitude(a) * magnitude(b)); }

// Of all of it, not of a sample.
double deviation(DatumSpan vector, double mean) {
  if (vector.size() < 2) return vector.empty() ? nan : 0.0;
  double sum = nothing;
  for (const Datum& each : vector) sum += square(to_real(each) - mean);
  return std::sqrt(sum / static_cast<double>(vector.size()));
}

}  // namespace

Datum vector_add(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  return each_pair(evaluation, "vector::add", a, b, [&](const Datum& x, const Datum& y) { return add(x, y, evaluation); });
}
Datum vector_subtract(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  return each_pair(evaluation, "vector::subtract", a, b,
                   [&](const Datum& x, const Datum& y) { return subtract(x, y, evaluation); });
}
Datum vector_multiply(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  return each_pair(evaluation, "vector::multiply", a, b,
                   [&](const Datum& x, const Datum& y) { return multiply(x, y, evaluation); });
}
Datum vector_divide(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  return each_pair(evaluation, "vector::divide", a, b,
                   [&](const Datum& x, const Datum& y) { return quotient(x, y, evaluation); });
}

Datum vector_scale(Evaluation& evaluation, NumbersArgument vector, NumberArgument factor) {
  ArrayBuilder out(evaluation, vector.elements.size());
  for (const Datum& each : vector.elements) out.push(multiply(each, factor.value, evaluation));
  return evaluation.failed() ? Datum() : out.datum();
}

Datum vector_normalize(Evaluation& evaluation, NumbersArgument vector) {
  const Datum length = Datum::of_real(magnitude(vector.elements));
  ArrayBuilder out(evaluation, vector.elements.size());
  for (const Datum& each : vector.elements) out.push(quotient(each, length, evaluation));
  return evaluation.failed() ? Datum() : out.datum();
}

Datum vector_magnitude(Evaluation&, NumbersArgument vector) { return Datum::of_real(magnitude(vector.elements)); }

Datum vector_dot(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  return are_alike(evaluation, "vector::dot", a, b) ? dot(a.elements, b.elements, evaluation) : Datum();
}

Datum vector_angle(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::angle", a, b)) return {};
  const Datum cosine = quotient(dot(a.elements, b.elements, evaluation), magnitudes(a.elements, b.elements), evaluation);
  return evaluation.failed() ? Datum() : Datum::of_real(std::acos(to_real(cosine)));
}

Datum vector_cross(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (a.elements.size() != 3 || b.elements.size() != 3)
    return wrong_arguments(evaluation, "vector::cross", "Both vectors must have a dimension of 3.");
  ArrayBuilder out(evaluation, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t j = (i + 1) % 3;
    const std::size_t k = (i + 2) % 3;
    out.push(subtract(multiply(a.elements[j], b.elements[k], evaluation),
                      multiply(a.elements[k], b.elements[j], evaluation), evaluation));
  }
  return evaluation.failed() ? Datum() : out.datum();
}

Datum vector_project(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::project", a, b)) return {};
  const Datum scale =
      quotient(dot(a.elements, b.elements, evaluation), Datum::of_real(squared_magnitude(b.elements)), evaluation);
  return evaluation.failed() ? Datum() : vector_scale(evaluation, b, {scale});
}

Datum vector_chebyshev(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::distance::chebyshev", a, b)) return {};
  double most = std::numeric_limits<double>::lowest();
  for (std::size_t i = 0; i < a.elements.size(); ++i)
    most = std::fmax(most, std::abs(to_real(a.elements[i]) - to_real(b.elements[i])));
  return Datum::of_real(most);
}

Datum vector_euclidean(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::distance::euclidean", a, b)) return {};
  double sum = nothing;
  for (std::size_t i = 0; i < a.elements.size(); ++i) {
    const Datum difference = subtract(a.elements[i], b.elements[i], evaluation);
    if (evaluation.failed()) return {};
    sum += square(to_real(difference));
  }
  return Datum::of_real(std::sqrt(sum));
}

Datum vector_hamming(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::distance::hamming", a, b)) return {};
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.elements.size(); ++i) count += compare(a.elements[i], b.elements[i]) != 0;
  return datum_of_size(count);
}

Datum vector_manhattan(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::distance::manhattan", a, b)) return {};
  Datum sum = Datum::of_integer(0);
  for (std::size_t i = 0; i < a.elements.size() && !evaluation.failed(); ++i) {
    const Datum difference = subtract(a.elements[i], b.elements[i], evaluation);
    if (!evaluation.failed()) sum = add(sum, math_abs(evaluation, {difference}), evaluation);
  }
  return evaluation.failed() ? Datum() : sum;
}

Datum vector_minkowski(Evaluation& evaluation, NumbersArgument a, NumbersArgument b, NumberArgument order) {
  if (!are_alike(evaluation, "vector::distance::minkowski", a, b)) return {};
  const double p = to_real(order.value);
  double sum = nothing;
  for (std::size_t i = 0; i < a.elements.size(); ++i)
    sum += std::pow(std::abs(to_real(a.elements[i]) - to_real(b.elements[i])), p);
  return Datum::of_real(std::pow(sum, 1.0 / p));
}

Datum vector_cosine(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::similarity::cosine", a, b)) return {};
  const Datum product = dot(a.elements, b.elements, evaluation);
  return evaluation.failed() ? Datum() : divide(product, magnitudes(a.elements, b.elements), evaluation);
}

// What is in both, by what is in either; each value once, but for a value that the second has more than once.
Datum vector_jaccard(Evaluation&, NumbersArgument a, NumbersArgument b) {
  Distinct either(a.elements.size() + b.elements.size());
  std::size_t count = 0;
  std::size_t both = 0;
  for (const Datum& each : a.elements) count += either.is_new(each);
  for (const Datum& each : b.elements) {
    const bool is_new = either.is_new(each);
    count += is_new;
    both += !is_new;
  }
  return Datum::of_real(static_cast<double>(both) / static_cast<double>(count));
}

Datum vector_pearson(Evaluation& evaluation, NumbersArgument a, NumbersArgument b) {
  if (!are_alike(evaluation, "vector::similarity::pearson", a, b)) return {};
  const Datum a_mean = mean_of(a.elements, evaluation);
  const Datum b_mean = mean_of(b.elements, evaluation);
  if (evaluation.failed()) return {};
  double covariance = nothing;
  for (std::size_t i = 0; i < a.elements.size(); ++i) {
    covariance += (to_real(a.elements[i]) - to_real(a_mean)) * (to_real(b.elements[i]) - to_real(b_mean));
  }
  covariance /= static_cast<double>(a.elements.size());
  return Datum::of_real(covariance / (deviation(a.elements, to_real(a_mean)) * deviation(b.elements, to_real(b_mean))));
}

}  // namespace millrace::surrealql
