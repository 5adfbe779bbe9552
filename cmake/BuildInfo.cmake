# The build id orders builds: "<version>+<commit time, seconds since the epoch>.<short hash>".
# Commit time, not build time, so that the same sources give the same id.
set(GOVERNOR_BUILD_ID "" CACHE STRING "Overrides the build id derived from the version and the last commit")
if(NOT GOVERNOR_BUILD_ID)
  execute_process(COMMAND git log -1 --format=%ct.%h
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE governor_commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT governor_commit)
    set(governor_commit "0.source")
  endif()
  set(governor_build_id "${PROJECT_VERSION}+${governor_commit}")
else()
  set(governor_build_id "${GOVERNOR_BUILD_ID}")
endif()
message(STATUS "governor build ${governor_build_id}")
