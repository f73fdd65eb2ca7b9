// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/query.h"

#include <fmt/format.h>

#include "millrace/record/json.h"
#include "millrace/surrealql/compiler.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/parser.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/problem.h"

namespace millrace::surrealql {

Result<Query> Query::compile(std::string_view text, const Parameters& parameters, const TypeRules& types) {
  if (!is_utf8(text)) return fail(Code::invalid_argument, "the query is not UTF-8");
  try {
    Query query;
    const Select select = parse_tree(text);
    Plan plan = Compiler(parameters).compile(select);
    plan.types = types;
    query.plan_ = std::make_shared<const Plan>(std::move(plan));
    return query;
  } catch (const TooLarge&) {
    return fail(Code::invalid_argument, fmt::format("the query's constants and parameters take more than {} MiB", constant_bytes_max >> 20));
  } catch (const Problem& problem) {
    return std::unexpected(to_error(problem, text));
  }
}

const std::vector<FieldPath>& Query::paths() const { return plan_->paths; }
bool Query::needs_text() const { return plan_->whole; }
bool Query::is_grouped() const { return plan_->grouped; }
bool Query::is_ordered() const { return !plan_->order.empty() || plan_->order_random; }
std::uint64_t Query::start() const { return plan_->start; }
std::uint64_t Query::limit() const { return plan_->limit; }

std::vector<std::string> Query::column_names() const {
  std::vector<std::string> names;
  if (plan_->has_all) return names;
  for (const Column& column : plan_->columns) {
    std::string name;
    for (const std::string& part : column.path) name += (name.empty() ? "" : ".") + part;
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace millrace::surrealql
