#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ctl/top/blocks.hpp"
#include "ctl/top/model.hpp"
#include "ctl/top/view.hpp"

namespace governor::ctl::top {

// Lists that are shown of all, or of one agent alone (empty: of all).

Block leases_block(const Context& context, const Model& model, const View& view, const std::string& agent);
Block deployments_block(const Context& context, const Model& model, const View& view,
                        const std::string& agent);
Block alerts_block(const Context& context, const Model& model, const View& view, const std::string& agent);

/// All there is about the agent that is opened.
void add_agent_page(std::vector<Line>& lines, const Context& context, const Model& model, const View& view,
                    std::size_t width);

}  // namespace governor::ctl::top
