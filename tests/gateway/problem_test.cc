// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/problem.h"

#include <gmock/gmock.h>

#include <set>

#include "millrace/record/json.h"

namespace millrace::gateway {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

constexpr int codes = static_cast<int>(Code::internal) + 1;

const std::set<std::string_view> closed_list{"invalid_json", "invalid_record", "invalid_id", "duplicate", "too_large", "refused", "unauthorized",
                                             "forbidden", "not_found", "overloaded", "unavailable", "internal"};

std::string header(const net::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Value parsed(const net::HttpResponse& response) {
  const Result<Value> value = parse_json(response.body);
  EXPECT_TRUE(value) << response.body;
  return value.value_or(Value());
}

struct Expected {
  Code code;
  int of_request;
  std::string_view request_code;
  int of_store;
  std::string_view store_code;
};

// Every code, from either side.
constexpr Expected table[] = {
    {Code::invalid_argument, 400, "refused", 500, "internal"},
    {Code::invalid_json, 400, "invalid_json", 500, "internal"},
    {Code::invalid_record, 422, "invalid_record", 422, "invalid_record"},
    {Code::invalid_id, 422, "invalid_id", 422, "invalid_id"},
    {Code::duplicate, 409, "duplicate", 409, "duplicate"},
    {Code::too_large, 413, "too_large", 413, "too_large"},
    {Code::refused, 422, "refused", 422, "refused"},
    {Code::unauthorized, 401, "unauthorized", 500, "internal"},
    {Code::forbidden, 403, "forbidden", 500, "internal"},
    {Code::not_found, 404, "not_found", 404, "not_found"},
    {Code::conflict, 503, "overloaded", 503, "overloaded"},
    {Code::overloaded, 503, "overloaded", 503, "overloaded"},
    {Code::unavailable, 503, "unavailable", 503, "unavailable"},
    {Code::unknown_outcome, 503, "unavailable", 503, "unavailable"},
    {Code::io, 500, "internal", 503, "unavailable"},
    {Code::interrupted, 503, "unavailable", 503, "unavailable"},
    {Code::internal, 500, "internal", 500, "internal"},
};

TEST(Problem, has_a_status_and_a_code_for_every_error) {
  ASSERT_EQ(std::size(table), codes);
  for (int i = 0; i < codes; ++i) {
    const Expected& expected = table[i];
    ASSERT_EQ(static_cast<int>(expected.code), i);
    const Fault of_request = fault_of({expected.code, "words", {}}, Origin::request);
    EXPECT_EQ(of_request.status, expected.of_request) << to_string(expected.code);
    EXPECT_EQ(of_request.code, expected.request_code) << to_string(expected.code);
    const Fault of_store = fault_of({expected.code, "words", {}}, Origin::store);
    EXPECT_EQ(of_store.status, expected.of_store) << to_string(expected.code);
    EXPECT_EQ(of_store.code, expected.store_code) << to_string(expected.code);
    EXPECT_TRUE(closed_list.contains(of_request.code) && closed_list.contains(of_store.code));
    EXPECT_FALSE(of_request.detail.empty() || of_store.detail.empty());
  }
}

TEST(Problem, is_json_with_the_members_of_rfc_9457_and_ours) {
  Place place;
  place.byte = 17;
  const net::HttpResponse response = problem_response({Code::invalid_json, "a \"quote\"\n", place}, Origin::request, "r-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(header(response, "Retry-After"), "");
  EXPECT_EQ(response.body, "{\"title\":\"Bad Request\",\"status\":400,\"code\":\"invalid_json\",\"detail\":\"a \\\"quote\\\"\\n\",\"byte\":17,\"request_id\":\"r-1\"}\n");
  parsed(response);
}

TEST(Problem, says_when_to_come_again) {
  using std::chrono::seconds;
  const Error down{Code::unavailable, "", {}};
  EXPECT_EQ(header(problem_response(down, Origin::store, "", seconds(7)), "Retry-After"), "7");
  EXPECT_EQ(header(problem_response(down, Origin::store, "", seconds(0)), "Retry-After"), "1");
  EXPECT_EQ(header(problem_response(too_many_requests(), "", seconds(3)), "Retry-After"), "3");
  EXPECT_EQ(header(problem_response(refusal(503), ""), "Retry-After"), "1");
}

TEST(Problem, challenges_as_rfc_6750_has_it) {
  EXPECT_EQ(header(problem_response(no_token(), ""), "WWW-Authenticate"), R"(Bearer realm="millrace")");
  EXPECT_EQ(header(problem_response(wrong_token(), ""), "WWW-Authenticate"), R"(Bearer realm="millrace", error="invalid_token")");
  const net::HttpResponse response = problem_response(no_right("delete", "post"), "");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(header(response, "WWW-Authenticate"), R"(Bearer realm="millrace", error="insufficient_scope")");
  EXPECT_THAT(response.body, HasSubstr("'delete' for the table post"));
}

TEST(Problem, has_words_for_what_the_server_refuses_by_itself) {
  std::set<std::string> details;
  for (const int status : {400, 404, 405, 408, 413, 415, 417, 431, 503}) {
    const Fault fault = refusal(status, "GET, DELETE");
    EXPECT_EQ(fault.status, status);
    EXPECT_TRUE(closed_list.contains(fault.code));
    EXPECT_TRUE(details.insert(fault.detail).second) << fault.detail;
    const net::HttpResponse response = problem_response(fault, "x");
    EXPECT_EQ(header(response, "Allow"), status == 405 ? "GET, DELETE" : "");
    EXPECT_THAT(response.body, Not(HasSubstr("Unknown")));
    parsed(response);
  }
  EXPECT_EQ(refusal(415, "", "text/plain is not known here").detail, "text/plain is not known here");
}

// What stores say, as store and surrealdb word it; a client sees none of the path, the host, the statement and the others' ids.
TEST(Problem, shows_nothing_of_the_store) {
  const Error errors[] = {
      {Code::unavailable, "another process holds a lock on /srv/secret/posts.db", {}},
      {Code::io, "the disk is full: /srv/secret/posts.db cannot grow; make room and run this again", {}},
      {Code::forbidden, "/srv/secret/posts.db cannot be written (secret)", {}},
      {Code::unauthorized, "secret.example:8000: There was a problem with authentication", {}},
      {Code::unknown_outcome, "secret.example:8000 closed the connection", {}},
      {Code::invalid_argument, "Parse error: secret", {}},
      {Code::duplicate, "Database index `secret` already contains 'secret', with record `post:secret`", {}},
      {Code::duplicate, "id 7 is already in table post (UNIQUE constraint failed: secret.id)", {}},
      {Code::refused, "/srv/secret/posts.db refuses the transaction: secret", {}},
      {Code::refused, "table post refuses id 7: CHECK constraint failed: length(secret) > 3", {}},
      {Code::refused, "table post refuses id 7: a trigger's secret", {}},
      {Code::refused, "Found 'x' for field `age`, with record `post:secret`, but field must conform to: $value > secret", {}},
      {Code::refused, "Found 'x' for field `age`, with record `post:secret`, but expected a int", {}},
      {Code::refused, "anything else that is secret", {}},
      {Code::overloaded, "secret", {}},
      {Code::internal, "/srv/secret/posts.db: secret (SQLite's code 1)", {}},
  };
  for (const Error& error : errors) {
    const net::HttpResponse response = problem_response(error, Origin::store, "r");
    EXPECT_THAT(response.body, AllOf(Not(HasSubstr("secret")), Not(HasSubstr("SQLite")))) << error.message;
    std::string item;
    append_error_members(item, fault_of(error, Origin::store));
    EXPECT_THAT(item, Not(HasSubstr("secret"))) << error.message;
  }
}

TEST(RecordFault, is_what_the_record_did_wrong) {
  EXPECT_THAT(record_fault("Found 'x' for field `age`, with record `post:1`, but expected a option<int | float>"),
              Optional(std::string("the field `age` has to be option<int | float>")));
  EXPECT_THAT(record_fault("Couldn't coerce value for field `age` of `post:1`: Expected `int` but found `'x'`"),
              Optional(std::string("the field `age` has to be int")));
  EXPECT_THAT(record_fault("Found -1 for field `age`, with record `post:1`, but field must conform to: $value > 0"),
              Optional(std::string("the field `age` does not conform to its rule")));
  EXPECT_THAT(record_fault("Found field 'zz', but no such field exists for table 'p'"), Optional(std::string("the table has no field 'zz'")));
  EXPECT_THAT(record_fault("An error occurred: too many posts today"), Optional(std::string("too many posts today")));
  EXPECT_THAT(record_fault("table post refuses id 7: CHECK constraint failed: title_is_short"),
              Optional(std::string("the table's check title_is_short refuses it")));
}

TEST(RecordFault, is_nothing_of_words_it_does_not_know) {
  for (const std::string_view message :
       {"", "Found ", "Found 'x'", "Found 'x' for field `a", "Found 'x' for field `a`, with record `p:1`, but expected a (SELECT secret)",
        "Couldn't coerce value for field `a` of `p:1`: Expected `SELECT` but found `1`", "An error occurred: \xff", "\xff",
        "table post refuses id 7: CHECK constraint failed: a > b", "CHECK constraint failed: a"}) {
    EXPECT_FALSE(record_fault(message)) << message;
  }
}

}  // namespace
}  // namespace millrace::gateway
