# Defines `cmake --install` and cpack's Debian package: the program, shipped configs, headers for plugins, manual page
# and shell completion.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS qklab RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/qklab/configs FILES_MATCHING PATTERN "*.yaml" PATTERN "order.txt")
install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/qklab/data)
include(cmake/plugin_headers.cmake)
qklab_plugin_headers(headers)
foreach(header ${headers})
  cmake_path(GET header PARENT_PATH room)
  install(FILES ${header} DESTINATION include/qklab/${room})
endforeach()
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/qklab)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/qklab/docs FILES_MATCHING PATTERN "*.md")

set(package lib/cmake/qklab)
configure_package_config_file(cmake/qklabConfig.cmake.in ${CMAKE_BINARY_DIR}/package/qklabConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/qklabConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/plugin.cmake cmake/simd.cmake ${CMAKE_BINARY_DIR}/package/qklabConfig.cmake
  ${CMAKE_BINARY_DIR}/package/qklabConfigVersion.cmake DESTINATION ${package})

# The program writes these files itself, so that they always match it.
foreach(shell bash zsh fish man)
  set(file ${CMAKE_BINARY_DIR}/package/qklab.${shell})
  install(CODE "execute_process(COMMAND [==[$<TARGET_FILE:qklab>]==] completion ${shell} OUTPUT_FILE [==[${file}]==] COMMAND_ERROR_IS_FATAL ANY)")
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/package/qklab.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME qklab)
install(FILES ${CMAKE_BINARY_DIR}/package/qklab.zsh
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _qklab)
install(FILES ${CMAKE_BINARY_DIR}/package/qklab.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_BINARY_DIR}/package/qklab.man DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 RENAME qklab.1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "the qklab authors <qklab@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "how a query-key eigenspectrum shapes attention")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES OFF)  # plugins find core/ in the program's symbols
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "gnuplot-nox | gnuplot, fonts-dejavu-core")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "g++, cmake, libxtensor-dev, libxtensor-blas-dev, libfmt-dev, slurm-client")
include(CPack)
