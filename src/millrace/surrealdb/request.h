// SPDX-License-Identifier: Apache-2.0
//
// A Request is one frame to the server under construction: the head is written, and the caller appends the method's
// params as CBOR, straight into the frame, so that the rows of a batch are copied once.
//
//   Request request = make_query("INSERT INTO $tb $rows RETURN NONE", 2);
//   cbor::append_text(request.frame, "tb");  …   // two pairs of name and value
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::surrealdb {

struct Request {
  // {id, method, params}; `param_count` items follow.
  Request(std::string_view method, std::size_t param_count);
  // Written over the place that the head keeps for it.
  void set_id(std::uint64_t id);

  std::string frame;
};

// `variable_count` pairs of a name and a value follow. Values reach a query as variables only, never inside its text.
Request make_query(std::string_view text, std::size_t variable_count);

}  // namespace millrace::surrealdb
