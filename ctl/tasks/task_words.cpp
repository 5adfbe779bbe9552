#include "ctl/tasks/task_words.hpp"

#include <map>
#include <string>

namespace governor::ctl {
namespace {

using Words = std::map<std::string_view, std::string_view>;

const Words kStatuses{{"pending", "pending"},
                      {"todo", "pending"},
                      {"open", "pending"},
                      {"new", "pending"},
                      {"queued", "pending"},
                      {"ready", "pending"},
                      {"initialized", "pending"},
                      {"initialised", "pending"},
                      {"created", "pending"},
                      {"not_started", "pending"},
                      {"in_progress", "in_progress"},
                      {"running", "in_progress"},
                      {"active", "in_progress"},
                      {"working", "in_progress"},
                      {"started", "in_progress"},
                      {"claimed", "in_progress"},
                      {"blocked", "blocked"},
                      {"waiting", "blocked"},
                      {"done", "done"},
                      {"complete", "done"},
                      {"completed", "done"},
                      {"finished", "done"},
                      {"closed", "done"},
                      {"failed", "failed"},
                      {"error", "failed"},
                      {"cancelled", "cancelled"},
                      {"canceled", "cancelled"},
                      {"aborted", "cancelled"},
                      {"terminated", "cancelled"}};

const Words kPriorities{
    {"low", "LOW"},           {"medium", "MEDIUM"},   {"normal", "MEDIUM"}, {"high", "HIGH"},
    {"critical", "CRITICAL"}, {"urgent", "CRITICAL"}, {"p0", "CRITICAL"},   {"p1", "HIGH"},
    {"p2", "MEDIUM"},         {"p3", "LOW"},          {"p4", "LOW"}};

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return result;
}

std::string_view meant_by(const Words& words, std::string_view word) {
  const auto known = words.find(lowered(word));
  return known == words.end() ? std::string_view() : known->second;
}

}  // namespace

std::string_view status_meant_by(std::string_view word) {
  return meant_by(kStatuses, word);
}

std::string_view priority_meant_by(std::string_view word) {
  return meant_by(kPriorities, word);
}

}  // namespace governor::ctl
