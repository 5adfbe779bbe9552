# What npm, the MCP registry, MCP bundles and Homebrew want to know, in build/<preset>/packaging; packaging/pack.sh makes
# the packages of it. Their version is the project's.
set(governor_mcp_name "io.github.governor/governor-proxy")
set(governor_homepage "https://github.com/governor/governor")
string(TOLOWER "${CMAKE_SYSTEM_NAME}" governor_node_os)  # linux, darwin: as Node names them
set(governor_node_cpu "${CMAKE_SYSTEM_PROCESSOR}")
if(governor_node_cpu MATCHES "^(x86_64|AMD64)$")
  set(governor_node_cpu x64)
elseif(governor_node_cpu MATCHES "^(aarch64|arm64)$")
  set(governor_node_cpu arm64)
endif()
foreach(description npm/package.json mcpb/manifest.json server.json homebrew/governor.rb)
  configure_file(${PROJECT_SOURCE_DIR}/packaging/${description}.in ${CMAKE_BINARY_DIR}/packaging/${description} @ONLY)
endforeach()
