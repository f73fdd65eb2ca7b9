// SPDX-License-Identifier: Apache-2.0
//
// That the document is a valid one is tools/openapi's matter (room.cmake); here, that it says what the gateway says.
#include "millrace/gateway/openapi.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "millrace/base/file.h"
#include "millrace/gateway/problem.h"
#include "millrace/gateway/route.h"
#include "millrace/record/json.h"

namespace millrace::gateway {
namespace {

class OpenapiTest : public ::testing::Test {
 protected:
  const Value& at(std::initializer_list<std::string_view> path) {
    const Value* value = &document_;
    for (const std::string_view key : path) {
      value = value->find(key);
      if (value == nullptr) throw std::runtime_error("there is no " + std::string(key));
    }
    return *value;
  }
  static std::set<std::string> keys(const Value& value) {
    std::set<std::string> found;
    for (const auto& member : *value.get_if<Object>()) found.insert(member.key);
    return found;
  }

  const Value document_ = *parse_json(openapi_document());
};

TEST_F(OpenapiTest, is_the_file_that_is_read_and_edited) {
  EXPECT_EQ(openapi_document(), *read_small_file(MILLRACE_SOURCE_FOLDER "/src/millrace/gateway/openapi.json", 1u << 20));
}

TEST_F(OpenapiTest, has_the_routes_of_the_gateway_and_no_others) {
  std::set<std::string> routes;
  for (const std::string& path : keys(at({"paths"}))) {
    for (const std::string& key : keys(at({"paths", path}))) {
      if (key != "parameters" && key != "x-other-methods") routes.insert(key + " " + path);
    }
  }
  std::set<std::string> known;
  for (std::size_t i = 0; i < routes_count; ++i) {
    const Route route = static_cast<Route>(i);
    if (route == Route::other) continue;
    const std::string_view methods = allowed_methods(route);
    const auto allows = [&](std::string_view method) { return (", " + std::string(methods) + ",").contains(", " + std::string(method) + ","); };
    if (allows("GET")) known.insert("get " + std::string(to_string(route)));
    if (allows("POST")) known.insert("post " + std::string(to_string(route)));
    if (allows("DELETE")) known.insert("delete " + std::string(to_string(route)));
  }
  EXPECT_EQ(routes, known);
  EXPECT_TRUE(known.contains("post /v1/{table}") && known.contains("delete /v1/{table}/{id}"));
}

// Its codes are those that an Error can become, and each status has the words of RFC 9110 that a problem has.
TEST_F(OpenapiTest, has_the_codes_and_statuses_of_the_problems) {
  std::set<std::string> codes;
  std::set<int> statuses{405};
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) {
    for (const Origin origin : {Origin::request, Origin::store}) {
      const Fault fault = fault_of({static_cast<Code>(i), "", {}}, origin);
      codes.emplace(fault.code);
      statuses.insert(fault.status);
    }
  }
  for (const Fault& fault : {no_token(), no_right("read", ""), too_many_requests(), refusal(400), refusal(405), refusal(408), refusal(413), refusal(415),
                             refusal(417), refusal(431), refusal(503)}) {
    EXPECT_TRUE(codes.contains(std::string(fault.code))) << fault.code;
    statuses.insert(fault.status);
  }
  std::set<std::string> documented;
  for (const Value& code : *at({"components", "schemas", "Code", "enum"}).get_if<Array>()) documented.emplace(code.text());
  EXPECT_EQ(documented, codes);

  std::set<std::string> phrases;
  for (const int status : statuses) {
    std::string phrase(reason_phrase(status));
    std::erase(phrase, ' ');
    phrases.insert(phrase);
  }
  EXPECT_EQ(keys(at({"components", "responses"})), phrases);
}

TEST_F(OpenapiTest, has_no_status_without_words) {
  for (const std::string& path : keys(at({"paths"}))) {
    for (const std::string method : {"get", "post", "delete"}) {
      const Value* const operation = at({"paths", path}).find(method);
      if (operation == nullptr) continue;
      for (const std::string& status : keys(*operation->find("responses"))) {
        if (status >= "400") {
          EXPECT_NE(reason_phrase(std::stoi(status)), "Unknown") << path << " " << status;
        }
      }
    }
  }
}

}  // namespace
}  // namespace millrace::gateway
