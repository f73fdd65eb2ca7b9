# SPDX-License-Identifier: Apache-2.0
# ICU is the oracle; fmt formats a CowString.
target_link_libraries(text_test PRIVATE ICU::uc fmt::fmt)
get_filename_component(unicode_folder ${MILLRACE_UNICODE_DATA} DIRECTORY)
target_compile_definitions(text_test PRIVATE MILLRACE_UNICODE_FOLDER="${unicode_folder}")
