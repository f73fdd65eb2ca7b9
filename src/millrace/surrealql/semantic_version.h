// SPDX-License-Identifier: Apache-2.0
//
// Versions as semver.org 2.0.0 has them: 1.2.3-beta.1+build.5.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::surrealql {

struct SemanticVersion {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::string_view pre_release;  // of the text that it was read from
  std::string_view build;

  std::string text() const;
};
std::optional<SemanticVersion> parse_semantic_version(std::string_view text);

// Section 11, and where that says that two are equal, by the build, as the engine's library does.
std::strong_ordering compare_versions(const SemanticVersion& a, const SemanticVersion& b);

}  // namespace millrace::surrealql
