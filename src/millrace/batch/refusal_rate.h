// SPDX-License-Identifier: Apache-2.0
//
// How often the store refuses a record of late, and how many records a transaction should hold for that. Private to `batch`.
//
// A transaction of b records passes with the chance (1 - p)^b when it refuses a share p of them; what does not pass is sent
// again. With b = 1 / p some third of the transactions pass, with b = 1 nothing is sent twice. So: b = 0.7 / p, and no bound
// at all while nothing is refused. Only refusals that fell with their whole transaction count: a store that turns a record
// down and writes its neighbours costs nobody a second sending.
#pragma once

#include <cstddef>

namespace millrace::batch {

class RefusalRate {
 public:
  void settled(std::size_t rows, std::size_t culprits);
  // At most `rows`, at least 1.
  std::size_t rows_per_transaction_max(std::size_t rows) const;

 private:
  // Both fade, by half with every half_life_rows that are settled.
  double rows_ = 0;
  double culprits_ = 0;
};

}  // namespace millrace::batch
