#include "tests/daemon/store/faulty_disk.hpp"

#include <new>
#include <stdexcept>

namespace governor::daemon::test {
namespace {

using Verdict = FaultyDisk::Verdict;

/// Begins with what SQLite knows; the file of the real disk lies behind it.
struct FaultyFile {
  sqlite3_file base;
  FaultyDisk* disk;
  sqlite3_file* real;
};

FaultyFile& faulty(sqlite3_file* file) {
  return *reinterpret_cast<FaultyFile*>(file);
}

/// Does the call unless it is to fail, and reports `error` if it is.
template <class Call>
int through(sqlite3_file* file, const char* name, int error, Call call) {
  const Verdict verdict = faulty(file).disk->judge(name);
  if (verdict == Verdict::fail_before || verdict == Verdict::fail_halfway) return error;
  const int outcome = call(faulty(file).real);
  return verdict == Verdict::fail_after ? error : outcome;
}

int close_file(sqlite3_file* file) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
}
int read_file_part(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  return through(file, "read", SQLITE_IOERR_READ,
                 [&](sqlite3_file* real) { return real->pMethods->xRead(real, into, size, at); });
}
int write_file_part(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  sqlite3_file* real = faulty(file).real;
  const Verdict verdict = faulty(file).disk->judge("write");
  if (verdict == Verdict::fail_before) return SQLITE_FULL;
  if (verdict == Verdict::fail_halfway) {
    real->pMethods->xWrite(real, from, size / 2, at);
    return SQLITE_IOERR_WRITE;
  }
  const int outcome = real->pMethods->xWrite(real, from, size, at);
  return verdict == Verdict::fail_after ? SQLITE_IOERR_WRITE : outcome;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return through(file, "truncate", SQLITE_IOERR_TRUNCATE,
                 [&](sqlite3_file* real) { return real->pMethods->xTruncate(real, size); });
}
int sync_file(sqlite3_file* file, int flags) {
  return through(file, "sync", SQLITE_IOERR_FSYNC,
                 [&](sqlite3_file* real) { return real->pMethods->xSync(real, flags); });
}
int ask_size(sqlite3_file* file, sqlite3_int64* size) {
  return through(file, "size", SQLITE_IOERR_FSTAT,
                 [&](sqlite3_file* real) { return real->pMethods->xFileSize(real, size); });
}
int lock_file_level(sqlite3_file* file, int level) {
  return through(file, "lock", SQLITE_IOERR_LOCK,
                 [&](sqlite3_file* real) { return real->pMethods->xLock(real, level); });
}
int unlock_file_level(sqlite3_file* file, int level) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xUnlock(real, level);
}
int check_reserved(sqlite3_file* file, int* answer) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xCheckReservedLock(real, answer);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xFileControl(real, operation, argument);
}
int sector_size(sqlite3_file* file) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xSectorSize(real);
}
int characteristics(sqlite3_file* file) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xDeviceCharacteristics(real);
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return through(file, "map shared memory", SQLITE_IOERR_SHMMAP, [&](sqlite3_file* real) {
    return real->pMethods->xShmMap(real, page, size, extend, memory);
  });
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  sqlite3_file* real = faulty(file).real;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) return real->pMethods->xShmLock(real, offset, count, flags);
  const Verdict verdict = faulty(file).disk->judge("lock shared memory");
  // A lock that is held although its caller was told otherwise would be another fault than that of a disk.
  if (verdict != Verdict::go_on) return SQLITE_IOERR_SHMLOCK;
  return real->pMethods->xShmLock(real, offset, count, flags);
}
void shared_barrier(sqlite3_file* file) {
  sqlite3_file* real = faulty(file).real;
  real->pMethods->xShmBarrier(real);
}
int unmap_shared(sqlite3_file* file, int remove) {
  sqlite3_file* real = faulty(file).real;
  return real->pMethods->xShmUnmap(real, remove);
}

const sqlite3_io_methods kFileCalls{2,
                                    close_file,
                                    read_file_part,
                                    write_file_part,
                                    truncate_file,
                                    sync_file,
                                    ask_size,
                                    lock_file_level,
                                    unlock_file_level,
                                    check_reserved,
                                    control_file,
                                    sector_size,
                                    characteristics,
                                    map_shared,
                                    lock_shared,
                                    shared_barrier,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

FaultyDisk& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<FaultyDisk*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* granted) {
  FaultyDisk& disk = disk_of(vfs);
  auto* opened = new (file) FaultyFile{};
  opened->disk = &disk;
  opened->real = reinterpret_cast<sqlite3_file*>(opened + 1);
  opened->real->pMethods = nullptr;
  if (disk.judge("open") != Verdict::go_on) return SQLITE_CANTOPEN;
  if (disk.is_read_only() && (flags & SQLITE_OPEN_MAIN_DB) != 0)
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  const int outcome = disk.real()->xOpen(disk.real(), name, opened->real, flags, granted);
  if (outcome == SQLITE_OK) opened->base.pMethods = &kFileCalls;
  return outcome;
}
int remove_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  FaultyDisk& disk = disk_of(vfs);
  if (disk.judge("remove") != Verdict::go_on) return SQLITE_IOERR_DELETE;
  return disk.real()->xDelete(disk.real(), name, sync_directory);
}
int ask_access(sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
  FaultyDisk& disk = disk_of(vfs);
  if (disk.judge("access") != Verdict::go_on) return SQLITE_IOERR_ACCESS;
  return disk.real()->xAccess(disk.real(), name, flags, answer);
}

}  // namespace

FaultyDisk::FaultyDisk() : real_(::sqlite3_vfs_find(nullptr)) {
  vfs_ = *real_;
  vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
  vfs_.zName = "faulty";
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = remove_file;
  vfs_.xAccess = ask_access;
  if (::sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("no faulty disk can be had");
}

FaultyDisk::~FaultyDisk() {
  ::sqlite3_vfs_unregister(&vfs_);
  ::sqlite3_vfs_register(real_, 1);
}

void FaultyDisk::fail(std::size_t call, Moment moment, Lasting lasting) {
  armed_ = false;
  calls_ = 0;
  failures_ = 0;
  call_to_fail_ = call;
  moment_ = moment;
  lasting_ = lasting;
  armed_ = true;
}

void FaultyDisk::heal() {
  armed_ = false;
}

FaultyDisk::Verdict FaultyDisk::judge(const char* call) {
  if (!armed_) return Verdict::go_on;
  const std::size_t number = calls_++;
  const bool fails = lasting_ == Lasting::once ? number == call_to_fail_ : number >= call_to_fail_;
  if (!fails) return Verdict::go_on;
  if (failures_++ == 0) first_failure_ = call;
  switch (moment_) {
    case Moment::halfway: return Verdict::fail_halfway;
    case Moment::after: return Verdict::fail_after;
    case Moment::before: break;
  }
  return Verdict::fail_before;
}

}  // namespace governor::daemon::test
