# SPDX-License-Identifier: Apache-2.0
target_sources(net_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/http_client.cc ${CMAKE_CURRENT_SOURCE_DIR}/support/socket_server.cc)
target_link_libraries(net_test PRIVATE OpenSSL::Crypto ZLIB::ZLIB fmt::fmt)
