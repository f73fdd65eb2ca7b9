// SPDX-License-Identifier: Apache-2.0
//
// Deletes of many clients in few transactions. Private to `gateway`.
#pragma once

#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/record.h"
#include "millrace/store/store.h"

namespace millrace::gateway {

// An error of one table's or record's, such as another layout or a missing right: the store itself answers.
bool is_of_the_table(const Error& error);

// Of each key the first of its ids that is there is removed, durably; for each, in their order: whether one was. One transaction
// for all first ids, another for the second ones of those that were not there. A record that may not be removed takes a
// transaction with it: then each gets one of its own. `keys` have at least one id each.
std::vector<Result<bool>> remove_records(store::Store& store, const Lane& lane, const std::vector<std::vector<RecordId>>& keys);

}  // namespace millrace::gateway
