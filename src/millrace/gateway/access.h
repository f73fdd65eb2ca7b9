// SPDX-License-Identifier: Apache-2.0
//
// Who may do what of those who ask. Private to `gateway`. Threads: the loop's.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "millrace/gateway/problem.h"
#include "millrace/gateway/rate_limit.h"
#include "millrace/gateway/route.h"
#include "millrace/gateway/tokens.h"
#include "millrace/net/http.h"

namespace millrace::gateway {

// The token that a request came with, and those that hold it: a reload does not take it away. None where there are no tokens.
using TokenPointer = std::shared_ptr<const Token>;

// What a request for it needs; nothing: anybody may.
std::optional<Right> right_for(std::string_view method, Route route);

class Access {
 public:
  struct Refused {
    Fault fault;
    std::chrono::seconds retry_after{1};
  };

  // Without tokens everybody may do everything.
  void set(std::optional<Tokens> tokens);

  // On success `token` is whose request it is.
  std::optional<Refused> check(const net::HttpRequest& request, const Target& target, TokenPointer& token);
  // Whether check() will refuse it for its token, or for having none. Not for its rate, which has room a moment later.
  bool would_refuse(const net::HttpRequest& request, const Target& target);
  // How long the token has to wait for its rate; nothing: not at all.
  std::optional<std::chrono::seconds> wait(const TokenPointer& token);
  // After a reload: whether a token of that name may still do that. `token` becomes what it is now.
  bool renew(TokenPointer& token, Right right, std::string_view table) const;
  std::uint64_t generation() const { return generation_; }  // counts reloads
  // So many records more than the one that the request had.
  void take(const TokenPointer& token, std::size_t records);

 private:
  std::optional<Refused> judge(const net::HttpRequest& request, const Target& target, const Token*& found);

  std::shared_ptr<const Tokens> tokens_;
  RateLimits limits_;
  std::uint64_t generation_ = 0;
};

}  // namespace millrace::gateway
