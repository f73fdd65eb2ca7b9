// SPDX-License-Identifier: Apache-2.0
//
// The nouns that everybody says: Record, RecordId, Post, Lane.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/base/uuid.h"
#include "millrace/record/value.h"

namespace millrace {

// An id without its table: int, text or uuid (contract.md, values). Integers come before text, text before uuids.
using RecordId = std::variant<std::int64_t, std::string, Uuid>;

// The id as a user reads it: 7, abc, 0190…
std::string to_string(const RecordId& id);

// Reads an id out of a value of a record of `table`: int and uuid as they are, text as the key, "table:key" and a record
// link of the same table as their key. In "table:key" digits alone are an int, ⟨…⟩ or `…` is text and u'…' a uuid, as
// SurrealQL writes them. invalid_id for null, bool, float, '' and the ids of other tables.
Result<RecordId> read_record_id(const Value& value, std::string_view table);
Result<RecordId> parse_record_id(std::string_view text, std::string_view table);

// The ids that a key in a path may mean, in the order in which they are looked up: text, then int, then uuid. An int only as
// it is printed: 7, not 007 nor +7; a uuid in either case of letters. None for the empty key and for bytes that are not UTF-8
// (overlong forms and surrogates are not), which no store takes for an id. A NUL is a character like others.
std::vector<RecordId> ids_of_key(std::string_view key);

// A record as a tree: its id, and its fields without it.
struct Record {
  RecordId id;
  Object fields;
};

// What a caller gives to create a post.
struct PostData {
  std::string title;                    // not empty, at most 1 KiB
  std::string content;                  // may be empty
  std::optional<RecordId> id;           // generated when there is none
  std::optional<Timestamp> created_at;  // the commit's time when there is none
};

// What was created.
struct Post {
  RecordId id;
  std::string title;
  std::string content;
  Timestamp created_at;
};

inline constexpr std::string_view post_table = "post";
inline constexpr std::size_t post_title_bytes_max = 1024;

// Where batches go side by side: two records share a batch only when their lanes are equal. For now a Store is bound to
// its namespace, database and identity, so that the table alone tells lanes apart.
struct Lane {
  std::string table;
  friend bool operator==(const Lane&, const Lane&) = default;
};

// invalid_argument unless the name is [A-Za-z_][A-Za-z0-9_]{0,62} and starts neither with sqlite_ nor millrace_.
Result<void> check_table_name(std::string_view name);

}  // namespace millrace
