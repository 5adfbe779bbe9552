#include "daemon/tools/governance/tools.hpp"

#include <fmt/format.h>

#include <array>

#include "daemon/support/timestamp.hpp"
#include "daemon/tools/agents/agent_reference.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/governance/analysis_json.hpp"
#include "daemon/tools/governance/analysis_schemas.hpp"

namespace governor::daemon {
namespace {

constexpr std::string_view kPredictionId = "<agent id>/<number>, from process_agent_update";
/// Agents whose outcomes are added up in one go.
constexpr std::size_t kOutcomeSlice = 512;

constexpr std::array kSources{core::TruthSource::person, core::TruthSource::test,
                              core::TruthSource::exit_code};

class OutcomeCall final : public ToolCall {
 public:
  OutcomeCall(core::PredictionName name, core::TruthCommand command)
      : name_(std::move(name)), command_(std::move(command)) {}

  std::optional<core::Error> read(Store& store) {
    auto stored = store.load_prediction(name_.agent_id, name_.number);
    if (!stored) return std::move(stored.error());
    if (!*stored) return no_such_prediction();
    command_.prediction = (*stored)->prediction;
    command_.known = std::move((*stored)->truth);
    return std::nullopt;
  }

  Step run(CallContext& context) override {
    if (context.begins) return Load{{name_.agent_id}};
    if (!std::exchange(is_read_, true)) return Read{[this](Store& store) { return read(store); }};
    command_.agent_id = name_.agent_id;
    const auto outcome =
        context.state.record_outcome(context.caller, std::move(command_), context.now_us, context.changes);
    if (!outcome) return core::Error(outcome.error());
    const core::GroundTruth& truth = outcome->truth;
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.field("prediction_id", core::prediction_id(name_.agent_id, name_.number));
    json.field("agent_id", name_.agent_id).field("correct", truth.correct);
    json.field("source", core::to_string(truth.source)).field("confidence", truth.prediction.confidence);
    json.field("replaced", outcome->replaced).field("timestamp", iso_timestamp(truth.timestamp_us));
    json.end_object();
    return text;
  }

 private:
  [[nodiscard]] core::Error no_such_prediction() const {
    const std::string id = core::prediction_id(name_.agent_id, name_.number);
    core::Error error(core::ErrorCode::not_found, fmt::format("There is no update \"{}\".", id),
                      "Every process_agent_update returns its prediction_id; get_system_history has those of "
                      "earlier updates.");
    error.field = "prediction_id";
    error.given = id;
    return error;
  }

  core::PredictionName name_;
  core::TruthCommand command_;
  bool is_read_ = false;
};

constexpr Parameter kOutcomeParameters[] = {
    text("prediction_id", 160, "From process_agent_update").required(kPredictionId),
    flag("correct", "Whether what the agent did turned out right").required(),
    choice("source", "person test exit_code").required(),
    text("detail", 1024),
};

ParsedCall parse_outcome(Arguments& arguments, const ToolEnvironment&) {
  const std::string id = arguments.text("prediction_id").value_or("");
  core::TruthCommand command;
  command.correct = arguments.flag("correct");
  const std::string_view source = arguments.choice("source");
  for (const core::TruthSource one : kSources) {
    if (source == core::to_string(one)) command.source = one;
  }
  command.detail = arguments.text("detail").value_or("");
  auto name = core::parse_prediction_id(id);
  if (!name) {
    return core::invalid_argument("prediction_id", fmt::format("\"{}\"", id), std::string(kPredictionId));
  }
  return std::make_unique<OutcomeCall>(*std::move(name), std::move(command));
}

class CalibrationCall final : public AgentOrAllCall {
 public:
  using AgentOrAllCall::AgentOrAllCall;

  std::optional<core::Error> read(Store& store) {
    if (!agent()) return store.add_calibration(scan_, kOutcomeSlice);
    auto found = store.load_calibration(*agent(), scan_);
    if (!found) return std::move(found.error());
    return *found ? std::nullopt : std::optional(unknown_agent(*agent()));
  }

  Step run_in_scope(CallContext& context) override {
    if (std::exchange(is_read_, true)) return Answer(text(context.state.lessons()), depends());
    return Read{[this](Store& store) { return read(store); }, [this] { return !agent() && scan_.more; },
                depends()};
  }

