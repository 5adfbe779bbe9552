#include "ipc/error.hpp"

#include <cerrno>
#include <cstring>

namespace governor::ipc {

std::string_view code_name(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_path: return "invalid_path";
    case Errc::insecure_directory: return "insecure_directory";
    case Errc::permission_denied: return "permission_denied";
    case Errc::no_daemon: return "no_daemon";
    case Errc::start_failed: return "start_failed";
    case Errc::not_found: return "not_found";
    case Errc::deadline_exceeded: return "deadline_exceeded";
    case Errc::interrupted: return "interrupted";
    case Errc::closed: return "closed";
    case Errc::protocol_error: return "protocol_error";
    case Errc::remote_error: return "remote_error";
    case Errc::lock_lost: return "lock_lost";
    case Errc::io_error: return "io_error";
  }
  return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw ErrorException(error);
}

std::string describe_errno(std::string_view what, int system_errno) {
  std::string text(what);
  text += ": ";
  text += std::strerror(system_errno);
  return text;
}

Error system_error(std::string_view what, int system_errno) {
  Errc code = Errc::io_error;
  if (system_errno == EACCES || system_errno == EPERM) code = Errc::permission_denied;
  if (system_errno == ENOENT) code = Errc::not_found;
  return Error{code, system_errno, describe_errno(what, system_errno)};
}

}  // namespace governor::ipc
