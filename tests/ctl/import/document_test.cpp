#include "ctl/import/csv.hpp"
#include "ctl/import/csv_document.hpp"
#include "ctl/import/document_reader.hpp"
#include "tests/ctl/import/findings_of.hpp"
#include "tests/support/catch.hpp"

namespace governor::ctl::legacy::test {
namespace {

struct Read {
  DocumentContent content;
  Findings findings;
};

Read read_json(std::string_view text) {
  Read result;
  TimeReader times{Zone{}};
  Notes notes(result.findings, "f", "ada");
  result.content = read_document(text, "f", times, notes);
  return result;
}

Read read_csv(std::string_view text) {
  Read result;
  TimeReader times{Zone{}};
  Notes notes(result.findings, "f", "ada");
  result.content = read_csv_document(text, "f", times, notes);
  return result;
}

constexpr std::string_view kState = R"({
  "E": 0.704465, "I": 0.8182770251349996, "S": 0.16448749997750006, "V": -0.006090000000000005,
  "coherence": 0.6478685263507041, "lambda1": 0.09, "void_active": false, "time": 0.2, "update_count": 2,
  "unitaires_state": {"E": 0.704465, "I": 0.8182770251349996, "S": 0.16448749997750006, "V": -0.006090000000000005},
  "unitaires_theta": {"C1": 1.0, "eta1": 0.3},
  "E_history": [0.702, 0.704465], "I_history": [0.809, 0.8182770251349996],
  "S_history": [0.1815, 0.16448749997750006], "V_history": [-0.0030000000000000027, -0.006090000000000005],
  "coherence_history": [0.6489500031499886, 0.6478685263507041], "risk_history": [0.43, 0.42],
  "decision_history": ["revise", "approve"],
  "timestamp_history": ["2025-11-24T12:00:00", "2025-11-24T12:00:01"]})";

TEST_CASE("an ordinary state file is taken over whole and without a finding", "[import]") {
  const auto [content, findings] = read_json(kState);
  CHECK(text_of(findings) == "");
  CHECK(content.usable);
  const Document& d = content.document;
  CHECK(d.figures.E == 0.704465);
  CHECK(d.figures.V == -0.006090000000000005);
  CHECK(d.figures.lambda1 == 0.09);
  CHECK(d.figures.time == 0.2);
  CHECK(d.figures.updates == 2u);
  CHECK(d.figures.void_active == false);
  CHECK(d.histories.I == std::vector<double>{0.809, 0.8182770251349996});
  CHECK(d.histories.risk == std::vector<double>{0.43, 0.42});
  CHECK(d.histories.decision == std::vector<Decision>{Decision::revise, Decision::approve});
  CHECK(d.histories.timestamp == std::vector<std::int64_t>{1'763'985'600'000'000, 1'763'985'601'000'000});
}

TEST_CASE("an export says the same in other words", "[import]") {
  const auto [content, findings] = read_json(R"({
    "agent_id": "ada", "timestamps": ["2025-11-24T12:00:00"], "E_history": [0.702], "risk_history": [0.4],
    "attention_history": [0.4], "lambda1_history": [0.08], "lambda1_final": 0.1, "total_updates": 7,
    "total_time": 0.7})");
  CHECK(text_of(findings) == "");
  CHECK(content.document.agent_id == "ada");
  CHECK(content.document.figures.updates == 7u);
  CHECK(content.document.figures.lambda1 == 0.1);
  CHECK(content.document.figures.time == 0.7);
  CHECK(content.document.histories.timestamp.size() == 1);
  CHECK(content.document.histories.lambda1 == std::vector<double>{0.08});
}

TEST_CASE("a complete package holds metadata and history", "[import]") {
  const auto [content, findings] =
      read_json(R"({"agent_id": "ada", "exported_at": "x", "export_type": "complete_package",
    "layers": {"metadata": {"agent_id": "ada", "tags": ["t"], "api_key": "s3cret"},
               "history": {"agent_id": "ada", "V_history": [0.1, 0.2]}}})");
  REQUIRE(content.metadata);
  CHECK(content.metadata->tags == std::vector<std::string>{"t"});
  CHECK(content.document.histories.V == std::vector<double>{0.1, 0.2});
  CHECK(only(findings, "secret_dropped", "api_key").severity == Severity::note);
}

