// SPDX-License-Identifier: Apache-2.0
//
// The query for a page of a SurrealDB table in descending id.
//
// SurrealDB 3.0.2 has no statement that begins a backward read at an id. Measured on a table of 100,000 records (mem,
// rocksdb and surrealkv engines), pages of 50 records, in ms, for the first, the middle and the last page:
//
//   ORDER BY id DESC, no condition                          1 to 3: reads the table backwards, and ends at the limit
//   WHERE id < $id ORDER BY id DESC                         9 to 25     180 to 250   270 to 360: backwards from the end
//   FROM $range ORDER BY id DESC LIMIT 50                 580 to 690    300 to 340   2: the range is read whole, then sorted
//   ORDER BY id DESC START (SELECT count() FROM $newer)     2 to 3       20 to 75   35 to 125: counts keys, then skips them
//   what this makes                                         4 to 5        5 to 6     3 to 14, whatever the table's size
//   FROM type::record($tb, ..$key) ORDER BY id DESC LIMIT    wrong: the limit is taken before the order
//
// So the server is given ranges that end at the id, each wider than the one before, counts the keys in one after the
// other (0.2 us each), and reads the first that holds a page: one request, one transaction. The ranges are guesses, which
// cost time when they are bad and never a record: a page comes out of one range that ends at the id and holds enough, or
// out of all that is before it.
//
//   text      the id cut behind each of its characters, and less by one there: a hexadecimal UUIDv7 grows by 16
//   int       limit, 16 * limit, … before it
//   uuid      as text, by its hexadecimal digits
//
// Ids of other kinds, which millrace gives no record, take the START form.
#pragma once

#include <string_view>

#include "millrace/record/record.h"
#include "millrace/record/value.h"

namespace millrace::store {

struct PageQuery {
  std::string_view text;
  Object variables;
};

// `limit` records, those whose key is less than `before` when it is given. `before` is a record's key: an int, text, uuid,
// array or object.
PageQuery page_query(const Lane& lane, std::size_t limit, const Value* before);

}  // namespace millrace::store
