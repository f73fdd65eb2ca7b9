// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/request_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Request {
  std::string body;
};
struct Response {
  int status = 200;
  std::string body;
};

class RequestMetricsTest : public ::testing::Test {
 protected:
  std::string text(Exposition exposition = Exposition::prometheus_text) const {
    std::string out;
    write_metrics(registry_, exposition, out);
    return out;
  }

  Registry registry_;
  const RequestMetrics metrics_{registry_};
  const RouteMetrics create_ = metrics_.route("POST", "/v1/{table}", {201, 409});
};

TEST_F(RequestMetricsTest, gives_the_handlers_response_and_counts_it_once) {
  const Response response = process_request(create_, Request{"post"}, [&](const Request& request) {
    EXPECT_THAT(text(), HasSubstr("active_requests 1\n"));
    return Response{201, request.body + " created"};
  });
  EXPECT_EQ(response.body, "post created");
  EXPECT_THAT(text(), HasSubstr("requests_total{method=\"POST\",route=\"/v1/{table}\",status=\"201\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("request_duration_seconds_count{method=\"POST\",route=\"/v1/{table}\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("active_requests 0\n"));
}

TEST_F(RequestMetricsTest, shows_the_statuses_that_were_named_before_they_occur_and_others_when_they_do) {
  EXPECT_THAT(text(), HasSubstr("status=\"409\"} 0\n"));
  EXPECT_THAT(text(), Not(HasSubstr("status=\"418\"")));
  process_request(create_, Request{}, [](const Request&) { return Response{418, ""}; });
  EXPECT_THAT(text(), HasSubstr("status=\"418\"} 1\n"));
}

TEST_F(RequestMetricsTest, a_handler_that_throws_is_counted_as_500_and_is_no_longer_active) {
  const auto handle = [](const Request&) -> Response { throw std::runtime_error("broken"); };
  EXPECT_THROW(process_request(create_, Request{}, handle), std::runtime_error);
  EXPECT_THAT(text(), HasSubstr("status=\"500\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("request_duration_seconds_count{method=\"POST\",route=\"/v1/{table}\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("active_requests 0\n"));
}

TEST_F(RequestMetricsTest, a_request_ends_where_it_was_moved_to_and_only_there) {
  ActiveRequest active = create_.begin();
  std::thread([moved = std::move(active)]() mutable { std::move(moved).end(201); }).join();
  EXPECT_THAT(text(), HasSubstr("status=\"201\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("status=\"500\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("active_requests 0\n"));
}

TEST_F(RequestMetricsTest, a_request_that_is_dropped_without_an_answer_counts_as_500) {
  { const ActiveRequest dropped = create_.begin(); }
  EXPECT_THAT(text(), HasSubstr("status=\"500\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("active_requests 0\n"));
}

TEST_F(RequestMetricsTest, clients_cannot_make_up_methods) {
  process_request(metrics_.route("BREW", other_route, {200}), Request{}, [](const Request&) { return Response{}; });
  EXPECT_THAT(text(), HasSubstr("requests_total{method=\"other\",route=\"other\",status=\"200\"} 1\n"));
  EXPECT_THAT(text(), Not(HasSubstr("BREW")));
}

TEST_F(RequestMetricsTest, the_duration_leads_to_the_trace_of_the_request) {
  const TraceContext trace = TraceContext::random();
  process_request(create_, Request{}, [](const Request&) { return Response{}; }, trace);
  EXPECT_THAT(text(Exposition::openmetrics_text), HasSubstr(to_hex(trace.trace_id)));
}

TEST_F(RequestMetricsTest, counts_what_was_refused_before_it_had_a_route) {
  metrics_.refused(431);
  EXPECT_THAT(text(), HasSubstr("requests_total{method=\"other\",route=\"other\",status=\"431\"} 1\n"));
}

}  // namespace
}  // namespace millrace::telemetry
