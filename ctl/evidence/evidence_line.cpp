#include "ctl/evidence/evidence_line.hpp"

#include <cmath>
#include <utility>

#include "ctl/json_fields.hpp"
#include "ctl/pages.hpp"
#include "ctl/quantity.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

std::string lines_text(const json::object& entry) {
  return ", +" + count_text(entry, "lines_added") + " -" + count_text(entry, "lines_removed") + " lines";
}

/// " of a.py", or nothing where no path is told.
std::string with_path(const char* before, const json::object& entry) {
  return entry.contains("path") ? before + text_field(entry, "path") : std::string();
}

std::string tool_text(const json::object& entry) {
  std::string text = text_field(entry, "tool");
  if (entry.contains("command")) {
    text += ": " + text_field(entry, "command");
  } else if (entry.contains("program")) {
    text += ": " + text_field(entry, "program");
  }
  text += " (" + text_field(entry, "class") + ')';
  if (!flag_field(entry, "success")) text += ", failed";
  if (entry.contains("exit_code")) text += ", exit code " + count_text(entry, "exit_code");
  if (entry.contains("duration_ms")) text += ", " + milliseconds(number_field(entry, "duration_ms"));
  return text;
}

std::string file_text(const json::object& entry) {
  const std::string path = text_field(entry, "path");
  if (flag_field(entry, "deleted")) return "deleted " + path;
  return (flag_field(entry, "created") ? "created " : "wrote ") + path + lines_text(entry);
}

std::string tests_text(const json::object& entry) {
  std::string text = "tests " + std::string(flag_field(entry, "success") ? "passed" : "failed") + " (" +
                     text_field(entry, "framework");
  if (entry.contains("passed")) text += ", " + count_text(entry, "passed") + " passed";
  if (entry.contains("failed")) text += ", " + count_text(entry, "failed") + " failed";
  return text + ')';
}

std::string refused_text(const json::object& entry) {
  const std::string by = text_field(entry, "by");
  const std::string path = with_path("", entry);
  if (by == "lease") return "refused " + path + ": somebody else has it";
  if (by == "protection") return "refused " + path + ": it is protected";
  if (by == "shrink_guard") return "refused " + path + ": too much of it would be lost";
  if (by == "person") return "refused by a person" + with_path(": ", entry);
  return (by == "loop" ? "refused as it is in a loop" : "refused as it may not go on") +
         with_path(": ", entry);
}

std::string judged_text(const json::object& entry) {
  const double probability = number_field(entry, "failure_probability");
  std::string text = "judged in update " + count_text(entry, "update");
  if (!std::isnan(probability)) text += ": likely to fail by " + decimal(100 * probability, 0) + " %";
  if (flag_field(entry, "provisional")) text += ", provisionally";
  return text;
}

std::string stated_text(const json::object& entry) {
  std::string text = "said of itself";
  if (entry.contains("confidence")) text += ": confidence " + decimal(number_field(entry, "confidence"), 2);
  if (entry.contains("complexity")) text += ", complexity " + decimal(number_field(entry, "complexity"), 2);
  return text;
}

}  // namespace

std::string evidence_text(const json::object& entry) {
  std::string kind = text_field(entry, "kind");
  if (kind == "tool_used") return tool_text(entry);
  if (kind == "file_changed") return file_text(entry);
  if (kind == "tests_run") return tests_text(entry);
  if (kind == "reverted") return "took back what it had done" + with_path(" to ", entry);
  if (kind == "repeated") {
    return "the same " + text_field(entry, "what") + " again, " + count_text(entry, "times") +
           " times: " + text_field(entry, "subject");
  }
  if (kind == "refused") return refused_text(entry);
  if (kind == "risky_action") {
    return "RISKY: " + text_field(entry, "rule") +
           (entry.contains("program") ? ", by " + text_field(entry, "program") : std::string()) + " (" +
           text_field(entry, "severity") + ')';
  }
  if (kind == "turn_began") return "turn " + count_text(entry, "turn") + " begins";
  if (kind == "turn_ended") return "turn " + count_text(entry, "turn") + " ends";
  if (kind == "prose_said") return "said " + count_text(entry, "bytes") + " bytes of text";
  if (kind == "judged") return judged_text(entry);
  if (kind == "stated") return stated_text(entry);
  return kind;
}

Tone evidence_tone(const json::object& entry) {
  const std::string kind = text_field(entry, "kind");
  if (kind == "risky_action") return text_field(entry, "severity") == "high" ? Tone::bad : Tone::warning;
  if (kind == "refused" || kind == "reverted" || kind == "repeated") return Tone::warning;
  if (kind == "tests_run") return flag_field(entry, "success") ? Tone::good : Tone::bad;
  if (kind == "turn_began" || kind == "turn_ended" || kind == "prose_said") return Tone::faint;
  return Tone::plain;
}

ipc::Result<json::array> fetch_evidence(ipc::Client& client, const std::string& agent, std::int64_t rows,
                                        ipc::Deadline deadline) {
  const PagedList list{"get_evidence", "evidence", "next_before", "before"};
  auto fetched = fetch_rows(client, list, {{"agent_id", agent}}, rows, deadline);
  if (!fetched) return fetched.error();
  return std::move(fetched->rows);
}

}  // namespace governor::ctl
