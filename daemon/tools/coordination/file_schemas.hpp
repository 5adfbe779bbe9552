#pragma once

#include <string_view>

namespace governor::daemon {

/// Of a tool of the default profile, and so as short as may be: what a caller relies on. There is more.
inline constexpr std::string_view kCommitOutput =
    R"({"type":"object","properties":{"changed":{"type":"boolean"},"sha256":{"type":"string"},"loop":{"type":"string"}}})";

inline constexpr std::string_view kWrittenOutput =
    R"({"type":"object","properties":{"path":{"type":"string","description":"The real one"},)"
    R"("backup":{"type":"integer","description":"Number of the content that is there now"},"changed":{"type":"boolean"},"exists":{"type":"boolean"},)"
    R"("created":{"type":"boolean"},"sha256":{"type":"string"},"bytes":{"type":"integer"},"lines":{"type":"integer"},)"
    R"("previous_sha256":{"type":"string"},)"
    R"("found_written":{"type":"boolean","description":"It had this content already"},)"
    R"("other_names":{"type":"integer","description":"Hard links that keep the old content"},)"
    R"("loop":{"type":"string","description":"You write in circles: stop and think"},)"
    R"("restored":{"type":"integer","description":"Number of the backup that came back"},)"
    R"("time":{"type":"string","description":"When the content was first there"}},"required":["path","backup","changed","exists","created","time"]})";

inline constexpr std::string_view kBackupsOutput =
    R"({"type":"object","properties":{"path":{"type":"string"},)"
    R"("current":{"type":"object","description":"What the file holds now",)"
    R"("properties":{"exists":{"type":"boolean"},"sha256":{"type":"string"},"bytes":{"type":"integer"},)"
    R"("lines":{"type":"integer"},"error":{"type":"string"}},"required":["exists"]},)"
    R"("backups":{"type":"array","items":{"type":"object","properties":{"backup":{"type":"integer"},)"
    R"("time":{"type":"string"},"kind":{"enum":["seen","committed","restored","reported","unasked"]},)"
    R"("exists":{"type":"boolean"},"sha256":{"type":"string"},"bytes":{"type":"integer"},"lines":{"type":"integer"},)"
    R"("restorable":{"type":"boolean"},"agent_id":{"type":"string"},"client":{"type":"string"},"pid":{"type":"integer"},)"
    R"("lease":{"type":"integer"},"note":{"type":"string"}},)"
    R"("required":["backup","time","kind","exists","restorable"]}},)"
    R"("count":{"type":"integer"},"next_cursor":{"type":"integer"}},"required":["path","current","backups","count"]})";

}  // namespace governor::daemon
