# SPDX-License-Identifier: Apache-2.0
# What our operations make of values, compared with what the real engine does.
add_executable(surrealql_operations ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/operations_program.cc)
target_include_directories(surrealql_operations PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(surrealql_operations PRIVATE millrace::surrealql millrace_flags)
find_program(node node REQUIRED)
add_test(NAME surrealql_engine.operations COMMAND ${node} ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/operations.mjs $<TARGET_FILE:surrealql_operations>)
set_tests_properties(surrealql_engine.operations PROPERTIES LABELS tooling TIMEOUT 120)
# The table that surrealql_test reads is the engine's.
add_test(NAME surrealql_engine.table COMMAND ${node} ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/operations.mjs
  --check ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/operations.cases)
set_tests_properties(surrealql_engine.table PROPERTIES LABELS tooling TIMEOUT 120)

# The same of functions: the tables of the tests, and every function with arguments of every type.
add_executable(surrealql_functions ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/functions_program.cc)
target_include_directories(surrealql_functions PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(surrealql_functions PRIVATE millrace::surrealql millrace_flags)
file(GLOB function_tables CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/functions_*.cases)
add_test(NAME surrealql_engine.function_tables COMMAND ${node} ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/functions.mjs --check ${function_tables})
add_test(NAME surrealql_engine.functions COMMAND ${node} ${CMAKE_CURRENT_SOURCE_DIR}/surrealql/engine/functions.mjs $<TARGET_FILE:surrealql_functions>)
set_tests_properties(surrealql_engine.function_tables surrealql_engine.functions PROPERTIES LABELS tooling TIMEOUT 120)
target_link_libraries(surrealql_test PRIVATE query_run)
