#include "gateway/lifecycle/options.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace governor::gateway;

namespace {

std::variant<Options, ExitNow> read(std::vector<const char*> words) {
  words.insert(words.begin(), "governor-gateway");
  return read_options(static_cast<int>(words.size()), words.data());
}

std::string refused(std::vector<const char*> words) {
  const auto chosen = read(std::move(words));
  const auto* exit = std::get_if<ExitNow>(&chosen);
  return exit != nullptr && exit->code == 2 ? exit->text : "";
}

}  // namespace

TEST_CASE("options are read, and what excludes each other is refused") {
  CHECK(std::get<Options>(read({})).port == -1);
  CHECK(std::get<Options>(read({"--port", "0"})).port == 0);
  CHECK(std::get<Options>(read({"--socket", "/run/x"})).socket == "/run/x");
  CHECK(!refused({"--port", "70000"}).empty());
  CHECK(!refused({"--port", "1", "--socket", "/run/x"}).empty());
}

TEST_CASE("addresses of other machines are refused, with the reason and another way") {
  CHECK(refuse_address("127.0.0.1").empty());
  CHECK(refuse_address("::1").empty());
  for (const char* other : {"0.0.0.0", "::", "192.168.1.2", "example.org", ""}) {
    INFO(other);
    CHECK(refuse_address(other).find("TLS") != std::string::npos);
  }
  CHECK(refused({"--listen", "0.0.0.0"}).find("ssh -L") != std::string::npos);
  CHECK(std::holds_alternative<Options>(read({"--listen", "localhost"})));
}

TEST_CASE("the port is read from the configuration file of the daemon") {
  const governor::TemporaryDirectory directory;
  const std::string path = std::string(directory.path()) + "/config.json";
  CHECK(read_configuration(path).port == -1);
  const auto port_of = [&](const char* text) {
    std::ofstream(path) << text;
    return read_configuration(path);
  };
  CHECK(port_of("{\"idle_exit\": 3, /* x */ \"gateway\": {\"port\": 8713},}").port == 8713);
  CHECK(port_of("{}").port == -1);
  CHECK(port_of("{}").wrong.empty());
  CHECK(port_of("{}").sandbox);
  CHECK(port_of("{\"sandbox\": true}").sandbox);
  CHECK_FALSE(port_of("{\"sandbox\": false, \"gateway\": {\"port\": 1}}").sandbox);
  CHECK(!port_of("{").wrong.empty());
  CHECK(port_of("{\"gateway\": {\"port\": \"x\"}}").wrong.find("0 to 65535") != std::string::npos);
  CHECK(!port_of("{\"gateway\": {\"prot\": 1}}").wrong.empty());
}
