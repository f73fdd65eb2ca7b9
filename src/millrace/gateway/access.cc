// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/access.h"

#include <algorithm>
#include <utility>

namespace millrace::gateway {

std::optional<Right> right_for(std::string_view method, Route route) {
  switch (route) {
    case Route::table: return method == "POST" ? Right::create : Right::read;
    case Route::record: return method == "DELETE" ? Right::remove : Right::read;
    case Route::metrics: return Right::metrics;
    case Route::trace: return Right::trace;
    default: return std::nullopt;
  }
}

void Access::set(std::optional<Tokens> tokens) {
  tokens_ = tokens ? std::make_shared<const Tokens>(*std::move(tokens)) : nullptr;
  if (tokens_) limits_.keep_only(*tokens_);
  ++generation_;
}

std::optional<Access::Refused> Access::judge(const net::HttpRequest& request, const Target& target, const Token*& found) {
  const std::optional<Right> right = tokens_ ? right_for(request.method, target.route) : std::nullopt;
  if (!right) return std::nullopt;
  const std::optional<std::string_view> authorization = request.only("authorization");
  if (!authorization) return Refused{wrong_token()};
  if (authorization->empty()) return Refused{no_token()};
  found = tokens_->find(*authorization);
  if (found == nullptr) return Refused{wrong_token()};
  if (!found->allows(*right) || (!target.table.empty() && !found->covers(target.table))) {
    return Refused{no_right(to_string(*right), target.table)};
  }
  if (!found->rate) return std::nullopt;
  const auto wait = limits_.wait(*found, std::chrono::steady_clock::now());
  return wait ? std::optional(Refused{too_many_requests(), *wait}) : std::nullopt;
}

std::optional<Access::Refused> Access::check(const net::HttpRequest& request, const Target& target, TokenPointer& token) {
  const Token* found = nullptr;
  std::optional<Refused> refused = judge(request, target, found);
  if (found != nullptr) token = TokenPointer(tokens_, found);
  if (!refused) take(token, 1);
  return refused;
}

bool Access::would_refuse(const net::HttpRequest& request, const Target& target) {
  const Token* found = nullptr;
  const std::optional<Refused> refused = judge(request, target, found);
  return refused && refused->fault.status != 429;
}

std::optional<std::chrono::seconds> Access::wait(const TokenPointer& token) {
  if (!token || !token->rate) return std::nullopt;
  return limits_.wait(*token, std::chrono::steady_clock::now());
}

bool Access::renew(TokenPointer& token, Right right, std::string_view table) const {
  if (!tokens_) return true;
  if (!token) return false;  // there were none, and now there are
  const auto found = std::ranges::find(tokens_->all(), token->name, &Token::name);
  if (found == tokens_->all().end() || !found->allows(right) || !found->covers(table)) return false;
  token = TokenPointer(tokens_, &*found);
  return true;
}

void Access::take(const TokenPointer& token, std::size_t records) {
  if (token && token->rate) limits_.take(*token, records, std::chrono::steady_clock::now());
}

}  // namespace millrace::gateway
