// SPDX-License-Identifier: Apache-2.0
//
// Where a SurrealDB is and as whom to sign in:
//
//   ws[s]://[user[:password]@]host[:8000][,host2…]/namespace/database[?auth=root|namespace|database][&ca=FILE]
//
// Every part is percent-decoded; an IPv6 host stands in brackets. Several hosts are nodes of one cluster.
// A password is in no error message, however wrong the URL is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/net/web_socket.h"

namespace millrace::surrealdb {

// Where the user was defined: DEFINE USER … ON ROOT, NAMESPACE or DATABASE.
enum class AuthLevel : std::uint8_t { root, name_space, database };

inline constexpr std::uint16_t default_port = 8000;

struct Address {
  std::vector<net::Endpoint> endpoints;  // at least one
  std::string name_space;
  std::string database;
  std::string user;  // empty: no sign-in
  std::string password;
  std::string token;  // a JWT, in place of user and password
  AuthLevel level = AuthLevel::root;
};

// invalid_argument; for http:// and https:// the message gives the ws form.
Result<Address> parse_address(std::string_view url);

// The URL with *** in place of a password, for any text that may be meant as one.
std::string redacted(std::string_view url);

}  // namespace millrace::surrealdb
