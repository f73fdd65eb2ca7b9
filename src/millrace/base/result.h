// SPDX-License-Identifier: Apache-2.0
//
// What every fallible function returns, and how an error says where it happened.
//
//   Result<File> file = File::open_to_read("posts.ndjson");
//   if (!file) return std::unexpected(std::move(file).error());
//
// An Error carries a code out of a small closed list (callers decide from the code alone), a message in the user's words,
// and a Place. describe() makes the one line that a user reads.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

enum class Code : std::uint8_t {
  invalid_argument,  // the caller's options are wrong; nothing was done
  invalid_json,      // text that is no JSON, no CSV or not UTF-8
  invalid_record,    // a record that its table's shape, or --types, does not allow
  invalid_id,        // an id that no store takes
  duplicate,         // the id (or a unique index) is taken
  too_large,         // over a stated limit
  refused,           // the store read the record and said no
  unauthorized,      // wrong user, password or token
  forbidden,         // signed in, but without the right
  not_found,
  conflict,         // a transaction lost against another; nothing was applied
  overloaded,       // a limit of ours or the store's is reached; nothing was applied
  unavailable,      // the store cannot be reached; nothing was applied
  unknown_outcome,  // the reply was lost: applied or not, ask the store by id
  io,               // a file, pipe or disk failed
  interrupted,      // a stop was asked for
  internal,         // a defect, or words of a store that we do not know
};

// The code's stable name, as reports and HTTP answers show it: "invalid_json".
std::string_view to_string(Code code);

// True when the same request may be sent again as it is: the store applied nothing and may accept it later.
// unknown_outcome is not among them: the ids have to be read back first.
bool is_retryable(Code code);

// Where in the input a thing stands. `line` counts from 1 and is 0 where there are no lines; `byte` counts from 0 and is
// that of the uncompressed input.
struct Place {
  std::string source;  // a file's name, "-" for standard input; empty when there is none
  std::uint64_t line = 0;
  std::optional<std::uint64_t> byte;
  std::string record_id;

  bool empty() const { return source.empty() && line == 0 && !byte && record_id.empty(); }
};

struct [[nodiscard]] Error {
  Code code = Code::internal;
  std::string message;
  Place place;
};

// "posts.ndjson:12 (byte 4711), id 7: title is missing"
std::string describe(const Error& error);

template <typename T>
using Result = std::expected<T, Error>;

// `return fail(Code::io, "…");` in a function that returns a Result.
inline std::unexpected<Error> fail(Code code, std::string message, Place place = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(place)});
}

}  // namespace millrace
