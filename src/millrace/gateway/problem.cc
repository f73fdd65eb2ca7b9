// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "millrace/record/json.h"

namespace millrace::gateway {
namespace {

Fault plain(int status, std::string_view code, std::string_view detail) { return {.status = status, .code = code, .detail = std::string(detail)}; }

Fault with_header(Fault fault, std::string_view name, std::string_view value) {
  fault.header_name = name;
  fault.header_value = value;
  return fault;
}

Fault fault_of_request(const Error& error) {
  const auto said = [&](int status, std::string_view code) { return plain(status, code, error.message); };
  switch (error.code) {
    case Code::invalid_argument: return said(400, "refused");
    case Code::invalid_json: {
      Fault fault = said(400, "invalid_json");
      fault.byte = error.place.byte;
      return fault;
    }
    case Code::invalid_record: return said(422, "invalid_record");
    case Code::invalid_id: return said(422, "invalid_id");
    case Code::duplicate: return said(409, "duplicate");
    case Code::too_large: return said(413, "too_large");
    case Code::refused: return said(422, "refused");
    case Code::unauthorized: return wrong_token();
    case Code::forbidden: return with_header(said(403, "forbidden"), "WWW-Authenticate", R"(Bearer realm="millrace", error="insufficient_scope")");
    case Code::not_found: return said(404, "not_found");
    case Code::conflict:
    case Code::overloaded: return said(503, "overloaded");
    case Code::unavailable:
    case Code::unknown_outcome:
    case Code::interrupted: return said(503, "unavailable");
    case Code::io:
    case Code::internal: return plain(500, "internal", "Something failed here; the request id finds it in the log.");
  }
  std::unreachable();
}

Fault fault_of_store(const Error& error) {
  switch (error.code) {
    case Code::invalid_record:  // these two are said by us, of the record, on its way to the store
    case Code::invalid_id: return fault_of_request(error);
    case Code::duplicate: return plain(409, "duplicate", "The table has a record of this id, or of a value that has to be unique, already.");
    case Code::too_large: return plain(413, "too_large", "The record is larger than the store takes.");
    case Code::refused: return plain(422, "refused", record_fault(error.message).value_or("The rules of the table refuse this record."));
    case Code::not_found: return plain(404, "not_found", "There is no such record.");
    case Code::conflict:
    case Code::overloaded: return plain(503, "overloaded", "The store has more to do than it can; nothing was written.");
    case Code::unavailable: return plain(503, "unavailable", "The store cannot be reached; nothing was written.");
    case Code::io: return plain(503, "unavailable", "The store cannot write now.");
    case Code::unknown_outcome:
      return plain(503, "unavailable", "The store was lost before it said whether this is written: send it again with the same id or Idempotency-Key.");
    case Code::interrupted: return plain(503, "unavailable", "The server is stopping; nothing was written.");
    case Code::invalid_argument:  // of ours, or of the store's configuration: no fault of the client's
    case Code::invalid_json:
    case Code::unauthorized:
    case Code::forbidden:
    case Code::internal: return plain(500, "internal", "The store failed at this; the request id finds it in the log.");
  }
  std::unreachable();
}

// In our words: what it was, and what to do.
std::string_view words_for(int status) {
  switch (status) {
    case 400: return "This is no HTTP request that can be read.";
    case 404: return "There is nothing at this path. Records are at /v1/TABLE and /v1/TABLE/ID; a table's name is a letter or _, then letters, digits and _, at most 63.";
    case 405: return "The path does not take this method; Allow names those that it does.";
    case 408: return "The request was not here in time.";
    case 413: return "The body is larger than this server takes (--max-body, --max-record); application/x-ndjson has no limit.";
    case 415: return "A body has to be JSON, with Content-Type: application/json, or NDJSON, with application/x-ndjson; plain or in gzip.";
    case 417: return "Of Expect, only 100-continue is known here.";
    case 431: return "The request line and headers are larger than this server takes.";
    case 503: return "There is no room for this request now.";
    default: return "The request cannot be served.";
  }
}

std::string_view code_for(int status) {
  switch (status) {
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "not_found";
    case 409: return "duplicate";
    case 413:
    case 431: return "too_large";
    case 429:
    case 503: return "overloaded";
    default: return status >= 500 ? "internal" : "refused";
  }
}

}  // namespace

Fault fault_of(const Error& error, Origin origin) { return origin == Origin::request ? fault_of_request(error) : fault_of_store(error); }

Fault no_token() {
  return with_header(plain(401, "unauthorized", "This needs a token: Authorization: Bearer …"), "WWW-Authenticate", R"(Bearer realm="millrace")");
}

Fault wrong_token() {
  return with_header(plain(401, "unauthorized", "The token is not known here."), "WWW-Authenticate", R"(Bearer realm="millrace", error="invalid_token")");
}

Fault no_right(std::string_view right, std::string_view table) {
  const std::string of_table = table.empty() ? "" : fmt::format(" for the table {}", table);
  return fault_of_request({Code::forbidden, fmt::format("The token has not the right '{}'{}.", right, of_table), {}});
}

Fault too_many_requests() { return plain(429, "overloaded", "The token's rate is used up; Retry-After says when it has more."); }

Fault refusal(int status, std::string_view allow, std::string_view detail) {
  Fault fault = plain(status, code_for(status), detail.empty() ? words_for(status) : detail);
  return status == 405 ? with_header(std::move(fault), "Allow", allow) : fault;
}

void append_error_members(std::string& out, const Fault& fault) {
  out.append(R"("code":")").append(fault.code).append(R"(","detail":)");
  append_json_string(out, fault.detail);
  if (fault.byte) fmt::format_to(std::back_inserter(out), R"(,"byte":{})", *fault.byte);
}

net::HttpResponse problem_response(const Fault& fault, std::string_view request_id, std::chrono::seconds retry_after) {
  net::HttpResponse response{.status = fault.status, .headers = {{"Content-Type", "application/problem+json"}}, .body = {}};
  if (!fault.header_name.empty()) response.headers.emplace_back(fault.header_name, fault.header_value);
  if (fault.status == 429 || fault.status == 503) {
    response.headers.emplace_back("Retry-After", std::to_string(std::max<std::chrono::seconds::rep>(retry_after.count(), 1)));
  }
  response.body = fmt::format(R"({{"title":"{}","status":{},)", reason_phrase(fault.status), fault.status);
  append_error_members(response.body, fault);
  if (!request_id.empty()) {
    response.body += R"(,"request_id":)";
    append_json_string(response.body, request_id);
  }
  response.body += "}\n";
  return response;
}

net::HttpResponse problem_response(const Error& error, Origin origin, std::string_view request_id, std::chrono::seconds retry_after) {
  return problem_response(fault_of(error, origin), request_id, retry_after);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "Unknown";
  }
}

}  // namespace millrace::gateway