TEST_CASE("a value that the old monitor cannot have written makes a broken file, and is named", "[import]") {
  const auto why = [](std::string_view text) { return read_json(text).content.broken; };
  CHECK(why(R"({"E_history": [0.7, NaN, 0.7]})") ==
        "value 2 of E_history is NaN; accepted: a number from 0 to 1");
  CHECK(why(R"({"S_history": [2.5]})").find("2.5; accepted: a number from 0 to 2") != std::string::npos);
  CHECK(why(R"({"E": -0.1})") == "E is -0.1; accepted: a number from 0 to 1");
  CHECK(why(R"({"lambda1": "big"})").find("lambda1 is \"big\"") != std::string::npos);
  CHECK(why(R"({"update_count": 1.5})").find("a whole number from 0") != std::string::npos);
  CHECK(why(R"({"V_history": {"a": 1}})").find("V_history is an object; accepted: a list") !=
        std::string::npos);
  CHECK(why(R"({"E": 0.5, "E": 0.6})") == "E stands there twice");
  CHECK(why(R"({"timestamps": ["x"], "timestamp_history": ["x"]})").find("another name") !=
        std::string::npos);
  CHECK(why(R"({"layers": {"metadata": {"tags": 7}}})").find("tags is 7") != std::string::npos);
}

TEST_CASE("words and times that governor has no room for are gaps, and are told once for a list",
          "[import]") {
  const auto [content, findings] = read_json(
      R"({"decision_history": ["revise", "proceed", 3], "timestamp_history": ["soon"], "E_history": [null, 0.7]})");
  const Histories& h = content.document.histories;
  CHECK(content.broken.empty());
  CHECK(h.decision == std::vector<Decision>{Decision::revise, Decision::unknown, Decision::unknown});
  const Finding word = only(findings, "unknown_value", "decision_history");
  CHECK(word.severity == Severity::damaged);
  CHECK(word.message == "value 2 is \"proceed\"; accepted: approve, revise or reject; and 1 more like it");
  CHECK(h.timestamp == std::vector<std::int64_t>{kUnknownTime});
  CHECK(only(findings, "unreadable_time", "timestamp_history").severity == Severity::damaged);
  CHECK_FALSE(is_known(h.E[0]));
  CHECK(findings.size() == 2);
}

TEST_CASE("the engine's own state wins over its copy, and the difference is told", "[import]") {
  const auto [content, findings] =
      read_json(R"({"E": 0.7, "I": 0.8, "unitaires_state": {"E": 0.71, "I": 0.8}})");
  CHECK(content.document.figures.E == 0.71);
  const Finding finding = only(findings, "value_mismatch", "unitaires_state.E");
  CHECK(finding.severity == Severity::contradiction);
  CHECK(finding.message.find("0.7 ") != std::string::npos);
  CHECK(finding.message.find("0.71") != std::string::npos);
  CHECK(findings.size() == 1);
}

TEST_CASE("a state file cut off at any byte is a broken one", "[import]") {
  const std::size_t last = kState.rfind('}');
  for (std::size_t length = 0; length <= last; ++length) {
    CAPTURE(length);
    CHECK_FALSE(read_json(kState.substr(0, length)).content.broken.empty());
  }
  CHECK(read_json("").content.broken == "it is empty");
  CHECK(read_json("[1]").content.broken == "it is not a JSON object");
  CHECK(read_json(R"({"E": 0.7, "I")").content.broken == "its JSON is broken or ends early, after E");
  CHECK_FALSE(read_json(std::string(kState) + "  0.9]}").content.broken.empty());
  CHECK(read_json("\xEF\xBB\xBF" + std::string(kState)).content.broken.empty());
}

TEST_CASE("what later versions of the old monitor keep is named", "[import]") {
  const auto [content, findings] =
      read_json(R"({"E": 0.7, "pi_integral": 0.25, "regime": "stable", "rho_history": [1], "mystery": 1,
                    "unitaires_theta": {"C1": 2.0}})");
  CHECK(content.document.figures.integral == 0.25);
  CHECK(only(findings, "not_kept", "regime").severity == Severity::note);
  CHECK(only(findings, "not_kept", "rho_history").severity == Severity::note);
  CHECK(only(findings, "not_kept", "unitaires_theta.C1").severity == Severity::note);
  CHECK(only(findings, "unknown_field", "mystery").severity == Severity::note);
}

TEST_CASE("CSV is cut into rows with quotes, line ends and empty cells as they come", "[import]") {
  CsvReader reader("a, b ,\"c, \"\"d\"\"\ne\"\r\n\r\n,\nx");
  using Cells = std::vector<std::string>;
  CHECK(reader.next() == Cells{"a", "b", "c, \"d\"\ne"});
  CHECK(reader.next() == Cells{""});
  CHECK(reader.next() == Cells{"", ""});
  CHECK(reader.next() == Cells{"x"});
  CHECK_FALSE(reader.next());
}

