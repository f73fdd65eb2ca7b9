// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/{table}: an object, or an array of them. Private to `gateway`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "millrace/gateway/call.h"
#include "millrace/gateway/committer.h"
#include "millrace/gateway/json_body.h"
#include "millrace/net/loop.h"

namespace millrace::gateway {

struct CreateLimits {
  std::size_t record_bytes_max;
};

class Creator {
 public:
  Creator(Committer& committer, net::Loop& loop, CreateLimits limits) : committer_(committer), loop_(loop), limits_(limits) {}

  // `derived_id`: by an Idempotency-Key.
  void create(Call call, std::string_view table, std::string_view body, const std::optional<Uuid>& derived_id);

 private:
  void create_one(Call call, std::string_view table, std::string_view body, const std::optional<Uuid>& derived_id);
  void create_many(Call call, std::string_view table);

  Committer& committer_;
  net::Loop& loop_;
  const CreateLimits limits_;
  JsonBody body_;  // of the request at hand
};

}  // namespace millrace::gateway
