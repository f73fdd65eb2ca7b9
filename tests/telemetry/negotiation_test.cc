// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

void expect_openmetrics(std::string_view accept) { EXPECT_EQ(negotiate(accept), Exposition::openmetrics_text) << accept; }
void expect_prometheus(std::string_view accept) { EXPECT_EQ(negotiate(accept), Exposition::prometheus_text) << accept; }

TEST(Negotiation, gives_prometheus_what_it_asks_for) {
  // Prometheus 2.42, and 3 with its parameter for escaping.
  expect_openmetrics(
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
  expect_openmetrics(
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
      "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  expect_prometheus("text/plain;version=0.0.4;q=1,*/*;q=0.1");
}

TEST(Negotiation, defaults_to_0_0_4) {
  for (const std::string_view accept :
       {"", " ", "*/*", "text/*", "text/plain", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json", "image/png;q=1", "*/*;q=0"}) {
    expect_prometheus(accept);
  }
}

TEST(Negotiation, follows_the_weights) {
  expect_openmetrics("text/plain;q=0.5, application/openmetrics-text;q=0.501");
  expect_prometheus("text/plain;q=0.5, application/openmetrics-text;q=0.499");
  expect_prometheus("application/openmetrics-text;q=0");
  expect_prometheus("application/openmetrics-text;q=0.0, */*;q=0.1");
  expect_openmetrics("text/plain;q=0, */*");
  expect_openmetrics("application/*");
  expect_openmetrics("text/*;q=0.2, application/*;q=0.3");
  expect_openmetrics("APPLICATION/OpenMetrics-Text ; Q=1.000");
  expect_openmetrics("*/*;q=1, application/openmetrics-text;q=1");  // named, and nothing is liked better
  expect_openmetrics("text/plain, application/openmetrics-text");
  expect_prometheus("*/*;q=0.9, application/openmetrics-text;q=0.8");
}

TEST(Negotiation, the_most_exact_range_decides) {
  expect_prometheus("application/*;q=1, application/openmetrics-text;q=0.1, text/plain;q=0.5");
  expect_prometheus(
      "application/openmetrics-text;q=0.9, application/openmetrics-text;version=1.0.0;q=0.1, text/plain;q=0.5");
  expect_openmetrics("text/*;q=1, text/plain;q=0.1, application/openmetrics-text;q=0.5");
}

TEST(Negotiation, another_version_is_not_ours) {
  expect_prometheus("application/openmetrics-text;version=0.0.1");
  expect_prometheus("application/openmetrics-text;version=2.0.0");
  expect_openmetrics("application/openmetrics-text;version=2.0.0, application/openmetrics-text;version=\"1.0.0\";q=0.5");
  expect_openmetrics("text/plain;version=1.0.0, application/openmetrics-text;q=0.1");
  expect_openmetrics("application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST(Negotiation, skips_what_is_malformed) {
  for (const std::string_view bad : {",",
                                     ",,",
                                     "/",
                                     "a/",
                                     "/b",
                                     "application/openmetrics-text;q=",
                                     "application/openmetrics-text;q=2",
                                     "application/openmetrics-text;q=1.5",
                                     "application/openmetrics-text;q=-1",
                                     "application/openmetrics-text;q=0.1234",
                                     "application/openmetrics-text;q=x",
                                     "application/openmetrics-text;version",
                                     "application/openmetrics-text;version=",
                                     "application/openmetrics-text;version=\"1.0.0",
                                     "application/openmetrics-text x",
                                     "application /openmetrics-text",
                                     "application/openmetrics-text/x",
                                     "\"application/openmetrics-text\"",
                                     ";q=1",
                                     "application/openmetrics-text;q=1.0000",
                                     "application/openmetrics-text;q=10",
                                     "\"\\"}) {
    expect_prometheus(bad);
    if (!bad.contains('"')) expect_openmetrics(std::string(bad) + ",application/openmetrics-text;q=0.5");
    if (!bad.contains('"')) expect_openmetrics("application/openmetrics-text;q=0.5," + std::string(bad));
  }
  // A comma between quotes ends nothing.
  expect_prometheus("text/plain;title=\"a, application/openmetrics-text, \\\" b\"");
  expect_openmetrics("x/y;title=\"a,b\", application/openmetrics-text;; q=0.5 ;");
}

TEST(Negotiation, content_types_are_complete) {
  EXPECT_EQ(content_type(Exposition::prometheus_text), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type(Exposition::openmetrics_text), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect_openmetrics(content_type(Exposition::openmetrics_text));
  expect_prometheus(content_type(Exposition::prometheus_text));
}

TEST(Negotiation, gzip) {
  for (const std::string_view yes :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.1", "*", "br;q=1, *;q=0.5", "identity;q=0, gzip ; q=1.0"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const std::string_view no :
       {"", "identity", "gzip;q=0", "gzip;q=0.000, *;q=1", "*;q=0", "gzipped", "not-gzip", "br", "gzip;q=x", "x=gzip"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

}  // namespace
}  // namespace millrace::telemetry
