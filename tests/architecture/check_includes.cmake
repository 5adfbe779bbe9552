# Which folder may include what. First the check is shown to find a violation of every rule in a tree made for it,
# then it runs over the sources.

set(folders text core ipc daemon proxy ctl gateway)

# The rooms of the daemon, each with those it may use; whoever is not named may use all.
set(alerts_rooms "support")
set(branches_rooms "files|supervisor|support|watch")
set(diagnosis_rooms "sandbox|support")
set(files_rooms "sandbox|support")
set(health_rooms "support")
set(mcp_rooms "resources|support|tools")
set(resources_rooms "support|tools")
set(session_rooms "mcp|state|support|tools")
set(store_rooms "support")
set(sandbox_rooms "support")
set(supervisor_rooms "files|sandbox|support")
set(support_rooms "support")
set(shared_rooms "branches|files|sandbox|support|watch")
set(tools_rooms "branches|diagnosis|files|health|shared|store|supervisor|support|watch")
set(watch_rooms "files|support")

set(text_own "text/")
set(core_own "core/|text/")
set(ipc_own "ipc/|text/")
set(daemon_own "core/|ipc/|text/|daemon/")
set(proxy_own "ipc/|text/|proxy/")
set(ctl_own "ipc/|text/|ctl/")
# A client of the daemon like the proxy, whose way to keep a session it shares; and the figures of governorctl.
set(gateway_own "ipc/|text/|proxy/|ctl/metrics/|gateway/")

# Never, by folder: what stands between < and >, and what stands between quotes.
set(threads_and_clocks
  "thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|latch|barrier|stop_token|chrono|ctime|time\\.h|random")
set(text_never "boost/|fmt/|sys/|unistd|(${threads_and_clocks})$|iostream$|fstream$|filesystem$")
set(core_never "boost/|sys/|SQLiteCpp|sqlite3|spdlog|CLI/|unistd|pthread|(${threads_and_clocks})$|iostream$|fstream$|filesystem$")
set(ipc_never "SQLiteCpp|sqlite3|spdlog|CLI/")
set(daemon_never "gtest|catch2")
set(proxy_never "boost/asio|boost/json|SQLiteCpp|sqlite3|spdlog|fmt/|CLI/")
set(ctl_never "SQLiteCpp|sqlite3|spdlog|boost/asio")
set(gateway_never "SQLiteCpp|sqlite3")
set(proxy_never_own "ipc/client\\.hpp")

function(find_violations root result)
  set(violations "")
  foreach(folder IN LISTS folders)
    file(GLOB_RECURSE sources "${root}/${folder}/*.hpp" "${root}/${folder}/*.cpp")
    foreach(source IN LISTS sources)
      file(STRINGS "${source}" includes REGEX "^[ \t]*#[ \t]*include")
      file(RELATIVE_PATH name "${root}" "${source}")
      string(REGEX REPLACE "^daemon/([a-z]+)/.*" "\\1" room "${name}")
      foreach(include IN LISTS includes)
        set(wrong FALSE)
        if(include MATCHES "\"([^\"]*)\"")
          set(file_included "${CMAKE_MATCH_1}")
          if(NOT file_included MATCHES "^(${${folder}_own})")
            set(wrong TRUE)
          elseif(DEFINED ${room}_rooms AND file_included MATCHES "^daemon/"
                 AND NOT file_included MATCHES "^daemon/(${room}|${${room}_rooms})/")
            set(wrong TRUE)
          elseif(DEFINED ${folder}_never_own AND file_included MATCHES "^(${${folder}_never_own})")
            set(wrong TRUE)
          endif()
        elseif(include MATCHES "<([^>]*)>")
          set(file_included "${CMAKE_MATCH_1}")
          if(file_included MATCHES "^(${${folder}_never})")
            set(wrong TRUE)
          endif()
        endif()
        if(wrong)
          list(APPEND violations "${name} includes ${file_included}")
        endif()
      endforeach()
    endforeach()
  endforeach()
  set(${result} "${violations}" PARENT_SCOPE)
endfunction()

# One forbidden include for each rule, and next to each an allowed one.
set(sample "${WORK_DIR}/sample_tree")
file(REMOVE_RECURSE "${sample}")
set(bad
  "text \"core/agent.hpp\"" "text \"ipc/paths.hpp\"" "text <fmt/format.h>"
  "core <boost/asio.hpp>" "core <thread>" "core <chrono>" "core <sqlite3.h>" "core <spdlog/spdlog.h>"
  "core \"ipc/paths.hpp\"" "core \"daemon/store/store.hpp\"" "core <sys/socket.h>"
  "ipc \"core/agent.hpp\"" "ipc <SQLiteCpp/SQLiteCpp.h>" "ipc \"daemon/x.hpp\""
  "daemon \"proxy/relay.hpp\"" "daemon \"ctl/table.hpp\"" "daemon \"tests/support/catch.hpp\""
  "daemon/watch \"daemon/tools/tool.hpp\"" "daemon/resources \"daemon/mcp/reply.hpp\""
  "daemon/supervisor/keeper \"daemon/tools/tool.hpp\"" "daemon/shared \"daemon/tools/tool.hpp\""
  "daemon/tools/tasks \"daemon/state/state_owner.hpp\"" "daemon/store \"daemon/files/file_slot.hpp\""
  "proxy \"core/agent.hpp\"" "proxy <boost/asio/io_context.hpp>" "proxy <boost/json.hpp>" "proxy \"ipc/client.hpp\""
  "ctl \"core/agent.hpp\"" "ctl <sqlite3.h>" "ctl \"daemon/x.hpp\""
  "gateway \"core/agent.hpp\"" "gateway \"ctl/table.hpp\"" "gateway/mcp <sqlite3.h>")
set(good
  "text <string>" "core \"text/utf8.hpp\"" "proxy \"text/utf8.hpp\""
  "core <vector>" "core <fmt/format.h>" "core \"core/agent.hpp\"" "ipc <boost/json.hpp>" "ipc \"ipc/paths.hpp\""
  "daemon <boost/asio.hpp>" "daemon \"core/agent.hpp\"" "daemon \"ipc/paths.hpp\"" "proxy \"ipc/hello.hpp\""
  "daemon/mcp \"daemon/resources/resource_uri.hpp\"" "daemon/tools/tasks \"daemon/watch/watch_plan.hpp\""
  "daemon/state \"daemon/mcp/reply.hpp\"" "proxy <vector>" "ctl <CLI/CLI.hpp>" "ctl \"ipc/client.hpp\""
  "gateway <boost/asio.hpp>" "gateway \"proxy/relay.hpp\"" "gateway \"ctl/metrics/metrics_text.hpp\"")
set(number 0)
foreach(item IN LISTS bad good)
  math(EXPR number "${number} + 1")
  string(REGEX MATCH "^[a-z/]+" folder "${item}")
  string(REGEX REPLACE "^[a-z/]+ " "" include "${item}")
  file(WRITE "${sample}/${folder}/part_${number}.cpp" "#include ${include}\n")
endforeach()
find_violations("${sample}" found)
list(LENGTH bad expected)
list(LENGTH found count)
if(NOT count EQUAL expected)
  list(JOIN found "\n  " text)
  message(FATAL_ERROR "The check itself is broken: ${expected} violations were planted, ${count} found:\n  ${text}")
endif()

find_violations("${SOURCE_DIR}" violations)
if(violations)
  list(JOIN violations "\n  " text)
  message(FATAL_ERROR "Includes against the dependency table of the design:\n  ${text}")
endif()
message(STATUS "All includes follow the dependency table (${expected} planted violations were found first).")
