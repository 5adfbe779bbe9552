cmake_minimum_required(VERSION 3.22)

# The units of the component "services", as an installation has them: they start what is installed, and the service manager
# of this machine understands them where there is one.
set(prefix "${WORK_DIR}/services")
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD_DIR}" --component services --prefix "${prefix}"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
set(units "${prefix}/share/systemd/user")
file(GLOB installed RELATIVE "${units}" "${units}/*")
foreach(unit IN ITEMS governor.socket governor.service governor-gateway.service)
  if(NOT unit IN_LIST installed)
    message(FATAL_ERROR "${unit} is not installed; there is: ${installed}")
  endif()
endforeach()
file(READ "${units}/governor-gateway.service" text)
foreach(wanted IN ITEMS "ExecStart=\"${prefix}/bin/governor-gateway\" --foreground" "Restart=on-failure"
        "RestartPreventExitStatus=2 3" "WantedBy=default.target")
  string(FIND "${text}" "${wanted}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "governor-gateway.service has no ${wanted}:\n${text}")
  endif()
endforeach()
if(text MATCHES "@installed")
  message(FATAL_ERROR "Something was left as it was:\n${text}")
endif()
find_program(analyze systemd-analyze)
if(analyze)
  # It looks whether the programs are there, and not at what they do.
  file(MAKE_DIRECTORY "${prefix}/bin")
  foreach(program IN ITEMS governord governor-gateway)
    file(WRITE "${prefix}/bin/${program}" "#!/bin/sh\n")
    file(CHMOD "${prefix}/bin/${program}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  endforeach()
  file(MAKE_DIRECTORY "${prefix}/run")
  list(TRANSFORM installed PREPEND "${units}/")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env "XDG_RUNTIME_DIR=${prefix}/run" "HOME=${prefix}" ${analyze} --user verify --man=no ${installed}
    RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0 OR said MATCHES "governor-gateway")
    message(FATAL_ERROR "systemd does not understand the units (${result}): ${said}")
  endif()
endif()
