// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/refusal_rate.h"

#include <algorithm>
#include <cmath>

namespace millrace::batch {
namespace {

constexpr double half_life_rows = 2000;
constexpr double culprits_per_transaction = 0.7;
constexpr double culprits_forgotten = 0.01;
constexpr double culprits_least = 0.5;  // the memory of one, a half-life ago

}  // namespace

void RefusalRate::settled(std::size_t rows, std::size_t culprits) {
  // While nothing is refused this is called for single records, too, and costs next to nothing.
  if (culprits == 0 && culprits_ < culprits_forgotten) {
    culprits_ = 0;
    rows_ = std::min(rows_ + static_cast<double>(rows), half_life_rows);
    return;
  }
  const double left = std::exp2(-static_cast<double>(rows) / half_life_rows);
  rows_ = rows_ * left + static_cast<double>(rows);
  culprits_ = culprits_ * left + static_cast<double>(culprits);
}

std::size_t RefusalRate::rows_per_transaction_max(std::size_t rows) const {
  if (culprits_ < culprits_least) return rows;
  const double most = culprits_per_transaction * rows_ / culprits_;
  return most >= static_cast<double>(rows) ? rows : std::max<std::size_t>(1, static_cast<std::size_t>(most));
}

}  // namespace millrace::batch
