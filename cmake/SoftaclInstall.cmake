# The installed tree: CANN's shape, so that existing builds and scripts find what they look for.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/ DESTINATION include)
install(TARGETS ascendcl EXPORT softaclTargets LIBRARY DESTINATION lib64)
install(TARGETS softacl_fast_kernels LIBRARY DESTINATION lib64)
if(SOFTACL_CODECS)
  install(TARGETS softacl_codecs LIBRARY DESTINATION lib64)
endif()
install(TARGETS atc omrun RUNTIME DESTINATION bin)
install(PROGRAMS tools/dump2npy/dump2npy.py DESTINATION bin RENAME dump2npy)
install(EXPORT softaclTargets NAMESPACE softacl:: DESTINATION lib64/cmake/softacl)

configure_package_config_file(cmake/install/softaclConfig.cmake.in "${PROJECT_BINARY_DIR}/softaclConfig.cmake"
  INSTALL_DESTINATION lib64/cmake/softacl)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/softaclConfigVersion.cmake" COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/softaclConfig.cmake" "${PROJECT_BINARY_DIR}/softaclConfigVersion.cmake"
  DESTINATION lib64/cmake/softacl)

# The prefix is known only when the installation runs: `cmake --install --prefix` may change it.
install(CODE "
  set(softacl_tree \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/cmake/install/set_env.sh.in\" \"\${softacl_tree}/set_env.sh\" @ONLY)
  include(\"${PROJECT_SOURCE_DIR}/cmake/install/links.cmake\")
")
