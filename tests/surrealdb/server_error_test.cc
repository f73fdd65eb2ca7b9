// SPDX-License-Identifier: Apache-2.0
//
// The texts and kinds are those of real servers: SurrealDB 3.0.2 by experiment, 2.6 from its source.
#include "millrace/surrealdb/server_error.h"

#include <gtest/gtest.h>

namespace millrace::surrealdb {
namespace {

Value details(std::string kind) { return Value(Object{{"kind", std::move(kind)}}); }
Value details(std::string kind, Value inner) {
  return Value(Object{{"kind", std::move(kind)}, {"details", std::move(inner)}});
}
Code code_of_text(std::string message) { return classify({.message = std::move(message)}); }

TEST(ServerError, a_lost_transaction_is_a_conflict_in_every_wording) {
  EXPECT_EQ(classify({.kind = "Query", .details = details("TransactionConflict"), .message = "x"}), Code::conflict);
  EXPECT_EQ(classify({.number = -32009, .message = "x"}), Code::conflict);
  EXPECT_EQ(
      classify({.kind = "Query",
                .details = details("NotExecuted"),
                .message = "Transaction conflict: Write conflict, retry the transaction. This transaction can be retried"}),
      Code::conflict);
  EXPECT_EQ(
      classify({.kind = "Internal",
                .message = "Query not executed: Transaction conflict: Resource busy: . This transaction can be retried"}),
      Code::conflict);
  EXPECT_EQ(code_of_text(
                "The query was not executed due to a failed transaction. There was a problem with a datastore transaction: "
                "Failed to commit transaction due to a read or write conflict. This transaction can be retried"),
            Code::conflict);
}

TEST(ServerError, a_users_value_in_a_message_decides_nothing) {
  EXPECT_EQ(code_of_text(
                "Couldn't coerce value for field `n` of `p:2`: Expected `int` but found 'This transaction can be retried'"),
            Code::refused);
  EXPECT_EQ(code_of_text("Found 'Database record `p:1` already exists' for field `v`, with record `a:1`, but field must "
                         "conform to: $value > 0"),
            Code::refused);
  EXPECT_EQ(classify({.kind = "Thrown", .message = "An error occurred: This transaction can be retried"}), Code::refused);
  EXPECT_EQ(classify({.kind = "Thrown", .message = "IAM error: nope"}), Code::refused);
}

TEST(ServerError, a_taken_id_or_index_is_a_duplicate) {
  EXPECT_EQ(
      classify({.kind = "AlreadyExists", .details = details("Record"), .message = "Database record `t:s1` already exists"}),
      Code::duplicate);
  EXPECT_EQ(classify({.kind = "Internal", .message = "Database index `ux` already contains 'a', with record `p:10`"}),
            Code::duplicate);
  EXPECT_EQ(code_of_text("Database record `t:s1` already exists"), Code::duplicate);
}

TEST(ServerError, tells_who_you_are_from_what_you_may) {
  EXPECT_EQ(classify({.number = -32002,
                      .kind = "NotAllowed",
                      .details = details("Auth", details("InvalidAuth")),
                      .message = "There was a problem with authentication"}),
            Code::unauthorized);
  EXPECT_EQ(classify({.number = -32000,
                      .message = "There was a problem with the database: There was a problem with authentication"}),
            Code::unauthorized);
  EXPECT_EQ(classify({.kind = "NotAllowed", .details = details("Auth", details("TokenExpired")), .message = "x"}),
            Code::unauthorized);
  EXPECT_EQ(classify({.kind = "NotAllowed", .message = "Anonymous access not allowed: Not enough permissions"}),
            Code::unauthorized);
  EXPECT_EQ(classify({.kind = "Internal", .message = "InvalidToken"}), Code::unauthorized);
  EXPECT_EQ(classify({.kind = "NotAllowed",
                      .details = details("Auth", details("NotAllowed")),
                      .message = "IAM error: Not enough permissions to perform this action"}),
            Code::forbidden);
  EXPECT_EQ(code_of_text("IAM error: Not enough permissions to perform this action"), Code::forbidden);
}

TEST(ServerError, a_time_limit_of_the_server_may_be_tried_again) {
  EXPECT_EQ(classify({.kind = "Query", .details = details("TimedOut"), .message = "x"}), Code::overloaded);
  EXPECT_EQ(code_of_text("The query was not executed because it exceeded the timeout: 100ms"), Code::overloaded);
  EXPECT_EQ(code_of_text("The server is unable to handle the request"), Code::overloaded);
}

TEST(ServerError, knows_the_other_kinds) {
  EXPECT_EQ(classify({.kind = "NotFound", .details = details("Table"), .message = "The table 'x' does not exist"}),
            Code::not_found);
  EXPECT_EQ(code_of_text("The table 'x' does not exist"), Code::not_found);
  EXPECT_EQ(classify({.kind = "Validation", .message = "Parse error: Unexpected token"}), Code::invalid_argument);
  EXPECT_EQ(classify({.kind = "Validation", .message = "The transaction is too large"}), Code::too_large);
}

TEST(ServerError, all_else_is_refused_with_the_stores_own_words) {
  const Error error = to_error({.kind = "Internal", .message = "Found field 'zz', but no such field exists for table 'p'"});
  EXPECT_EQ(error.code, Code::refused);
  EXPECT_EQ(error.message, "Found field 'zz', but no such field exists for table 'p'");
}

}  // namespace
}  // namespace millrace::surrealdb
