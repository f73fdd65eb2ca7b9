# SPDX-License-Identifier: Apache-2.0
# The tests look into SQLite's files with its own API.
target_link_libraries(store_test PRIVATE SQLite::SQLite3 fmt::fmt)
target_sources(store_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/surreal_server.cc)