TEST_CASE("a CSV export of the old monitor is taken over with its summary", "[import]") {
  const auto [content, findings] = read_csv(
      "update,timestamp,E,I,S,V,coherence,risk_score,decision,lambda1\r\n"
      "1,2025-11-24T12:00:00,0.702,0.809,0.1815,-0.0030000000000000027,0.6489500031499886,0.43,revise,\r\n"
      "2,,0.704465,0.8182770251349996,0.16448749997750006,-0.006090000000000005,0.6478685263507041,,approve,"
      "0.08\r\n"
      "\r\nSummary,,,,,,,,\r\nagent_id,ada,,,,,,,\r\ntotal_updates,12,,,,,,,\r\ntotal_time,1.2,,,,,,,\r\n"
      "lambda1_final,0.09,,,,,,,\r\n");
  CHECK(text_of(findings) == "");
  const Document& d = content.document;
  CHECK(d.agent_id == "ada");
  CHECK(d.figures.updates == 12u);
  CHECK(d.figures.time == 1.2);
  CHECK(d.figures.lambda1 == 0.09);
  CHECK(d.histories.rows() == 2);
  CHECK(d.histories.V[1] == -0.006090000000000005);
  CHECK_FALSE(is_known(d.histories.risk[1]));
  CHECK_FALSE(is_known(d.histories.lambda1[0]));
  CHECK(d.histories.lambda1[1] == 0.08);
  CHECK(d.histories.timestamp[1] == kUnknownTime);
  CHECK(d.histories.decision[1] == Decision::approve);
}

TEST_CASE("columns may come in any order, in any case of letters, with a suffix, or not at all", "[import]") {
  const auto [content, findings] = read_csv("V_history, risk ,Colour,E_HISTORY\n0.1,0.2,red,0.3\n");
  CHECK(content.document.histories.V == std::vector<double>{0.1});
  CHECK(content.document.histories.risk == std::vector<double>{0.2});
  CHECK(content.document.histories.E == std::vector<double>{0.3});
  CHECK(content.document.histories.decision.empty());
  CHECK(only(findings, "unknown_field", "Colour").severity == Severity::note);
}

TEST_CASE("a CSV with damaged cells or rows is a broken file", "[import]") {
  const auto why = [](std::string_view text) { return read_csv(text).content.broken; };
  CHECK(why("E\n0.7\n7\n") == "value 2 of E is 7; accepted: a number from 0 to 1");
  CHECK(why("E\nnan\n").find("value 1 of E is nan") !=
        std::string::npos);  // somebody computed it, and it is lost
  CHECK(why("E,I,S\n0.7,0.8,0.2\n0.71,0.8") == "row 2 has 2 cells of 3");
  CHECK(why("update,E\n1,0.7\n2,0.7\n2,0.71\n") == "update 2 comes after update 2");
  CHECK(why("E,e_history\n0.7,0.1\n").find("e_history is a second column") != std::string::npos);
  CHECK(why("E\n0.7\ntotal_updates,many\n") == "total_updates is many");
  CHECK(why("") == "it is empty");
  CHECK(why("name,colour\nx,red\n").find("names none of") != std::string::npos);

  const auto [content, findings] = read_csv("E,decision,timestamp\n,maybe,soon\nNone,,later\n");
  CHECK(content.broken.empty());
  CHECK(content.document.histories.rows() == 2);
  CHECK(only(findings, "unknown_value", "decision").severity == Severity::damaged);
  CHECK(only(findings, "unreadable_time", "timestamp").message.find("and 1 more") != std::string::npos);
  CHECK(findings.size() == 2);
}

TEST_CASE("figures that contradict each other are told, and which counts", "[import]") {
  const auto [content, findings] = read_json(
      R"({"unitaires_state": {"I": 0.9}, "I": 0.8, "total_time": 1, "time": 2, "update_count": 1})");
  CHECK(content.document.figures.I == 0.9);  // the engine's, also where it stands first
  CHECK(content.document.figures.time == 2.0);
  CHECK(only(findings, "value_mismatch", "I").message.find("0.9 is kept") != std::string::npos);
  CHECK(only(findings, "value_mismatch", "time").message.find("time is 2, and 1") != std::string::npos);
}

TEST_CASE("the name of an export says whose it is", "[import]") {
  CHECK(agent_in_file_name("ada_history_20251124_204828.csv") == "ada");
  CHECK(agent_in_file_name("ada_session_20251124.json") == "ada");
  CHECK(agent_in_file_name("ada_complete_package_20251124_204828.json") == "ada");
  CHECK(agent_in_file_name("ada_complete.json") == "ada");
  CHECK(agent_in_file_name("ada_history.csv") == "ada");
  CHECK(agent_in_file_name("ada_history_of_work.csv") == "ada_history_of_work");
  CHECK(agent_in_file_name("my.agent.csv") == "my.agent");
  CHECK(agent_in_file_name("_history_1.csv") == "_history_1");
}

}  // namespace
}  // namespace governor::ctl::legacy::test