 private:
  [[nodiscard]] std::string text(const core::FailureLessons& lessons) const {
    const core::Calibration& calibration = scan_.calibration;
    std::string text;
    JsonWriter json(text);
    write_scope(json.begin_object());
    json.field("predictions", scan_.predictions).field("with_outcome", calibration.count());
    json.field("waiting", scan_.predictions - calibration.count());
    write_optional(json, "ece", calibration.expected_error());
    write_optional(json, "brier", calibration.brier_score());
    json.key("bins").begin_array();
    for (std::size_t i = 0; i < core::kCalibrationBins; ++i) write_bin(json, i, calibration.bins[i]);
    json.end_array().key("calibrated");
    const auto calibrated = calibration.calibrated();
    calibrated ? json.value(*calibrated) : json.null();
    write_failures(json.key("failure_probability"), lessons);
    json.end_object();
    return text;
  }

  /// Of updates that were made from evidence: how far what governor said of failure came true.
  void write_failures(JsonWriter& json, const core::FailureLessons& lessons) const {
    const core::FailureCalibration& failures = scan_.failures;
    if (failures.count() == 0) {
      json.null();
      return;
    }
    json.begin_object().field("count", failures.count());
    write_measures(json, failures);
    write_measures(json.key("shipped").begin_object(), scan_.shipped);
    const core::Learning& learned = lessons.learning();
    json.end_object().key("learned").begin_object().field("outcomes", lessons.count());
    json.field("shift", learned.shift).field("scale", learned.scale).end_object();
    json.key("bins").begin_array();
    const auto width = 1.0 / static_cast<double>(core::FailureCalibration::kBins);
    for (std::size_t i = 0; i < core::FailureCalibration::kBins; ++i) {
      const core::FailureCalibration::Bin& bin = failures.bins()[i];
      if (bin.count == 0) continue;
      const auto count = static_cast<double>(bin.count);
      json.begin_object().field("lower", static_cast<double>(i) * width);
      json.field("count", bin.count).field("said", bin.probability / count);
      json.field("failed", static_cast<double>(bin.failed) / count).end_object();
    }
    json.end_array().end_object();
  }

  static void write_measures(JsonWriter& json, const core::FailureCalibration& failures) {
    write_optional(json, "auroc", failures.area_under_roc());
    write_optional(json, "ece", failures.expected_error());
    write_optional(json, "brier", failures.brier_score());
  }

  static void write_bin(JsonWriter& json, std::size_t index, const core::CalibrationSums& bin) {
    const auto known = [&](double (core::CalibrationSums::*figure)() const) {
      return bin.count == 0 ? std::nullopt : std::optional((bin.*figure)());
    };
    json.begin_object();
    json.field("lower", core::kCalibrationEdges[index]).field("upper", core::kCalibrationEdges[index + 1]);
    json.field("count", bin.count);
    write_optional(json, "accuracy", known(&core::CalibrationSums::accuracy));
    write_optional(json, "mean_confidence", known(&core::CalibrationSums::mean_confidence));
    write_optional(json, "calibration_error", known(&core::CalibrationSums::calibration_error));
    json.end_object();
  }

  bool is_read_ = false;
  CalibrationScan scan_;
};

constexpr Parameter kCalibrationParameters[] = {agent_id("Default: all agents")};

ParsedCall parse_calibration(Arguments& arguments, const ToolEnvironment&) {
  auto agent_id = arguments.agent_id();
  return std::make_unique<CalibrationCall>(std::move(agent_id));
}

}  // namespace

std::vector<Tool> calibration_tools() {
  return {
      {{"record_outcome", Effect::idempotent, kOutcomeParameters, parse_outcome},
       "governance",
       "Record an outcome",
       "Says of an earlier update whether what the agent did turned out right, as a person, a test or an "
       "exit code told.",
       kOutcomeOutput},
      {{"check_calibration", Effect::none, kCalibrationParameters, parse_calibration},
       "governance",
       "Check calibration",
       "How far confidence and outcomes agree, for one agent or all: bins of confidence, expected "
       "calibration error and Brier score over updates with an outcome, and how many still wait for one. The "
       "same of "
       "failure_probability, where updates were made from evidence.",
       kCalibrationOutput},
  };
}

}  // namespace governor::daemon
