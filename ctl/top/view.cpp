#include "ctl/top/view.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "ctl/printable.hpp"
#include "ctl/quantity.hpp"
#include "ctl/sparkline.hpp"
#include "ctl/time_text.hpp"
#include "ctl/top/agent_page.hpp"
#include "ctl/top/blocks.hpp"
#include "ctl/top/text_line.hpp"

namespace governor::ctl::top {

namespace {

constexpr std::size_t kHeaderLines = 2;
constexpr std::size_t kFooterLines = 1;

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Style style_of_status(const std::string& status) {
  if (status == "ok") return Style::good;
  return status == "degraded" ? Style::warning : Style::bad;
}

std::string rate(double per_second, const char* what) {
  return (per_second < 0 ? "-" : decimal(per_second, 1)) + ' ' + what + "/s";
}

void add_header(std::vector<Line>& lines, const Model& model, const View& view) {
  const Traffic& traffic = model.traffic;
  const std::string version = traffic.build.substr(0, traffic.build.find('+'));
  lines.push_back(
      {{"governor " + printable(version), Style::title},
       {"  up " + duration(traffic.uptime_seconds) + "  "},
       {printable(traffic.status), style_of_status(traffic.status)},
       {"  " + grouped(traffic.sessions) + (traffic.sessions == 1 ? " session, " : " sessions, ") +
        grouped(static_cast<std::int64_t>(model.agents.size())) + (model.more_agents ? "+" : "") +
        (model.agents.size() == 1 ? " agent, tasks: " : " agents, tasks: ") + grouped(model.tasks_ready) +
        " ready, " + grouped(model.tasks_in_progress) + " in progress"}});
  if (!view.trouble.empty()) {
    lines.push_back({{printable(view.trouble), Style::bad}});
    return;
  }
  lines.push_back(
      {{rate(traffic.updates_per_second, "updates") + "  " + rate(traffic.requests_per_second, "requests") +
        "  answers p99 " + milliseconds(traffic.request_p99_ms) + "  disk p99 " +
        milliseconds(traffic.commit_p99_ms) + "  " + grouped(traffic.pending) + " changes wait for it"}});
}

Block needs_block(const Model& model) {
  Block block;
  block.heading = {{"NEEDS YOU", Style::heading}};
  for (const Need& need : needs_of(model)) {
    const Style style = need.urgency == Urgency::high ? Style::bad : Style::warning;
    block.rows.push_back(
        {{need.urgency == Urgency::high ? "! " : "- ", style}, {printable(need.text), style}});
  }
  return block;
}

/// Widths of the columns of agents; 0: there is no room for one.
struct AgentColumns {
  std::size_t id = 22;
  std::size_t spark = 12;
  std::size_t updates = 7;
  std::size_t last = 10;
  std::size_t owner = 0;
  std::size_t purpose = 0;
};

constexpr std::size_t kHealthWidth = 8;
constexpr std::size_t kDecisionWidth = 8;
constexpr std::size_t kRiskWidth = 5;

AgentColumns columns_for(std::size_t width) {
  AgentColumns columns;
  if (width < 76) columns.spark = columns.last = 0;
  if (width < 60) columns.updates = 0;
  if (width >= 100) columns.spark = 16;
  if (width >= 116) columns.owner = 14;
  if (width >= 130) columns.id = 28, columns.last = 12, columns.spark = 30;
  std::size_t used = kHealthWidth + kDecisionWidth + kRiskWidth + 6;
  for (const std::size_t column : {columns.spark, columns.updates, columns.last, columns.owner})
    used += column > 0 ? column + 2 : 0;
  if (width > used + columns.id + 12) {
    columns.purpose = width - used - columns.id - 2;
  } else if (width > used) {
    columns.id = width - used;
  }
  return columns;
}

Line agent_heading(const AgentColumns& columns, const View& view, std::size_t shown, std::size_t all,
                   bool more) {
  std::string count =
      all == shown ? std::to_string(all) : std::to_string(shown) + " of " + std::to_string(all);
  if (more) count += ", there are more";
  const std::string title = "AGENTS " + count + (view.filter.empty() ? "" : " like " + view.filter);
  std::string text = fitted(title, columns.id, view.ascii) + "  " + fitted("HEALTH", kHealthWidth, true) +
                     "  " + fitted("DECISION", kDecisionWidth, true) + "  " +
                     fitted_right("RISK", kRiskWidth, true);
  if (columns.spark > 0) text += "  " + fitted("", columns.spark, true);
  if (columns.updates > 0) text += "  " + fitted_right("UPDATES", columns.updates, true);
  if (columns.last > 0) text += "  " + fitted("LAST", columns.last, true);
  if (columns.owner > 0) text += "  " + fitted("CLIENT", columns.owner, true);
  if (columns.purpose > 0) text += "  " + fitted("PURPOSE", columns.purpose, true);
  return {{text, Style::heading}};
}

Style style_of_urgency(int urgency) {
  constexpr Style kStyles[] = {Style::bad, Style::warning, Style::good, Style::faint};
  return kStyles[std::clamp(urgency, 0, 3)];
}

Line agent_line(const Context& context, const AgentRow& agent, const AgentColumns& columns,
                const View& view) {
  const Style tone = style_of_urgency(urgency_of(agent));
  std::string spark = sparkline(agent.risks, {0.0, 1.0}, columns.spark, Pick::highest);
  const std::size_t spark_width = display_width(spark);
  if (view.ascii) spark = ascii_sparkline(spark);
  Line line{{fitted(agent.id, columns.id, view.ascii) + "  "},
            {fitted(agent.health, kHealthWidth, view.ascii) + "  " +
                 fitted(agent.decision, kDecisionWidth, view.ascii) + "  " +
                 fitted_right(decimal(agent.risk, 3), kRiskWidth, view.ascii),
             tone}};
  if (columns.spark > 0)
    line.push_back(
        {"  " + spark + std::string(columns.spark - std::min(columns.spark, spark_width), ' '), tone});
  std::string rest;
  if (columns.updates > 0) rest += "  " + fitted_right(grouped(agent.updates), columns.updates, view.ascii);
  if (columns.last > 0)
    rest += "  " + fitted(relative_text(context, agent.last_update), columns.last, view.ascii);
  if (columns.owner > 0)
    rest += "  " + fitted(agent.owner.empty() ? "-" : agent.owner, columns.owner, view.ascii);
  if (columns.purpose > 0) rest += "  " + fitted(agent.purpose, columns.purpose, view.ascii);
  line.push_back({rest});
  if (agent.id == view.chosen)
    for (Span& span : line) span.style = Style::chosen;
  return line;
}

Block agents_block(const Context& context, const Model& model, const View& view,
                   const std::vector<const AgentRow*>& agents, std::size_t width) {
  const AgentColumns columns = columns_for(width);
  Block block;
  block.weight = 3;
  block.is_window = true;
  block.heading = agent_heading(columns, view, agents.size(), model.agents.size(), model.more_agents);
  for (const AgentRow* agent : agents) block.rows.push_back(agent_line(context, *agent, columns, view));
  if (block.rows.empty())
    block.rows.push_back({{view.filter.empty() ? "  no agent is at work" : "  no such agent", Style::faint}});
  return block;
}

/// The first one that is shown, so that the chosen one is.
std::size_t scrolled_to(const std::vector<const AgentRow*>& agents, const View& view, std::size_t room) {
  const std::size_t most = agents.size() > room ? agents.size() - room : 0;
  std::size_t first = std::min(view.scrolled, most);
  const auto chosen =
      std::find_if(agents.begin(), agents.end(), [&](const AgentRow* row) { return row->id == view.chosen; });
  if (chosen == agents.end() || room == 0) return first;
  const auto place = static_cast<std::size_t>(chosen - agents.begin());
  first = std::min(first, place);
  return place >= first + room ? place - room + 1 : first;
}

void add_help(std::vector<Line>& lines) {
  constexpr std::pair<const char*, const char*> kKeys[] = {
      {"up, down, j, k", "choose an agent; PageUp, PageDown, Home and End go further"},
      {"Enter", "opens the chosen agent; again, or Esc, goes back"},
      {"s", "sorts by urgency, risk, updates, the latest update, name"},
      {"/", "filters agents by id, client or purpose; Enter keeps the filter, Esc drops it"},
      {"?", "this help"},
      {"q", "quits"}};
  lines.push_back({{"KEYS", Style::heading}});
  for (const auto& [key, what] : kKeys)
    lines.push_back({{"  " + fitted(key, 16, true), Style::title}, {what}});
}

Line footer(const View& view) {
  if (view.is_typing)
    return {{"filter: " + printable(view.filter) + "_", Style::title}, {"  Enter keeps, Esc drops it"}};
  return {{"q quit  ? help  s sort: " + std::string(name_of(view.sort)) + "  / filter" +
               (view.filter.empty() ? "" : ": " + printable(view.filter)) + "  Enter " +
               (view.opened.empty() ? "open" : "back"),
           Style::faint}};
}

}  // namespace

const char* name_of(Sort sort) {
  switch (sort) {
    case Sort::urgency: return "urgency";
    case Sort::risk: return "risk";
    case Sort::updates: return "updates";
    case Sort::latest: return "latest";
    case Sort::name: break;
  }
  return "name";
}

std::vector<const AgentRow*> agents_in(const Model& model, const View& view) {
  const std::string filter = lowered(view.filter);
  std::vector<const AgentRow*> agents;
  for (const AgentRow& agent : model.agents) {
    const std::string text = lowered(agent.id + '\n' + agent.owner + '\n' + agent.purpose);
    if (text.find(filter) != std::string::npos) agents.push_back(&agent);
  }
  // Not a number is no risk.
  const auto risk = [](const AgentRow* agent) { return std::isnan(agent->risk) ? -1.0 : agent->risk; };
  const auto before = [&](const AgentRow* one, const AgentRow* other) {
    switch (view.sort) {
      case Sort::urgency:
        return std::tuple(urgency_of(*one), -risk(one), one->id) <
               std::tuple(urgency_of(*other), -risk(other), other->id);
      case Sort::risk: return std::tuple(-risk(one), one->id) < std::tuple(-risk(other), other->id);
      case Sort::updates: return std::tuple(-one->updates, one->id) < std::tuple(-other->updates, other->id);
      case Sort::latest: return std::tie(other->last_update, one->id) < std::tie(one->last_update, other->id);
      case Sort::name: break;
    }
    return one->id < other->id;
  };
  std::sort(agents.begin(), agents.end(), before);
  return agents;
}

std::vector<Line> lines_of(const Context& context, const Model& model, View& view, Size size) {
  std::vector<Line> lines;
  add_header(lines, model, view);
  const std::size_t body =
      size.height > kHeaderLines + kFooterLines ? size.height - kHeaderLines - kFooterLines : 0;
  if (view.shows_help) {
    add_help(lines);
  } else if (!view.opened.empty()) {
    add_agent_page(lines, context, model, view, size.width);
  } else {
    const auto agents = agents_in(model, view);
    std::vector<Block> blocks{needs_block(model), agents_block(context, model, view, agents, size.width),
                              deployments_block(context, model, view, ""),
                              leases_block(context, model, view, ""), alerts_block(context, model, view, "")};
    const std::vector<std::size_t> given = share_lines(blocks, body);
    constexpr std::size_t kAgents = 1;
    view.scrolled = scrolled_to(agents, view, given[kAgents] > 0 ? given[kAgents] - 1 : 0);
    blocks[kAgents].first = view.scrolled;
    for (std::size_t i = 0; i < blocks.size(); ++i) append_block(lines, blocks[i], given[i]);
  }
  lines.resize(size.height > kFooterLines ? size.height - kFooterLines : 0);
  if (size.height > 0) lines.push_back(footer(view));
  for (Line& line : lines) line = cut_line(std::move(line), size.width, view.ascii);
  return lines;
}

std::string plain_text(const std::vector<Line>& lines) {
  std::string text;
  std::size_t empty_lines = 0;
  for (const Line& line : lines) {
    std::string row;
    for (const Span& span : line) row += span.text;
    row.erase(row.find_last_not_of(' ') + 1);
    if (row.empty()) {
      ++empty_lines;
      continue;
    }
    text += std::string(std::exchange(empty_lines, 0), '\n') + row + '\n';
  }
  return text;
}

}  // namespace governor::ctl::top
