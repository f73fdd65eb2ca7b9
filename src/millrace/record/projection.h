// SPDX-License-Identifier: Apache-2.0
//
// The fields that a query keeps, and the names they get. `surrealql` works it out; records go through it on their way into
// a Block. A field that a record does not have is left out.
#pragma once

#include <string>
#include <vector>

namespace millrace {

struct Projection {
  struct Column {
    std::string field;  // of the input
    std::string name;   // of the output
    friend bool operator==(const Column&, const Column&) = default;
  };
  bool all = true;              // every field, as `SELECT *`; the columns are then empty
  std::vector<Column> columns;  // in the order of the query
};

}  // namespace millrace
