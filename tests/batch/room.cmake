# SPDX-License-Identifier: Apache-2.0
target_link_libraries(batch_test PRIVATE fmt::fmt)
