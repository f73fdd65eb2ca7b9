// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/curve.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace millrace::batch {
namespace {

// A point is a mean over its last so many batches: what is older is forgotten.
constexpr double weight_max = 100;
// Sizes closer than a quarter of an octave are one point.
constexpr double same_size_log2 = 0.25;

// Of one request: 1 %.
constexpr double variance_least = 0.0001;

constexpr std::size_t terms = 4;
using Vector = std::array<double, terms>;
using Matrix = std::array<Vector, terms>;

// Solves for the terms in `chosen`, the others being 0; nothing when they cannot be told apart.
std::optional<Vector> solve(Matrix m, Vector right, unsigned chosen) {
  for (std::size_t i = 0; i < terms; ++i) {
    if ((chosen >> i & 1U) != 0) continue;
    for (std::size_t j = 0; j < terms; ++j) m[i][j] = m[j][i] = i == j ? 1 : 0;
    right[i] = 0;
  }
  // Cholesky would do; with four terms plain elimination is shorter. Columns are scaled to 1 on the diagonal.
  Vector scale{};
  for (std::size_t i = 0; i < terms; ++i) scale[i] = m[i][i] > 0 ? 1 / std::sqrt(m[i][i]) : 1;
  for (std::size_t i = 0; i < terms; ++i) {
    right[i] *= scale[i];
    for (std::size_t j = 0; j < terms; ++j) m[i][j] *= scale[i] * scale[j];
  }
  for (std::size_t i = 0; i < terms; ++i) {
    if (m[i][i] < 1e-6) return std::nullopt;
    for (std::size_t below = i + 1; below < terms; ++below) {
      const double factor = m[below][i] / m[i][i];
      for (std::size_t j = i; j < terms; ++j) m[below][j] -= factor * m[i][j];
      right[below] -= factor * right[i];
    }
  }
  Vector x{};
  for (std::size_t i = terms; i-- > 0;) {
    double rest = right[i];
    for (std::size_t j = i + 1; j < terms; ++j) rest -= m[i][j] * x[j];
    x[i] = rest / m[i][i];
  }
  for (std::size_t i = 0; i < terms; ++i) x[i] *= scale[i];
  return x;
}

}  // namespace

Curve::Point& Curve::point_near(double rows, double transactions) {
  for (std::size_t i = 0; i < size_; ++i) {
    Point& point = points_[i];
    if (point.transactions == transactions && std::abs(std::log2(point.rows / rows)) < same_size_log2) return point;
  }
  Point* place = size_ < points_.size() ? &points_[size_++] : std::ranges::min_element(points_, {}, &Point::touched);
  *place = {rows, transactions, 0, 0, 0};
  return *place;
}

void Curve::add(double rows_per_transaction, double transactions, double seconds, double batches) {
  Point& point = point_near(rows_per_transaction, transactions);
  point.touched = ++touches_;
  point.weight = std::min(point.weight + batches, weight_max);
  const double share = std::min(1.0, batches / point.weight);
  point.rows += share * (rows_per_transaction - point.rows);
  point.seconds += share * (seconds - point.seconds);
}

void Curve::rescale(double factor) {
  for (std::size_t i = 0; i < size_; ++i) {
    points_[i].seconds *= factor;
    points_[i].weight = std::min(points_[i].weight, 1.0);
  }
}

double Curve::rows_measured_max() const {
  double most = 0;
  for (std::size_t i = 0; i < size_; ++i) most = std::max(most, points_[i].rows);
  return most;
}

double Curve::transactions_measured_max() const {
  double most = 0;
  for (std::size_t i = 0; i < size_; ++i) most = std::max(most, points_[i].transactions);
  return most;
}

Curve::Best Curve::best() const {
  const auto rate = [](const Point& point) {
    return point.rows * point.transactions / point.seconds / (1 + 0.3 / std::sqrt(point.weight));
  };
  const Point* best = &points_[0];
  for (std::size_t i = 1; i < size_; ++i) {
    if (rate(points_[i]) > rate(*best)) best = &points_[i];
  }
  return {best->rows, best->transactions, best->seconds};
}

// A store may have steps and other laws far away; what counts is the line near the best that was seen.
double Curve::weight(const Point& point, double centre) const {
  const double octaves = std::log2(point.rows / centre);
  return point.weight / (1 + octaves * octaves / 4);
}

double Curve::misfit(const Cost& cost) const {
  const double centre = best().rows;
  double squares = 0;
  double weights = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double off = cost.seconds(points_[i].rows, points_[i].transactions) / points_[i].seconds - 1;
    squares += weight(points_[i], centre) * off * off;
    weights += weight(points_[i], centre);
  }
  return std::sqrt(squares / weights);
}

Cost Curve::fit() const {
  Matrix products{};
  Vector right{};
  const double centre = best().rows;
  double weights = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const Point& p = points_[i];
    // Noise grows with the time itself, so it is the relative error that counts.
    const Vector features{1 / p.seconds, p.transactions / p.seconds, p.transactions * p.rows / p.seconds,
                          p.transactions * p.rows * p.rows / p.seconds};
    const double weight = this->weight(p, centre);
    weights += weight;
    for (std::size_t a = 0; a < terms; ++a) {
      right[a] += weight * features[a];
      for (std::size_t b = 0; b < terms; ++b) products[a][b] += weight * features[a] * features[b];
    }
  }
  // Four terms have fifteen subsets: the best one whose costs are all positive is the non-negative least squares. A
  // transaction and a row cost something always; whether a request and a row squared do is asked of the Bayesian
  // information criterion (Schwarz, 1978), so that noise does not pass for a cost.
  Vector best{};
  double best_score = std::numeric_limits<double>::infinity();
  const auto points = static_cast<double>(size_);
  for (unsigned order = 1; order < 1U << terms; ++order) {
    const unsigned chosen = (order & 0b1100U) | (order & 1U) << 1 | (order & 2U) >> 1;
    const std::optional<Vector> x = solve(products, right, chosen);
    if (!x || std::ranges::any_of(*x, [](double cost) { return !(cost >= 0); })) continue;
    double squares = weights;  // what is left of their sum
    for (std::size_t a = 0; a < terms; ++a) squares -= (*x)[a] * right[a];
    const int doubtful = std::popcount(chosen & 0b1001U);
    const double score = points * std::log(std::max(squares, 0.0) / points + variance_least) + doubtful * std::log(points);
    if (score < best_score) {
      best = *x;
      best_score = score;
    }
  }
  return {best[0], best[1], best[2], best[3]};
}

}  // namespace millrace::batch
