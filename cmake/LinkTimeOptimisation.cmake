# The daemon that is installed is optimised as a whole, which saves 0.8 MB of its memory. Not where the tests are built,
# each of which would be optimised anew.
option(GOVERNOR_LTO "Optimise the daemon at link time, in Release builds without tests" ON)
set(governor_has_lto OFF)
if(GOVERNOR_LTO AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT GOVERNOR_TESTS AND NOT GOVERNOR_SANITIZE)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT governor_has_lto LANGUAGES CXX)
endif()

# governor_optimise_as_one(executable library...): the libraries are in no other program.
function(governor_optimise_as_one executable)
  if(NOT governor_has_lto)
    return()
  endif()
  set_target_properties(${executable} ${ARGN} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND GOVERNOR_HAS_LLD AND NOT GOVERNOR_HAS_MOLD)
    target_link_options(${executable} PRIVATE -fuse-ld=bfd)  # lld does not read what GCC leaves for the linker
  endif()
endfunction()
