# SPDX-License-Identifier: Apache-2.0
# ICU is the oracle; fmt formats a CowString.
target_link_libraries(text_test PRIVATE ICU::uc fmt::fmt)
get_filename_component(unicode_folder ${MILLRACE_UNICODE_DATA} DIRECTORY)
target_compile_definitions(text_test PRIVATE MILLRACE_UNICODE_FOLDER="${unicode_folder}")

# What must not compile; and what clang, where it is there (scripts/setup.sh check), warns of by the lifetime annotations.
add_test(NAME text.cow_string_does_not_compile COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/tests/support/expect_errors.py
  ${CMAKE_CURRENT_LIST_DIR}/compile_fail/cow_string.cc ${CMAKE_CXX_COMPILER} -std=c++23 -I${PROJECT_SOURCE_DIR}/src)
set_tests_properties(text.cow_string_does_not_compile PROPERTIES LABELS tooling TIMEOUT 120)
find_program(MILLRACE_CLANG clang++-19)
if(MILLRACE_CLANG)
  add_test(NAME text.clang_warns_of_what_dangles COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/tests/support/expect_errors.py
    ${CMAKE_CURRENT_LIST_DIR}/compile_fail/dangling.cc ${MILLRACE_CLANG} -std=c++23 -Werror=dangling -Werror=return-stack-address
    -I${PROJECT_SOURCE_DIR}/src)
  set_tests_properties(text.clang_warns_of_what_dangles PROPERTIES LABELS tooling TIMEOUT 120)
endif()
