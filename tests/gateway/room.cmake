# SPDX-License-Identifier: Apache-2.0
target_sources(gateway_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/http_client.cc)
target_link_libraries(gateway_test PRIVATE fmt::fmt)
find_program(node node REQUIRED)
add_test(NAME gateway.openapi COMMAND ${node} ${PROJECT_SOURCE_DIR}/tools/openapi/validate.mjs ${PROJECT_SOURCE_DIR}/src/millrace/gateway/openapi.json)
set_tests_properties(gateway.openapi PROPERTIES LABELS tooling TIMEOUT 60)
