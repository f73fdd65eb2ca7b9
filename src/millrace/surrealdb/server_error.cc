// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/server_error.h"

#include <array>
#include <optional>

namespace millrace::surrealdb {
namespace {

// JSON-RPC codes that mean one thing in every version (2.x uses none of these two).
constexpr std::int64_t timeout_number = -32004;
constexpr std::int64_t conflict_number = -32009;

std::string_view member_text(const Value& value, std::string_view key) {
  const Value* member = value.find(key);
  return member == nullptr ? std::string_view{} : member->text();
}

// True when `kind` is the error's own or one of its details', at any depth.
bool is_of_kind(const ServerError& error, std::string_view kind) {
  if (error.kind == kind) return true;
  for (const Value* details = &error.details; details != nullptr; details = details->find("details")) {
    if (member_text(*details, "kind") == kind) return true;
  }
  return false;
}

// Engines word a conflict in their own way and servers wrap it, but all end so; a value quoted in a message does not
// stand at its end.
bool ends_as_retryable(std::string_view message) {
  while (message.ends_with('.') || message.ends_with(' ')) message.remove_suffix(1);
  return message.ends_with("This transaction can be retried");
}

// Texts of 2.x, and of 3.x where it says no more than Internal. All stand at the beginning, before any user's value.
struct Phrase {
  std::string_view begin;
  std::string_view end;
  Code code;
};
constexpr std::array phrases = {
    Phrase{"Database record `", "` already exists", Code::duplicate},
    Phrase{"Database index `", "", Code::duplicate},
    Phrase{"There was a problem with authentication", "", Code::unauthorized},
    Phrase{"Anonymous access not allowed", "", Code::unauthorized},
    Phrase{"No record was returned", "", Code::unauthorized},
    Phrase{"The access method does not exist", "", Code::unauthorized},
    Phrase{"InvalidToken", "", Code::unauthorized},
    Phrase{"The session has expired", "", Code::unauthorized},
    Phrase{"The token has expired", "", Code::unauthorized},
    Phrase{"IAM error: ", "", Code::forbidden},
    Phrase{"You don't have permission", "", Code::forbidden},
    Phrase{"The query was not executed because it exceeded the timeout", "", Code::overloaded},
    Phrase{"The server is unable to handle the request", "", Code::overloaded},
    Phrase{"The server is gracefully shutting down", "", Code::unavailable},
    Phrase{"The transaction is too large", "", Code::too_large},
    Phrase{"The table '", "' does not exist", Code::not_found},
    Phrase{"Parse error: ", "", Code::invalid_argument},
};

// Servers of 2.x put this before what a call as a whole failed with.
constexpr std::string_view problem_prefix = "There was a problem with the database: ";

std::optional<Code> code_of_text(std::string_view message) {
  if (message.starts_with(problem_prefix)) message.remove_prefix(problem_prefix.size());
  for (const Phrase& phrase : phrases) {
    if (message.starts_with(phrase.begin) && message.ends_with(phrase.end)) return phrase.code;
  }
  return std::nullopt;
}

std::optional<Code> code_of_kind(const ServerError& error) {
  if (error.kind == "AlreadyExists") return Code::duplicate;
  if (error.kind == "NotFound") return Code::not_found;
  if (error.kind == "Connection") return Code::unavailable;
  if (error.kind == "NotAllowed") {
    for (const std::string_view kind : {"InvalidAuth", "TokenExpired", "SessionExpired", "MissingUserOrPass"}) {
      if (is_of_kind(error, kind)) return Code::unauthorized;
    }
    return code_of_text(error.message) == Code::unauthorized ? Code::unauthorized : Code::forbidden;
  }
  if (error.kind == "Query" && is_of_kind(error, "TimedOut")) return Code::overloaded;
  if (error.kind == "Thrown") return Code::refused;  // its text is the user's
  return std::nullopt;
}

}  // namespace

Code classify(const ServerError& error) {
  const bool is_users_text = error.kind == "Thrown";
  if (is_of_kind(error, "TransactionConflict") || error.number == conflict_number) return Code::conflict;
  if (!is_users_text && ends_as_retryable(error.message)) return Code::conflict;
  if (error.number == timeout_number) return Code::overloaded;
  if (const std::optional<Code> code = code_of_kind(error)) return *code;
  return code_of_text(error.message).value_or(Code::refused);
}

Error to_error(const ServerError& error) { return {classify(error), error.message, {}}; }

ServerError read_rpc_error(const Value& error) {
  ServerError out;
  if (const Value* number = error.find("code"); number != nullptr && number->is<std::int64_t>()) {
    out.number = *number->get_if<std::int64_t>();
  }
  out.kind = member_text(error, "kind");
  if (const Value* details = error.find("details")) out.details = *details;
  out.message = error.is<std::string>() ? error.text() : member_text(error, "message");
  return out;
}

ServerError read_statement_error(const Value& statement) {
  ServerError out;
  out.kind = member_text(statement, "kind");
  if (const Value* details = statement.find("details")) out.details = *details;
  out.message = member_text(statement, "result");
  return out;
}

}  // namespace millrace::surrealdb
