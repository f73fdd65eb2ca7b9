// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/request_context.h"

#include <gmock/gmock.h>

#include <set>

namespace millrace::gateway {
namespace {

using ::testing::MatchesRegex;

struct Seen {
  std::string id;
  std::string parent;
};

class RequestContextTest : public ::testing::Test {
 protected:
  Seen answer(std::string_view id, std::string_view parent = "") {
    const net::HttpHeader headers[] = {{"X-REQUEST-ID", id}, {"TraceParent", parent}};
    const RequestContext context({"GET", "/", headers, {}}, ids_);
    net::HttpResponse response;
    context.add_headers(response);
    EXPECT_EQ(response.headers.at(0).first, "X-Request-Id");
    EXPECT_EQ(response.headers.at(0).second, context.id());
    EXPECT_EQ(context.has_trace(), response.headers.size() == 2);
    if (context.has_trace()) {
      EXPECT_EQ(response.headers.at(1).second.substr(3, 32), context.trace_id());
    }
    return {response.headers[0].second, response.headers.size() == 2 ? response.headers[1].second : ""};
  }

  RequestIds ids_;
};

TEST_F(RequestContextTest, passes_a_client_s_id_on) {
  for (const std::string& id : {std::string("a"), std::string("~!\"\\{}"), std::string(128, 'x')}) EXPECT_EQ(answer(id).id, id);
}

TEST_F(RequestContextTest, makes_one_where_there_is_none_that_is_fit) {
  std::set<std::string> seen;
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\tb"), std::string("\xc3\xbc"), std::string("\x7f")}) {
    const std::string ours = answer(id).id;
    EXPECT_THAT(ours, MatchesRegex("[0-9a-z]{8,15}"));
    EXPECT_TRUE(seen.insert(ours).second);
  }
}

TEST_F(RequestContextTest, makes_ids_that_are_short_and_never_the_same) {
  std::set<std::string> seen;
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(seen.insert(ids_.next()).second);
  EXPECT_LE(seen.rbegin()->size(), 11u);
  EXPECT_NE(RequestIds().next(), RequestIds().next()) << "of another process";
}

TEST_F(RequestContextTest, passes_a_trace_on_with_a_span_of_its_own) {
  const std::string theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
  const std::string ours = answer("", theirs + "01").parent;
  EXPECT_THAT(ours, MatchesRegex("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01"));
  EXPECT_NE(ours, theirs + "01");
  EXPECT_NE(answer("", theirs + "01").parent, ours) << "another request, another span";
  EXPECT_THAT(answer("", theirs + "00").parent, MatchesRegex(".*-00"));
  EXPECT_THAT(answer("", "cc" + theirs.substr(2) + "03-of a version to come").parent, MatchesRegex("00-4bf9.*-03"));
}

TEST_F(RequestContextTest, answers_no_trace_where_none_was_given) {
  EXPECT_EQ(answer("").parent, "");
  EXPECT_EQ(answer("", "00-00000000000000000000000000000000-00f067aa0ba902b7-01").parent, "");
  EXPECT_EQ(answer("", "nonsense").parent, "");
  RequestContext refused(ids_);
  EXPECT_FALSE(refused.has_trace());
  EXPECT_EQ(refused.trace_id(), "");
}

}  // namespace
}  // namespace millrace::gateway
