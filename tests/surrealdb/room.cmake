# SPDX-License-Identifier: Apache-2.0
target_sources(surrealdb_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/socket_server.cc ${CMAKE_CURRENT_SOURCE_DIR}/support/surreal_server.cc)
target_link_libraries(surrealdb_test PRIVATE OpenSSL::Crypto fmt::fmt)
