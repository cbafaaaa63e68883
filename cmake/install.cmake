# Defines `cmake --install` and cpack's Debian packages: qklab has the program, shipped configs, headers for plugins,
# manual page and shell completion; python3-qklab has the Python package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)

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

# Where Debian's Python looks for packages, whichever version it has.
install(DIRECTORY python/qklab DESTINATION lib/python3/dist-packages COMPONENT python
  FILES_MATCHING PATTERN "*.py" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "the qklab authors <qklab@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "how a query-key eigenspectrum shapes attention")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES OFF)  # plugins find core/ in the program's symbols
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program python)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME qklab)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "gnuplot-nox | gnuplot, fonts-dejavu-core")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS
  "g++, cmake, libxtensor-dev, libxtensor-blas-dev, libfmt-dev, slurm-client, python3-qklab")
set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-qklab)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= 3.9), python3-numpy, python3-pandas, qklab (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS "python3-tqdm, python3-ipykernel, python3-nbclient")
set(CPACK_COMPONENT_PYTHON_DESCRIPTION "Runs qklab's sweeps from Python and opens their results as data frames.")
include(CPack)
