#include "tests/golden/script.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ctl/process_list.hpp"
#include "ipc/build_info.hpp"
#include "tests/ctl/run_governorctl.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/until.hpp"

namespace governor::test {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::time_t kWritten = 1'769'857'200;  // 2026-01-31, 11:00 UTC

std::string string_of(const json::value& value) {
  return std::string(value.as_string());
}

const json::value* first_of(const json::value& in, std::string_view key) {
  if (in.is_object()) {
    if (const json::value* found = in.get_object().if_contains(key)) return found;
    for (const auto& member : in.get_object())
      if (const json::value* found = first_of(member.value(), key)) return found;
  } else if (in.is_array()) {
    for (const json::value& member : in.get_array())
      if (const json::value* found = first_of(member, key)) return found;
  }
  return nullptr;
}

/// JSON, a line of it each, or text.
json::value output_of(const std::string& text) {
  json::array lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    json::error_code error;
    json::value parsed = json::parse(line, error);
    if (error) return json::string(text);
    lines.push_back(std::move(parsed));
  }
  return lines.size() == 1 ? lines.front() : json::value(std::move(lines));
}

daemon::test::DaemonFixture::Settings deploying(
    const std::shared_ptr<daemon::test::FakeProcesses>& processes) {
  daemon::test::DaemonFixture::Settings settings;
  settings.launcher = [processes] { return std::make_unique<daemon::test::FakeLauncher>(processes); };
  return settings;
}

std::string name_of(const json::object& step) {
  if (const json::value* words = step.if_contains("ctl")) {
    std::string name = "governorctl";
    for (const json::value& word : words->as_array()) name += " " + string_of(word);
    return name;
  }
  if (step.contains("write")) return "write " + string_of(step.at("write"));
  return string_of(step.at("by")) + ": " +
         string_of(step.contains("tool") ? step.at("tool") : step.at("method"));
}

}  // namespace

Script::Script(const std::string& path)
    : processes_(std::make_shared<daemon::test::FakeProcesses>()), daemon_(deploying(processes_)) {
  processes_->end_on_stop();
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && !line.starts_with('#')) steps_.push_back(json::parse(line).as_object());
  const std::string project = fs::canonical(project_.path()).string();
  kept_["$project"] = project;
  kept_["$legacy"] = GOVERNOR_LEGACY_DATA;
  plain_.replace(project, "$project");
  plain_.replace(GOVERNOR_LEGACY_DATA, "$legacy");
  plain_.replace(daemon_.directory(), "$state");
  plain_.replace(runtime_.path(), "$runtime");
  plain_.replace(std::string(ipc::build_id()), "$build");  // of governorctl; the daemon's is a fixed one
  plain_.replace(fs::path(ctl::own_executable()).parent_path().string(), "$bin");
  plain_.replace("pid " + std::to_string(::getpid()), "pid $pid");
  plain_.replace("pid " + std::to_string(hooked_tool_.pid()), "pid $tool");
  fs::create_symlink(daemon_.socket(), runtime_.file("governor.sock"));
}

Script::~Script() = default;

std::vector<Script::Played> Script::play() {
  std::vector<Played> played;
  for (const json::object& step : steps_) {
    INFO(json::serialize(step));
    const json::value answer = answer_to(step);
    clock_watcher_.status();  // what is noted of a refusal is noted before the clock goes on
    if (const json::value* query = step.if_contains("stored")) {
      REQUIRE(until(ipc::Deadline::after(std::chrono::seconds(60)),
                    [&] { return daemon_.stored(string_of(*query)) != 0; }));
    }
    if (const json::value* wanted = step.if_contains("keep")) keep(wanted->as_object(), answer);
    if (!answer.is_null()) played.push_back({name_of(step), plain_.of(answer)});
    daemon::test::DaemonFixture::advance_clock(std::chrono::seconds(1));
  }
  return played;
}

json::value Script::answer_to(const json::object& step) {
  if (step.contains("tool")) return tool(step);
  if (step.contains("method")) return method(step);
  if (step.contains("ctl")) return ctl(step);
  write(step);
  return nullptr;
}

