// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/trace_context.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace millrace::telemetry {
namespace {

constexpr std::string_view example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, reads_the_specifications_example) {
  const std::optional<TraceContext> context = parse_traceparent(example);
  ASSERT_TRUE(context);
  EXPECT_EQ(to_hex(context->trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(to_hex(context->span_id), "00f067aa0ba902b7");
}

TEST(TraceContext, refuses_what_is_malformed) {
  for (const std::string_view text :
       {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more"}) {
    EXPECT_FALSE(parse_traceparent(text)) << text;
  }
}

TEST(TraceContext, a_later_version_may_have_more_at_its_end) {
  EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"));
}

TEST(TraceContext, comes_from_the_environment_and_else_is_new_each_time) {
  ::setenv("TRACEPARENT", std::string(example).c_str(), 1);
  EXPECT_EQ(TraceContext::from_environment(), *parse_traceparent(example));
  ::setenv("TRACEPARENT", "nonsense", 1);
  EXPECT_NE(TraceContext::from_environment(), TraceContext::from_environment());
  ::unsetenv("TRACEPARENT");
  EXPECT_NE(TraceContext::from_environment(), TraceContext::from_environment());
}

}  // namespace
}  // namespace millrace::telemetry
