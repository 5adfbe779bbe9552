if(GOVERNOR_SANITIZE)
  add_compile_options(-fsanitize=${GOVERNOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GOVERNOR_SANITIZE})
  if(GOVERNOR_SANITIZE MATCHES "address.*undefined")
    # UBSan's checks of every pointer take a quarter of the time to compile. AddressSanitizer sees those that point
    # nowhere, and the processors that this is built for read at any address.
    add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      # What it puts before each function it copies for the parts of a coroutine, where it fits nothing (clang 14: "Cannot
      # represent a difference across sections").
      add_compile_options(-fno-sanitize=function)
    endif()
  endif()
  if(GOVERNOR_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not know memory fences. Asio's are only needed beside the locks that it takes anyway.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()
if(GOVERNOR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "GOVERNOR_FUZZ needs clang, which has libFuzzer; use the preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
