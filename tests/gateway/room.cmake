# SPDX-License-Identifier: Apache-2.0
target_link_libraries(gateway_test PRIVATE fmt::fmt)
