# SPDX-License-Identifier: Apache-2.0
# Streaming jobs are tested over files and with text functions, too.
target_link_libraries(parallel_test PRIVATE millrace::source millrace::text)

# Stages take the instructions of the loop by hand, at both optimisations that users build with. As their own compiler would: without
# our flags, of which -fsanitize would count as well.
if(NOT MILLRACE_SANITIZE AND CMAKE_BUILD_TYPE MATCHES "^(Dev|Ci)$")
  foreach(optimisation O2 O3)
    add_executable(stages_cost_${optimisation} parallel/cost/stages_cost.cc)
    target_compile_options(stages_cost_${optimisation} PRIVATE -${optimisation} -DNDEBUG)
    target_link_libraries(stages_cost_${optimisation} PRIVATE millrace::parallel)
  endforeach()
  add_test(NAME parallel.stages_cost COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_LIST_DIR}/stages_cost_test.py
    $<TARGET_FILE:stages_cost_O2> $<TARGET_FILE:stages_cost_O3>)
  set_tests_properties(parallel.stages_cost PROPERTIES LABELS tooling TIMEOUT 300)
endif()
add_test(NAME parallel.stages_do_not_compile COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/tests/support/expect_errors.py
  ${CMAKE_CURRENT_LIST_DIR}/compile_fail/stages.cc ${CMAKE_CXX_COMPILER} -std=c++23 -I${PROJECT_SOURCE_DIR}/src)
set_tests_properties(parallel.stages_do_not_compile PROPERTIES LABELS tooling TIMEOUT 120)
