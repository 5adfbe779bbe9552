# governor_install_configured(FILE DIRECTORY): installs FILE with @installed_bindir@ and @installed_docdir@ replaced by
# where the programs and documents are being installed. Done while installing, because only then it is known:
# `cmake --install --prefix` and CPack move what was configured for another place.
# They are the component "services": `cmake --install build/release --component services` installs them at any time.
function(governor_install_configured file directory)
  set(left_out EXCLUDE_FROM_ALL)
  if(GOVERNOR_INSTALL_SERVICES)
    set(left_out "")
  endif()
  install(CODE "
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE prefix)
    set(installed_bindir \"${CMAKE_INSTALL_BINDIR}\")
    set(installed_docdir \"${CMAKE_INSTALL_DOCDIR}\")
    set(written \"${CMAKE_CURRENT_BINARY_DIR}/${file}\")
    foreach(name IN ITEMS installed_bindir installed_docdir)
      cmake_path(ABSOLUTE_PATH \${name} BASE_DIRECTORY \"\${prefix}\")
    endforeach()
    configure_file(\"${CMAKE_CURRENT_SOURCE_DIR}/${file}\" \"\${written}\" @ONLY)
    set(destination \"${directory}\")
    cmake_path(ABSOLUTE_PATH destination BASE_DIRECTORY \"\${prefix}\")
    file(INSTALL \"\${written}\" DESTINATION \"\${destination}\")"
    COMPONENT services ${left_out})
endfunction()
