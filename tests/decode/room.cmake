# SPDX-License-Identifier: Apache-2.0
target_link_libraries(decode_test PRIVATE csv simdjson::simdjson)
