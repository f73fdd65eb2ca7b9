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
