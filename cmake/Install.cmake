# SPDX-License-Identifier: Apache-2.0
# cmake --install: the command, the rooms' libraries and public headers, and find_package(millrace).
install(TARGETS millrace_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(MILLRACE_SHIP AND NOT MILLRACE_PROFILE)  # where gdb and addr2line look for it
  install(FILES $<TARGET_FILE:millrace_command>.debug DESTINATION ${CMAKE_INSTALL_BINDIR}/.debug)
endif()
if(NOT MILLRACE_INSTALL_LIBRARY)
  return()
endif()
include(CMakePackageConfigHelpers)
get_property(room_names GLOBAL PROPERTY MILLRACE_ROOM_NAMES)
set(targets millrace)
foreach(room ${room_names})
  list(APPEND targets millrace_${room})
endforeach()
install(TARGETS ${targets} EXPORT millrace-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(MILLRACE_LTO)
  # GCC's intermediate code suits one release of one compiler, and a plain link that meets it optimises the whole program again.
  install(CODE "file(GLOB archives \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libmillrace_*.a\")
    foreach(archive IN LISTS archives)
      execute_process(COMMAND ${CMAKE_OBJCOPY} -w -R .gnu.lto_* -R .gnu.debuglto_* -N __gnu_lto_* \${archive} COMMAND_ERROR_IS_FATAL ANY)
    endforeach()")
endif()
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/millrace)
install(EXPORT millrace-targets NAMESPACE millrace:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/millrace-config.cmake.in
  ${CMAKE_BINARY_DIR}/millrace-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/millrace-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/millrace-config.cmake ${CMAKE_BINARY_DIR}/millrace-config-version.cmake
  DESTINATION ${package_folder})
