# One INTERFACE target carries the warnings, so that no folder can forget them.
add_library(governor_warnings INTERFACE)
target_compile_options(governor_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wcast-qual -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<BOOL:${GOVERNOR_WERROR}>:-Werror>)
add_library(governor::warnings ALIAS governor_warnings)
