// Which branches of a repository will not merge.
#include <algorithm>
#include <utility>

#include "daemon/branches/merge_predictor.hpp"
#include "daemon/tools/argument_limits.hpp"
#include "daemon/tools/arguments.hpp"
#include "daemon/tools/coordination/path_reference.hpp"
#include "daemon/tools/coordination/tools.hpp"

namespace governor::daemon {
namespace {

/// Below the limit of work on files: what is known by then is answered.
constexpr std::chrono::seconds kPredictPatience{20};
constexpr std::size_t kMaxBranchBytes = 1024;

constexpr std::string_view kPredictOutput =
    R"({"type":"object","properties":{"repository":{"type":"string"},)"
    R"("branches":{"type":"array","items":{"type":"object","properties":{"branch":{"type":"string"},"worktree":{"type":"string"},)"
    R"("uncommitted":{"type":"boolean"},"agents":{"type":"array","items":{"type":"string"}}}}},)"
    R"("conflicts":{"type":"array","items":{"type":"object","properties":{"branches":{"type":"array","items":{"type":"string"}},)"
    R"("files":{"type":"array","items":{"type":"string"}},"file_count":{"type":"integer"}},"required":["branches","files"]}},)"
    R"("clean":{"type":"integer"},"unknown":{"type":"array","items":{"type":"object"}},"omitted":{"type":"integer"},)"
    R"("complete":{"type":"boolean"}},"required":["repository","branches","conflicts","clean","unknown","complete"]})";

class PredictCall final : public ToolCall {
 public:
  PredictCall(MergePredictor* merges, std::string repository, std::vector<std::string> branches)
      : merges_(merges), repository_(std::move(repository)), branches_(std::move(branches)) {}

  Step run(CallContext& context) override {
    if (merges_ == nullptr) {
      return core::Error(core::ErrorCode::internal_error, "This daemon cannot ask git.",
                         "Start it as governord.");
    }
    if (!prediction_) {
      if (auto error = find_directory(context)) return *std::move(error);
      Work work{[this](FileServices&) {
        prediction_.emplace(merges_->predict(directory_, branches_, ipc::Deadline::after(kPredictPatience)));
      }};
      work.lane = kGitLane;
      return work;
    }
    if (!*prediction_) return core::Error(prediction_->error());
    return Answer(answer(context.state), Depends::nothing);
  }

 private:
  std::optional<core::Error> find_directory(const CallContext& context) {
    const std::string own = working_directory(context);
    directory_ = repository_.empty()            ? own
                 : repository_.starts_with('/') ? repository_
                                                : own + '/' + repository_;
    if (directory_.starts_with('/')) return std::nullopt;
    core::Error error = core::invalid_argument("repository", repository_, "an absolute path");
    error.hint = "The directory of this session is not known.";
    return error;
  }

  [[nodiscard]] std::string answer(const core::State& state) const {
    const MergePrediction& prediction = **prediction_;
    std::string text;
    JsonWriter json(text);
    json.begin_object().field("repository", prediction.repository);
    write_branches(json, state);
    json.key("conflicts").begin_array();
    std::size_t clean = 0;
    std::size_t unknown = 0;
    for (const PairPrediction& pair : prediction.pairs) {
      clean += pair.outcome == MergeOutcome::clean ? 1U : 0U;
      unknown += pair.outcome == MergeOutcome::unknown ? 1U : 0U;
      if (pair.outcome != MergeOutcome::conflict) continue;
      write_pair(json, pair);
      json.key("files").begin_array();
      for (const std::string& file : pair.files) json.value(file);
      json.end_array().field("file_count", static_cast<std::uint64_t>(pair.file_count)).end_object();
    }
    json.end_array().field("clean", static_cast<std::uint64_t>(clean)).key("unknown").begin_array();
    for (const PairPrediction& pair : prediction.pairs) {
      if (pair.outcome != MergeOutcome::unknown) continue;
      write_pair(json, pair);
      json.field("reason", pair.why).end_object();
    }
    json.end_array();
    if (prediction.omitted != 0) json.field("omitted", static_cast<std::uint64_t>(prediction.omitted));
    json.field("complete", unknown == 0 && prediction.omitted == 0).end_object();
    return text;
  }

  void write_branches(JsonWriter& json, const core::State& state) const {
    std::vector<core::Worktree> worktrees;
    for (const LiveBranch& branch : (*prediction_)->branches)
      worktrees.push_back({branch.worktree, branch.name});
    json.key("branches").begin_array();
    for (const LiveBranch& branch : (*prediction_)->branches) {
      json.begin_object();
      if (!branch.name.empty()) json.field("branch", branch.name);
      if (!branch.worktree.empty()) json.field("worktree", branch.worktree);
      json.field("uncommitted", branch.uncommitted).key("agents").begin_array();
      for (const std::string& agent : state.who_works_in(branch.worktree, worktrees)) json.value(agent);
      json.end_array().end_object();
    }
    json.end_array();
  }

  /// Begins an object.
  void write_pair(JsonWriter& json, const PairPrediction& pair) const {
    const auto& branches = (*prediction_)->branches;
    json.begin_object().key("branches").begin_array();
    json.value(branches[pair.first].text()).value(branches[pair.second].text()).end_array();
  }

  MergePredictor* merges_;
  std::string repository_;
  std::vector<std::string> branches_;
  std::string directory_;
  std::optional<core::Result<MergePrediction>> prediction_;
};

constexpr Parameter kPredictParameters[] = {
    path("repository", "A directory in it; left out: yours"),
    texts("branches", MergePrediction::kMostBranches, kMaxBranchBytes, "Left out: those of its worktrees"),
};

ParsedCall parse_predict(Arguments& arguments, const ToolEnvironment& environment) {
  std::string repository = arguments.text("repository").value_or("");
  auto branches = arguments.texts("branches");
  return std::make_unique<PredictCall>(environment.merges, std::move(repository),
                                       std::move(branches).value_or(std::vector<std::string>()));
}

}  // namespace

Tool predict_conflicts_tool() {
  return {
      {"predict_conflicts", Effect::none, kPredictParameters, parse_predict},
      "coordination",
      "Predict merge conflicts",
      "Says which branches of a repository's worktrees will not merge, with what is not committed yet, in "
      "which files, and who works on them. Changes nothing.",
      kPredictOutput};
}

}  // namespace governor::daemon
