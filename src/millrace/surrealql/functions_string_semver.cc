// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/semantic_version.h"

namespace millrace::surrealql {
namespace {

using Part = std::uint64_t SemanticVersion::*;

std::optional<SemanticVersion> read_version(Evaluation& evaluation, Text function, Text version,
                                            Text why = "Invalid semantic version") {
  const auto parsed = parse_semantic_version(version);
  if (!parsed) wrong_arguments(evaluation, function, why);
  return parsed;
}

Datum get(Evaluation& evaluation, Text function, Text version, Part part) {
  const auto parsed = read_version(evaluation, function, version);
  return parsed ? Datum::of_integer(static_cast<std::int64_t>((*parsed).*part)) : Datum();
}

Datum set(Evaluation& evaluation, Text function, Text version, Part part, std::int64_t value) {
  auto parsed = read_version(evaluation, function, version);
  if (!parsed) return {};
  (*parsed).*part = static_cast<std::uint64_t>(value);
  return datum_of_text(evaluation, parsed->text());
}

// One more, and zero in what is below.
Datum increase(Evaluation& evaluation, Text function, Text version, Part part) {
  auto parsed = read_version(evaluation, function, version);
  if (!parsed) return {};
  ++((*parsed).*part);
  if (part != &SemanticVersion::patch) parsed->patch = 0;
  if (part == &SemanticVersion::major) parsed->minor = 0;
  return datum_of_text(evaluation, parsed->text());
}

}  // namespace

Datum semver_compare(Evaluation& evaluation, Text a, Text b) {
  constexpr Text name = "string::semver::compare";
  const auto left = read_version(evaluation, name, a, "Invalid semantic version string for left argument");
  const auto right = read_version(evaluation, name, b, "Invalid semantic version string for right argument");
  if (!left || !right) return {};
  const auto order = compare_versions(*left, *right);
  return Datum::of_integer(order < 0 ? -1 : order > 0 ? 1 : 0);
}

Datum semver_major(Evaluation& evaluation, Text version) {
  return get(evaluation, "string::semver::major", version, &SemanticVersion::major);
}
Datum semver_minor(Evaluation& evaluation, Text version) {
  return get(evaluation, "string::semver::minor", version, &SemanticVersion::minor);
}
Datum semver_patch(Evaluation& evaluation, Text version) {
  return get(evaluation, "string::semver::patch", version, &SemanticVersion::patch);
}

Datum semver_inc_major(Evaluation& evaluation, Text version) {
  return increase(evaluation, "string::semver::inc::major", version, &SemanticVersion::major);
}
Datum semver_inc_minor(Evaluation& evaluation, Text version) {
  return increase(evaluation, "string::semver::inc::minor", version, &SemanticVersion::minor);
}
Datum semver_inc_patch(Evaluation& evaluation, Text version) {
  return increase(evaluation, "string::semver::inc::patch", version, &SemanticVersion::patch);
}

Datum semver_set_major(Evaluation& evaluation, Text version, std::int64_t value) {
  return set(evaluation, "string::semver::set::major", version, &SemanticVersion::major, value);
}
Datum semver_set_minor(Evaluation& evaluation, Text version, std::int64_t value) {
  return set(evaluation, "string::semver::set::minor", version, &SemanticVersion::minor, value);
}
Datum semver_set_patch(Evaluation& evaluation, Text version, std::int64_t value) {
  return set(evaluation, "string::semver::set::patch", version, &SemanticVersion::patch, value);
}

}  // namespace millrace::surrealql
