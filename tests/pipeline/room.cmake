# SPDX-License-Identifier: Apache-2.0
target_link_libraries(pipeline_test PRIVATE SQLite::SQLite3 fmt::fmt)
