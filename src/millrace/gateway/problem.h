// SPDX-License-Identifier: Apache-2.0
//
// What a client is told when its request, or one of its records, fails: application/problem+json (RFC 9457).
//
//   if (!record) return problem_response(record.error(), Origin::request, id);                  // ours to say in full
//   if (outcome.error) return problem_response(*outcome.error, Origin::store, id, wait);        // a store's words are not
//   return problem_response(refusal(405, "GET, DELETE"), id);
//
//   {"title":"Bad Request","status":400,"detail":"…","code":"invalid_json","byte":17,"request_id":"…"}
//
// A store's error has the file's path, hosts, its own statements and other clients' ids in it: of those words a client gets what
// record_fault() finds to be its own record's fault, else fixed words of ours. The whole of it is for the event log.
// `code` is out of contract.md's closed list; what is wrong with the request as such (a parameter, a method, a header) is `refused`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/net/http.h"

namespace millrace::gateway {

enum class Origin : std::uint8_t {
  request,  // said by us of what the client sent
  store,    // said by the store, or by the way to it
};

struct Fault {
  int status = 500;
  std::string_view code;  // a literal
  std::string detail;     // UTF-8
  std::optional<std::uint64_t> byte;  // of invalid_json: where in the body
  // What goes with the status: Allow, WWW-Authenticate. Literals.
  std::string_view header_name;
  std::string_view header_value;
};

// 400 invalid_json and invalid_argument; 401, 403 and 404 of a request; 409 duplicate; 413 too_large; 422 invalid_record, invalid_id
// and refused; 503 conflict, overloaded, unavailable, unknown_outcome, io and interrupted; 500 internal, and what only a store can
// mean by unauthorized, forbidden and the like.
Fault fault_of(const Error& error, Origin origin);

// The token is absent or wrong (401), has not that right (403), has used up its rate (429).
Fault no_token();
Fault wrong_token();
Fault no_right(std::string_view right, std::string_view table);
Fault too_many_requests();

// Of a status by which the request as such is refused, in our words or in `detail`: those that net::HttpServer gives by itself (400, 408,
// 413, 417, 431, 503), and 404, 405, 415. `allow` is of 405: "GET, DELETE".
Fault refusal(int status, std::string_view allow = {}, std::string_view detail = {});

// "code":"duplicate","detail":"…": the members of an item's error in an answer to many records.
void append_error_members(std::string& out, const Fault& fault);

// `retry_after` goes with 429 and 503: whole seconds, at least 1 (RFC 9110, section 10.2.3). `request_id` is visible ASCII.
net::HttpResponse problem_response(const Fault& fault, std::string_view request_id, std::chrono::seconds retry_after = std::chrono::seconds(1));
net::HttpResponse problem_response(const Error& error, Origin origin, std::string_view request_id,
                                   std::chrono::seconds retry_after = std::chrono::seconds(1));

// RFC 9110, section 15; "Unknown" for what we never send.
std::string_view reason_phrase(int status);

// What a store's message says of the record it refused, as far as the client may know it: a field's wrong type, a rule's own words
// (SurrealDB's THROW), a constraint's name. Nothing of any other message.
std::optional<std::string> record_fault(std::string_view message);

}  // namespace millrace::gateway
