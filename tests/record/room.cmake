# SPDX-License-Identifier: Apache-2.0
# simdjson's DOM is the oracle of what is JSON.
target_link_libraries(record_test PRIVATE simdjson::simdjson)
