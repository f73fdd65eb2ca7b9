// SPDX-License-Identifier: Apache-2.0
//
// Creates many objects in few calls, and says of each what became of it.
//
//   auto created = batch_create_posts(*store, std::vector<PostData>{{.title = "One"}, {.title = "Two", .content = "…"}});
//   for (const Result<Post>& post : created) if (!post) complain(post.error());
//
// The results have the input's order and length. A title with a quote is a title with a quote: values are bound. One bad
// post fails alone. The calls return when everything is durable or refused.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/fields.h"
#include "millrace/record/record.h"
#include "millrace/store/store.h"

namespace millrace {

// What was created: its id, and the time of its creation.
struct Created {
  RecordId id;
  Timestamp created_at;
};

// Into the table "post", which is made when there is none. Errors of an item: invalid_record (no title, or a title over 1
// KiB, or text that is not UTF-8), invalid_id, duplicate, refused in the store's words; of all: what the store says when it
// is gone.
std::vector<Result<Post>> batch_create_posts(store::Store& store, std::span<const PostData> posts);

// Records as trees into any table. `created_at` is the record's own when it has one, else the commit's time.
std::vector<Result<Created>> batch_create_records(store::Store& store, std::string_view table, std::span<const Object> records);

// Any type with Fields, into Fields<T>::table.
template <Described T>
std::vector<Result<Created>> batch_create(store::Store& store, std::span<const T> objects) {
  std::vector<Object> records;
  records.reserve(objects.size());
  for (const T& object : objects) records.push_back(to_object(object));
  return batch_create_records(store, Fields<T>::table, records);
}

// All values, or the first error.
template <typename T>
Result<std::vector<T>> all_or_first_error(std::vector<Result<T>> results) {
  std::vector<T> values;
  values.reserve(results.size());
  for (Result<T>& result : results) {
    if (!result) return std::unexpected(std::move(result).error());
    values.push_back(std::move(*result));
  }
  return values;
}

}  // namespace millrace
