#include "daemon/tools/guards/findings_text.hpp"

#include <fmt/format.h>

namespace governor::daemon {
namespace {

std::string loss_text(const core::CommandFinding& finding) {
  const core::FileState& before = finding.before;
  const core::FileState& after = finding.after;
  if (!after.exists()) return fmt::format("{} was deleted; it had {} lines.", finding.path, before.lines);
  if (!before.exists()) {
    return fmt::format("{} was written{}.", finding.path,
                       finding.is_known ? "" : "; what it held before is not known");
  }
  std::string text = fmt::format("{} changed from {} to {} lines.", finding.path, before.lines, after.lines);
  if (finding.uncommitted > 0) {
    text += fmt::format(" {} line{} that you have not written, and nobody had committed, {} gone.",
                        finding.uncommitted, finding.uncommitted == 1 ? "" : "s",
                        finding.uncommitted == 1 ? "is" : "are");
  }
  return text;
}

std::string finding_text(const core::CommandFinding& finding) {
  std::string text = " " + loss_text(finding);
  if (!finding.held.empty()) text += fmt::format(" {}: nobody else may write it.", finding.held);
  if (finding.is_protected) text += " It is protected: agents may not write it.";
  if (finding.backup != 0) {
    text += fmt::format(" This brings it back: {}", core::restore_command(finding.path, finding.backup));
    text += '.';
  } else if (finding.before.exists()) {
    text += " No backup of it could be kept.";
  }
  if (finding.is_elsewhere)
    text += " It lies outside of this project: if it was not your command, leave it as it is.";
  if (!finding.others.empty()) {
    text += fmt::format(
        " It may have been {} as well, who worked here at the same time: look before you undo it.",
        finding.others);
  }
  return text;
}

}  // namespace

std::string findings_text(const core::RunningCommand& command, const Unseen& unseen) {
  const bool has_more = command.more_findings + unseen.rest > 0;
  if (command.findings.empty() && !has_more) return {};
  std::string text = "governor:";
  if (!command.findings.empty())
    text += " while this command ran, something happened that needs your attention.";
  for (const core::CommandFinding& finding : command.findings) text += finding_text(finding);
  if (command.more_findings > 0) text += fmt::format(" And {} files more.", command.more_findings);
  if (unseen.rest > 0) {
    text += fmt::format(
        " This command changed or deleted {} files, {} of which are gone. {} of them have not been looked at "
        "yet: what is lost will be an alert.",
        unseen.touched, unseen.gone, unseen.rest);
  }
  if (has_more) {
    text +=
        " `governorctl audit --event file_changed` names each with the command that brings it back; "
        "`governorctl restore PATH` does.";
  }
  return text +
         " Unless you were asked to do exactly this, bring it back now, and then change only what you mean "
         "to change. A person is told.";
}

}  // namespace governor::daemon
