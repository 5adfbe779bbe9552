#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "ipc/environment.hpp"
#include "ipc/error.hpp"
#include "ipc/unique_fd.hpp"

namespace governor::ipc {

/// The command that starts the installed service.
struct ServiceStart {
  std::vector<std::string> command;  ///< absolute program path and arguments: no shell is involved
};

/// The first of GOVERNOR_RUNTIME_DIR, GOVERNOR_STATE_DIR, GOVERNOR_CONFIG and GOVERNOR_DAEMON that is set:
/// the service would not know of it.
std::optional<std::string> service_override(const Environment& environment);

/// Where systemd looks for the units of users, each with a slash at its end: first where this user writes
/// them, then in its order.
std::vector<std::string> user_unit_directories(const Environment& environment);

inline constexpr const char* kServiceUnits[] = {"governor.socket", "governor.service"};
inline constexpr const char* kGatewayUnit = "governor-gateway.service";
/// Of launchd.
inline constexpr const char* kServiceLabel = "io.github.governor.governord";
inline constexpr const char* kGatewayLabel = "io.github.governor.governor-gateway";

/// Where a systemd user unit or launchd agent of governor is installed. Nothing where there is a
/// service_override().
std::optional<ServiceStart> installed_service(const Environment& environment);

/// The files that this user may have installed to start the service, whether they are there or not.
std::vector<std::string> service_files(const Environment& environment);

/// Runs a command without shell, streams on /dev/null, and tells when it ended. Ends it when destroyed early.
class ServiceCommand {
 public:
  static Result<ServiceCommand> run(const ServiceStart& start);
  ServiceCommand(ServiceCommand&& other) noexcept;
  ServiceCommand& operator=(ServiceCommand&&) = delete;
  ~ServiceCommand();

  /// Readable (end of file) when the command has ended.
  int ended_fd() const { return ended_.get(); }
  /// Whether it has succeeded; call once it has ended.
  bool succeeded();

 private:
  ServiceCommand(pid_t pid, UniqueFd ended) : pid_(pid), ended_(std::move(ended)) {}
  pid_t pid_ = 0;
  UniqueFd ended_;
};

}  // namespace governor::ipc
