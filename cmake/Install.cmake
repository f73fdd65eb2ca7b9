# SPDX-License-Identifier: Apache-2.0
# cmake --install: the command, the rooms' libraries and public headers, and find_package(millrace).
include(CMakePackageConfigHelpers)
get_property(room_names GLOBAL PROPERTY MILLRACE_ROOM_NAMES)
set(targets millrace)
foreach(room ${room_names})
  list(APPEND targets millrace_${room})
endforeach()
install(TARGETS millrace_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${targets} EXPORT millrace-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/millrace)
install(EXPORT millrace-targets NAMESPACE millrace:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/millrace-config.cmake.in
  ${CMAKE_BINARY_DIR}/millrace-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/millrace-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/millrace-config.cmake ${CMAKE_BINARY_DIR}/millrace-config-version.cmake
  DESTINATION ${package_folder})
