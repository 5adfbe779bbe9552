// The reader itself: what it must take, and what it must not.
#include "tests/ctl/metrics/openmetrics.hpp"

#include "tests/support/catch.hpp"

using governor::test::OpenMetrics;

namespace {

const std::string kGood =
    "# TYPE requests counter\n"
    "# HELP requests How many \\\"there\\\" were.\\nAll.\n"
    "requests_total{of=\"a\\\"b\\\\c\\nd\",to=\"\"} 3\n"
    "requests_total{of=\"x\"} 1e+21\n"
    "# TYPE wait_seconds summary\n"
    "# UNIT wait_seconds seconds\n"
    "# HELP wait_seconds How long.\n"
    "wait_seconds{quantile=\"0.5\"} 0.25\n"
    "wait_seconds_count 7\n"
    "# TYPE state stateset\n"
    "# HELP state Which.\n"
    "state{state=\"on\"} 1\n"
    "state{state=\"off\"} 0\n";

}  // namespace

TEST_CASE("what the specification allows is read as it is meant", "[ctl]") {
  const auto read = OpenMetrics::read(kGood + "# EOF\n");
  REQUIRE(read.families.size() == 3);
  CHECK(read.families[0].help == "How many \"there\" were.\nAll.");
  CHECK(read.families[0].samples[0].labels.at("of") == "a\"b\\c\nd");
  CHECK(read.value("requests_total", {{"of", "x"}}) == 1e21);
  CHECK(read.find("wait_seconds")->unit == "seconds");
  CHECK(read.value("wait_seconds_count") == 7);
  CHECK(OpenMetrics::read("# EOF\n").families.empty());
}

TEST_CASE("what the specification forbids is not taken", "[ctl]") {
  const std::string gauge = "# TYPE a gauge\n# HELP a Of a.\n";
  const std::string counter = "# TYPE a counter\n# HELP a Of a.\n";
  const std::string info = "# TYPE a info\n# HELP a Of a.\n";
  const std::string states = "# TYPE a stateset\n# HELP a Of a.\n";
  const std::string summary = "# TYPE a summary\n# HELP a Of a.\n";
  const std::vector<std::string> forbidden{
      std::string(),
      std::string("# EOF"),
      kGood,
      kGood + "# EOF\n\n",
      kGood + "\n# EOF\n",
      kGood + "# a comment\n# EOF\n",
      kGood + "# EOF\nrequests_total 3\n",
      kGood + "requests_total{of=\"late\"} 3\n# EOF\n",  // of a family that is over
      kGood + "# HELP requests Again.\n# EOF\n",
      gauge + "# EOF\n",  // nothing in it
      "# TYPE a gauge\na 1\n# EOF\n",
      "a 1\n# EOF\n",
      gauge + "# HELP a Twice.\na 1\n# EOF\n",
      gauge + "a 1\n# UNIT a a\n# EOF\n",
      "# UNIT a seconds\n" + gauge + "a 1\n# EOF\n",
      "# TYPE a thing\n# HELP a Of a.\na 1\n# EOF\n",
      "# TYPE 1a gauge\n# HELP 1a Of a.\n1a 1\n# EOF\n",
      gauge + "a 1\na 2\n# EOF\n",
      gauge + "a{x=\"1\"} 1\na{x=\"1\"} 2\n# EOF\n",
      gauge + "a_total 1\n# EOF\n",
      gauge + "a  1\n# EOF\n",
      gauge + "a one\n# EOF\n",
      gauge + "a 0x1\n# EOF\n",
      gauge + "a nan\n# EOF\n",
      gauge + "a 1 \n# EOF\n",
      gauge + "a\n# EOF\n",
      gauge + "a{} 1\n# EOF\n",
      gauge + "a{x=1} 1\n# EOF\n",
      gauge + "a{x=\"1\" y=\"2\"} 1\n# EOF\n",
      gauge + "a{x=\"1\",} 1\n# EOF\n",
      gauge + "a{x=\"1\",x=\"2\"} 1\n# EOF\n",
      gauge + "a{__x=\"1\"} 1\n# EOF\n",
      gauge + "a{x=\"\\t\"} 1\n# EOF\n",
      gauge + "a{x=\"1} 1\n# EOF\n",
      counter + "a 1\n# EOF\n",
      counter + "a_total -1\n# EOF\n",
      counter + "a_total NaN\n# EOF\n",
      info + "a_info 2\n# EOF\n",
      states + "a{a=\"x\"} 0.5\n# EOF\n",
      states + "a{b=\"x\"} 1\n# EOF\n",
      summary + "a 1\n# EOF\n",
      summary + "a{quantile=\"2.0\"} 1\n# EOF\n",
      summary + "a{quantile=\"1\"} 1\n# EOF\n",
      counter + "a_total 1\n# TYPE a_total gauge\n# HELP a_total Of a.\na_total 1\n# EOF\n",
      std::string("# TYPE a_total gauge\n# HELP a_total Of a.\na_total 1\n# EOF\n"),
      std::string("# TYPE a gauge\n# HELP a A \"word\".\na 1\n# EOF\n")};
  for (const std::string& text : forbidden) {
    INFO(text);
    CHECK_THROWS_AS(OpenMetrics::read(text), std::runtime_error);
  }
}
