#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace governor::ipc {

/// What went wrong, for decisions. People read Error::message.
enum class Errc {
  invalid_path,        ///< a path is relative, too long or cannot be derived
  insecure_directory,  ///< a symlink, someone else's, or open to others
  permission_denied,   ///< EACCES, EPERM, or the other side is another user: never leads to a spawn
  no_daemon,           ///< nobody listens at the socket path
  start_failed,        ///< the daemon was started and said why it could not go on
  not_found,           ///< a file or program is missing
  deadline_exceeded,
  interrupted,     ///< one of the interrupting descriptors became readable
  closed,          ///< the other side closed the connection
  protocol_error,  ///< the other side said something that is not in the protocol
  remote_error,    ///< the other side answered with an error
  lock_lost,       ///< the lock file at the path is no longer the locked one
  io_error         ///< any other failure of the system, see system_errno
};

/// Stable snake_case name of a code.
std::string_view code_name(Errc code) noexcept;

struct Error {
  Errc code;
  int system_errno;     ///< 0 where no system call failed
  std::string message;  ///< what was wrong, what was expected, what to do next
};

/// What Result::value() throws when there is an error.
class ErrorException : public std::runtime_error {
 public:
  explicit ErrorException(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

/// "<what>: <text of errno>", e.g. for io_error messages.
std::string describe_errno(std::string_view what, int system_errno);

/// An io_error, permission_denied or not_found by the value of errno.
Error system_error(std::string_view what, int system_errno);

}  // namespace governor::ipc
