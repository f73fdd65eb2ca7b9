# SPDX-License-Identifier: Apache-2.0
find_package(Threads REQUIRED)
target_link_libraries(telemetry_test PRIVATE Threads::Threads)

# expect_errors(<name> <source>): a test that compiles a source in which the lines marked `// error: …` must not compile.
function(expect_errors name source)
  add_test(NAME ${name} COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/tests/support/expect_errors.py
    ${source} ${CMAKE_CXX_COMPILER} -std=c++23 -I${PROJECT_SOURCE_DIR}/src)
  set_tests_properties(${name} PROPERTIES LABELS tooling TIMEOUT 120)
endfunction()
expect_errors(telemetry.metric_info_does_not_compile ${CMAKE_CURRENT_SOURCE_DIR}/telemetry/compile_fail/metric_info.cc)

# Both formats as others read them: promtool, and the strict parser of Prometheus' Python client, of Debian's Python.
add_executable(print_metrics telemetry/formats/print_metrics.cc)
target_link_libraries(print_metrics PRIVATE millrace::telemetry millrace_flags)
find_program(promtool promtool REQUIRED)
add_test(NAME telemetry.formats COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/telemetry/formats/formats_test.py
  $<TARGET_FILE:print_metrics> ${promtool})
set_tests_properties(telemetry.formats PROPERTIES LABELS tooling TIMEOUT 60)
expect_errors(telemetry.scope_name_does_not_compile ${CMAKE_CURRENT_SOURCE_DIR}/telemetry/compile_fail/scope_name.cc)

# The command with its scopes compiled in, for tests/command/trace_test.py. Only the sources that hold a scope are compiled again;
# they take the place of those in the rooms' archives, so that the command is not built twice.
file(GLOB_RECURSE every_source CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/millrace/*.cc)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${every_source})  # any may gain a scope
set(scoped)
foreach(source ${every_source})
  file(STRINGS ${source} hits REGEX "MILLRACE_PROFILE" LIMIT_COUNT 1)
  if(hits)
    list(APPEND scoped ${source})
  endif()
endforeach()
add_executable(millrace_profiled ${scoped} $<TARGET_OBJECTS:millrace_command>)
target_compile_definitions(millrace_profiled PRIVATE MILLRACE_PROFILE)
if(MILLRACE_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL Coverage)  # whose test presets leave the command's tests out
  set_target_properties(millrace_profiled PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
target_link_libraries(millrace_profiled PRIVATE millrace::millrace millrace_flags fmt::fmt SQLite::SQLite3 Threads::Threads)

# Off, a scope is nothing: the object code of a scoped function is that of the bare one.
add_test(NAME telemetry.object_code COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_LIST_DIR}/object_code_test.py
  ${CMAKE_BINARY_DIR}/compile_commands.json ${PROJECT_SOURCE_DIR})
# Each probe of docs/profiling.md is in the command, and no other.
add_test(NAME telemetry.probes COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_LIST_DIR}/probes_test.py
  $<TARGET_FILE:millrace_command> ${PROJECT_SOURCE_DIR}/docs/profiling.md)
set_tests_properties(telemetry.object_code telemetry.probes PROPERTIES LABELS tooling TIMEOUT 120)
