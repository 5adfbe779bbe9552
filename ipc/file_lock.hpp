#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ipc/deadline.hpp"
#include "ipc/error.hpp"

namespace governor::ipc {

/// An exclusive lock on a file, released by the kernel when the process ends, however it ends.
///
/// The lock belongs to the process, is not inherited by a forked child, and is dropped as soon as any
/// descriptor of this process on the file is closed: nobody else in the process may open the file. A second
/// attempt by this process is refused here without touching the file. The file is never unlinked: two
/// processes could otherwise each hold "the" lock on different files.
class FileLock {
 public:
  /// Nothing when another owner holds it. Creates the file (0600).
  static Result<std::optional<FileLock>> try_acquire(const std::string& path);
  static Result<FileLock> acquire(const std::string& path, Deadline deadline, Interrupts interrupts = {});

  FileLock(FileLock&&) noexcept;
  FileLock& operator=(FileLock&&) noexcept;
  ~FileLock();

  /// Whether the file at the path is still the locked one.
  bool still_at_path() const;
  const std::string& path() const;

 private:
  struct Held;
  explicit FileLock(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

}  // namespace governor::ipc
