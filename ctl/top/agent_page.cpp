#include "ctl/top/agent_page.hpp"

#include <algorithm>

#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/sparkline.hpp"
#include "ctl/time_text.hpp"
#include "ctl/top/text_line.hpp"

namespace governor::ctl::top {

namespace {

Line heading(const char* title, std::size_t count) {
  return {{std::string(title) + ' ' + std::to_string(count), Style::heading}};
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Block leases_block(const Context& context, const Model& model, const View& view, const std::string& agent) {
  Block block;
  for (const LeaseRow& row : model.leases) {
    if (!agent.empty() && row.agent != agent) continue;
    const bool is_in_the_way = !row.waited_for_by.empty();
    const Style style = row.is_orphaned ? Style::bad : is_in_the_way ? Style::warning : Style::plain;
    block.rows.push_back(
        {{"  " + fitted_right(std::to_string(row.lease), 5, true) + "  " +
              fitted(row.holder, 18, view.ascii) + "  " + fitted(row.mode, 9, true) + "  " +
              fitted(relative_text(context, row.until), 10, view.ascii) + "  ",
          style},
         {printable(row.paths)},
         {(is_in_the_way ? "  waited for by " + printable(joined_names(row.waited_for_by)) : "") +
              std::string(row.is_orphaned ? "  its session is gone" : ""),
          style}});
  }
  for (const WaitRow& row : model.waits) {
    if (!agent.empty() && row.agent != agent) continue;
    std::string behind;
    for (const std::int64_t lease : row.behind)
      behind += (behind.empty() ? "" : ", ") + std::to_string(lease);
    block.rows.push_back({{"  " + fitted_right("-", 5, true) + "  " + fitted(row.waiter, 18, view.ascii) +
                               "  " + fitted("waits", 9, true) + "  " +
                               fitted(relative_text(context, row.since), 10, view.ascii) + "  ",
                           Style::faint},
                          {printable(row.paths), Style::faint},
                          {behind.empty() ? "" : "  for lease " + behind, Style::faint}});
  }
  block.heading = heading("LEASES AND WAITS", block.rows.size());
  return block;
}

Block deployments_block(const Context& context, const Model& model, const View& view,
                        const std::string& agent) {
  Block block;
  for (const DeploymentRow& row : model.deployments) {
    if (!agent.empty() && row.id != agent) continue;
    const Style style = row.needs_person ? Style::warning : Style::plain;
    std::string line = "  " + fitted(row.id, 24, view.ascii) + "  " + fitted(row.state, 8, true) + "  " +
                       fitted(relative_text(context, row.since), 10, view.ascii) + "  " +
                       fitted_right(row.progress < 0 ? "-" : std::to_string(row.progress) + " %", 5, true);
    if (!row.task.empty()) line += "  task " + printable(row.task);
    if (!row.why.empty()) line += "  " + printable(row.why);
    block.rows.push_back({{line, style}});
  }
  block.heading = heading("DEPLOYMENTS", block.rows.size());
  return block;
}

Block alerts_block(const Context& context, const Model& model, const View& view, const std::string& agent) {
  Block block;
  for (const AlertRow& row : model.alerts) {
    if (!agent.empty() && row.agent != agent) continue;
    const Style style = row.severity == "critical" ? Style::bad : Style::warning;
    block.rows.push_back({{"  " + fitted_right(std::to_string(row.alert), 5, true) + "  " +
                               fitted(row.severity, 8, true) + "  ",
                           style},
                          {fitted(relative_text(context, row.raised), 10, view.ascii) + "  " +
                           printable(row.kind) + ": " + printable(row.message)}});
  }
  block.heading = heading("ALERTS", block.rows.size());
  return block;
}

void add_agent_page(std::vector<Line>& lines, const Context& context, const Model& model, const View& view,
                    std::size_t width) {
  const AgentRow* agent = model.find_agent(view.opened);
  lines.push_back({{"AGENT " + printable(view.opened), Style::heading}});
  if (agent == nullptr) {
    lines.push_back(
        {{"  It is not at work any more: archived, paused, deleted, or beyond those that are shown.",
          Style::faint}});
  } else {
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) lines.push_back({{"  " + fitted(name, 14, true)}, {printable(value)}});
    };
    add("health", agent->health + ", last decision " + agent->decision);
    add("risk",
        decimal(agent->risk, 3) + " (" + agent->verdict + "), coherence " + decimal(agent->coherence, 3));
    add("updates", grouped(agent->updates) + ", the last one " + relative_text(context, agent->last_update));
    add("client", agent->owner.empty() ? "none holds it" : agent->owner);
    add("purpose", agent->purpose);
    const std::size_t room = width > 20 ? width - 20 : 0;
    const std::string spark = sparkline(agent->risks, {0.0, 1.0}, room, Pick::highest);
    if (!spark.empty())
      lines.push_back(
          {{"  " + fitted("risk of late", 14, true)}, {view.ascii ? ascii_sparkline(spark) : spark}});
  }
  for (const Block& block :
       {deployments_block(context, model, view, view.opened), leases_block(context, model, view, view.opened),
        alerts_block(context, model, view, view.opened)}) {
    if (block.rows.empty()) continue;
    lines.emplace_back();
    append_block(lines, block, block.rows.size() + 1);
  }
  lines.emplace_back();
  lines.push_back({{"  More of it: governorctl agent " + printable(view.opened) + ", why, history, activity",
                    Style::faint}});
}

}  // namespace governor::ctl::top
