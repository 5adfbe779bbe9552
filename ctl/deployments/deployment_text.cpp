#include "ctl/deployments/deployment_text.hpp"

#include <algorithm>

#include "ctl/json_fields.hpp"
#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/time_text.hpp"

namespace governor::ctl {

namespace {

namespace json = boost::json;

std::string usage_text(const json::object& used, const json::object& budget) {
  std::string text;
  const auto part = [&](const char* name, int decimals, const char* unit) {
    const double value = number_field(used, name);
    const double most = number_field(budget, name);
    if (!(value > 0) && !(most > 0)) return;
    text += (text.empty() ? "" : ", ") + decimal(value > 0 ? value : 0, decimals);
    if (most > 0) text += " of " + decimal(most, decimals);
    text += unit;
  };
  part("turns", 0, " turns");
  part("tokens", 0, " tokens");
  part("cost_usd", 2, " USD");
  return text;
}

std::string ending_text(const json::object& deployment) {
  if (count_field(deployment, "signal") > 0)
    return "by signal " + std::to_string(count_field(deployment, "signal"));
  if (deployment.contains("exit_code"))
    return "exit code " + std::to_string(count_field(deployment, "exit_code"));
  return {};
}

/// What a person does now; empty: nothing needs to be done.
std::string next_step(const json::object& deployment) {
  const std::string id = text_field(deployment, "deployment_id");
  const std::string state = text_field(deployment, "state");
  const std::string waits_for = text_field(deployment, "waiting_for");
  if (waits_for == "budget")
    return "governorctl deployments continue " + id + " gives it as much again; governorctl stop " + id +
           " ends it";
  if (waits_for == "restart") return "governorctl deployments continue " + id + " starts it again at once";
  if (waits_for == "quota")
    return "it goes on by itself; governorctl deployments continue " + id + " lets it try now";
  if (state == "waiting")
    return "governorctl logs " + id + " shows the question; answer with governorctl deployments input " + id +
           " TEXT, or governorctl attach " + id;
  if (state == "stuck") return "look with governorctl logs " + id + "; end it with governorctl stop " + id;
  const json::object& workspace = object_field(deployment, "workspace");
  const bool has_worktree = text_field(workspace, "mode") == "worktree" && !flag_field(workspace, "removed");
  std::string next;
  if (has_worktree && has_ended(deployment))
    next = "governorctl deployments diff " + id + ", then merge or discard";
  if (flag_field(deployment, "resumable") && state != "finished") {
    next += next.empty() ? "" : "; ";
    next += "governorctl deployments continue " + id + " lets it go on with its session";
  }
  return next;
}

}  // namespace

std::string deployment_state(const json::object& deployment) {
  std::string state = text_field(deployment, "state");
  if (deployment.contains("waiting_for")) state += " (" + text_field(deployment, "waiting_for") + ")";
  return state;
}

Tone deployment_tone(const json::object& deployment) {
  const std::string state = text_field(deployment, "state");
  if (flag_field(deployment, "needs_person")) return Tone::warning;
  if (state == "failed" || state == "lost") return Tone::bad;
  if (state == "finished") return Tone::good;
  return state == "stopped" ? Tone::faint : Tone::plain;
}

bool has_ended(const json::object& deployment) {
  const json::value* ended = deployment.if_contains("ended");
  return ended != nullptr && !ended->is_null();
}

void write_deployment(const Context& context, const json::object& deployment) {
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty() && value != "-") context.out << name << ": " << printable(value) << '\n';
  };
  context.out << printable(text_field(deployment, "deployment_id")) << ": "
              << toned(printable(deployment_state(deployment)), deployment_tone(deployment), context.colour)
              << ", since " << relative_text(context, text_field(deployment, "since")) << '\n';
  line("why", text_field(deployment, "why"));
  line("runner", text_field(deployment, "runner"));
  line("task", text_field(deployment, "task_id"));
  line("deployed by", text_field(deployment, "parent"));
  if (count_field(deployment, "progress") >= 0) line("progress", count_text(deployment, "progress") + " %");
  line("note", text_field(deployment, "note"));
  line("used", usage_text(object_field(deployment, "usage"), object_field(deployment, "budget")));
  if (count_field(deployment, "restarts_allowed") > 0)
    line("starts after failures",
         count_text(deployment, "restarts") + " of " + count_text(deployment, "restarts_allowed"));
  line("starts again", local_text(context, text_field(deployment, "starts_again")));
  line("account limited until", local_text(context, text_field(deployment, "limited_until")));
  line("started", local_text(context, text_field(deployment, "started")));
  line("ended", local_text(context, text_field(deployment, "ended")));
  line("end", ending_text(deployment));
  if (count_field(deployment, "pid") > 0) {
    line("process", std::to_string(count_field(deployment, "pid")) +
                        (flag_field(deployment, "in_tmux") ? ", in tmux" : ", without tmux"));
  }
  const json::object& workspace = object_field(deployment, "workspace");
  line("works in", text_field(workspace, "directory"));
  line("branch", text_field(workspace, "branch"));
  line("next", next_step(deployment));
}

void write_text_lines(const Context& context, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    context.out << printable(line) << '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

}  // namespace governor::ctl
