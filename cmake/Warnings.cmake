# One INTERFACE target carries the warnings, so that no folder can forget them.
add_library(governor_warnings INTERFACE)
target_compile_options(governor_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<BOOL:${GOVERNOR_WERROR}>:-Werror>)
if(GOVERNOR_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # In a batch every source looks like a header to GCC, which warns of types of unnamed namespaces in headers.
  target_compile_options(governor_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
elseif(GOVERNOR_UNITY)
  # In a batch a local constant that is called as one of another source counts as hiding it, for Clang.
  target_compile_options(governor_warnings INTERFACE -Wno-shadow)
endif()
add_library(governor::warnings ALIAS governor_warnings)