Script::Client& Script::client(const std::string& name) {
  Client& client = clients_[name];
  if (client.connection) return client;
  client.connection = std::make_unique<daemon::test::TestClient>(daemon_.socket());
  client.numbered = name != "person" && name != "guard" && name != "stranger";
  if (client.numbered) {
    client.connection->hello("a" + std::to_string(clients_.size()));  // an id of a session is hexadecimal
  } else if (name != "stranger") {
    client.connection->introduce_as(name);
  }
  return client;
}

json::value Script::tool(const json::object& step) {
  const json::value* given = step.if_contains("arguments");
  json::object params{{"name", step.at("tool")},
                      {"arguments", given != nullptr ? filled_in(*given) : json::object()}};
  params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                     {"io.modelcontextprotocol/clientCapabilities", json::object()}};
  return ask(string_of(step.at("by")), "tools/call", params);
}

json::value Script::method(const json::object& step) {
  const json::value* given = step.if_contains("params");
  json::value params = given != nullptr ? filled_in(*given) : json::object();
  // A tool that had no living process would be gone at the daemon's next look, which comes at any moment.
  if (json::object* said = params.if_object(); said != nullptr && said->contains("agent_session"))
    (*said)["pids"] = json::array{hooked_tool_.pid()};
  return ask(string_of(step.at("by")), string_of(step.at("method")), params);
}

json::value Script::ask(const std::string& by, std::string_view method, const json::value& params) {
  Client& asking = client(by);
  const std::uint64_t line = ++asking.line;
  std::string request =
      json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", line}, {"method", method}, {"params", params}});
  json::object reply;
  if (asking.numbered) {
    if (line % 64 == 0) asking.connection->confirm(line);
    asking.connection->send(std::to_string(line) + " " + request);
    reply = json::parse(asking.connection->answer(line)).as_object();
  } else {
    reply = asking.connection->ask(request);
  }
  return reply.contains("result") ? reply.at("result") : json::object{{"error", reply.at("error")}};
}

json::value Script::ctl(const json::object& step) {
  std::vector<std::string> words;
  for (const json::value& word : step.at("ctl").as_array()) words.push_back(string_of(filled_in(word)));
  words.emplace_back("--json");
  const json::value* input = step.if_contains("input");
  const auto run = ctl::test::run_governorctl_reading(
      input != nullptr ? json::serialize(filled_in(*input)) : std::string(), runtime_.path(), words);
  return {{"code", run.code}, {"out", output_of(run.out)}, {"err", run.err}};
}

void Script::write(const json::object& step) const {
  const fs::path path = fs::path(kept_.at("$project")) / string_of(step.at("write"));
  fs::create_directories(path.parent_path());
  daemon::test::write_file(path.string(), step.at("text").as_string());
  // An hour before the script begins, by the clock of the daemon.
  const timespec written[2]{{kWritten, 0}, {kWritten, 0}};
  if (::utimensat(AT_FDCWD, path.c_str(), written, 0) != 0)
    throw std::runtime_error("cannot date " + path.string());
}

void Script::keep(const json::object& wanted, const json::value& answer) {
  for (const auto& [key, name] : wanted) {
    const json::value* found = first_of(answer, key);
    INFO(json::serialize(answer));
    REQUIRE(found != nullptr);
    const std::string value = string_of(*found);
    kept_[string_of(name)] = value;
    plain_.replace(value, string_of(name));
  }
}

json::value Script::filled_in(const json::value& given) const {
  if (given.is_object()) {
    json::object out;
    for (const auto& [key, member] : given.get_object()) out[key] = filled_in(member);
    return out;
  }
  if (given.is_array()) {
    json::array out;
    for (const json::value& member : given.get_array()) out.push_back(filled_in(member));
    return out;
  }
  if (!given.is_string()) return given;
  std::string text = string_of(given);
  for (const auto& [name, value] : kept_) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  }
  return json::string(text);
}

}  // namespace governor::test
