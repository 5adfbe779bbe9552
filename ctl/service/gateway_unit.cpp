#include "ctl/service/gateway_unit.hpp"

#include <unistd.h>

#include <utility>

#include "ipc/service_manager.hpp"

namespace governor::ctl {
namespace {

bool starts_something(const std::string& unit) {
  const std::string program = program_of_unit(unit).value_or("");
  return program.starts_with('/') && ::access(program.c_str(), X_OK) == 0;
}

ServiceStep removal(const GatewayUnit& unit) {
  ServiceStep step{ServiceStep::Kind::file};
  step.file = {FileStep::Kind::remove, unit.path};
  step.before = unit.text;
  return step;
}

}  // namespace

ipc::Result<GatewayUnit> read_gateway_unit(const std::vector<std::string>& directories) {
  GatewayUnit unit;
  for (const std::string& directory : directories) {
    auto text = read_if_there(directory + ipc::kGatewayUnit);
    const bool is_own = unit.path.empty();
    if (is_own) unit.path = directory + ipc::kGatewayUnit;
    if (!text && is_own) return text.error();
    if (!text || !*text) continue;
    if (is_own) {
      unit.text = std::move(**text);
    } else if (unit.other.empty() && starts_something(**text)) {
      unit.other = directory + ipc::kGatewayUnit;
    }
  }
  return unit;
}

ipc::Result<std::string> gateway_program(const InstalledPlaces& places) {
  const std::string program = places.programs + "/governor-gateway";
  if (::access(program.c_str(), X_OK) == 0) return program;
  return ipc::Error{
      ipc::Errc::not_found, 0,
      program +
          " is not there, so there is no gateway to install; without --gateway the daemon's service "
          "is installed alone"};
}

ipc::Result<bool> place_gateway_unit(const GatewayUnit& unit, const Context& context, ServicePlan& plan) {
  if (!unit.text.empty() && !is_written_by_us(unit.text)) {
    if (!starts_something(unit.text)) {
      return ipc::Error{
          ipc::Errc::not_found, 0,
          unit.path +
              " was not written by governorctl, and starts nothing that is there; correct it, or "
              "move it away and try again"};
    }
    plan.notes.push_back(unit.path + " was not written by governorctl and is used as it is.");
    return false;
  }
  if (!unit.other.empty()) {
    plan.notes.push_back("The unit that is installed already is used: " + unit.other);
    return remove_gateway_unit(unit, plan);
  }
  const auto places = installed_places(context);
  if (!places) return places.error();
  if (auto program = gateway_program(*places); !program) return program.error();
  auto text = unit_text(kGatewayTemplate, *places);
  if (!text) return text.error();
  if (*text == unit.text) return false;
  ServiceStep step{ServiceStep::Kind::file};
  step.file = {FileStep::Kind::write, unit.path, {}, *std::move(text)};
  step.before = unit.text;
  plan.steps.push_back(std::move(step));
  return true;
}

bool remove_gateway_unit(const GatewayUnit& unit, ServicePlan& plan) {
  if (unit.text.empty()) return false;
  if (!is_written_by_us(unit.text)) {
    plan.notes.push_back(unit.path + " was not written by governorctl and stays.");
    return false;
  }
  plan.steps.push_back(removal(unit));
  return true;
}

}  // namespace governor::ctl
