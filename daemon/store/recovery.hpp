#pragma once

#include <string>

#include "daemon/store/progress_record.hpp"
#include "daemon/store/schema_check.hpp"

namespace governor::daemon {

/// Why the database that is there cannot be used as it is.
struct StoreTrouble {
  std::string what;  ///< for people, such as "it is empty"
  /// It was set back: it is sound, but a backup may have come further.
  bool set_back = false;
  /// It is not the one that the record is about, whose figures then mean nothing.
  bool is_another = false;
};

/// Puts a database in the place of the one at `path`, made from what reads of that one and from the best
/// backup; what was there is set aside under another name. The new one holds an alert and an audit entry that
/// say what is missing, and takes its place in one step, on the disk before what was there goes: a crash at
/// any time leaves the old one or a new one that is complete (see finish_recovery). Keys that were used are
/// not used again, and what is missing is written down, so that what remains can be read. Throws when that is
/// not possible; what was there is then untouched. Returns what the alert says.
std::string recover(const std::string& path, const std::string& backups, const StoreTrouble& trouble,
                    const ProgressRecord::Found& record, Migrations migrations);

/// Puts a copy of `file`, which a person has chosen, in the place of the database at `path`: one of an older
/// schema is migrated, no key that was used is used again, and an alert says what is missing since. What was
/// there is set aside. As safe as recover() in a crash. `progress` is the record beside the database. Throws
/// when the file is damaged or that is not possible; what was there is then untouched, unless the text of the
/// exception says that the new one is complete and finish_recovery() will put it in its place. Returns what
/// the alert says.
std::string restore(const std::string& path, const std::string& progress, const std::string& file,
                    Migrations migrations);

/// Finishes what a crash interrupted, or takes it back, and removes what is of no use. Call before anything
/// else. `progress` is the record beside the database.
void finish_recovery(const std::string& path, const std::string& progress);

}  // namespace governor::daemon
