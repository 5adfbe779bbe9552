#pragma once

namespace governor::daemon {

/// With each outcome, what had been said of failure: the probability in millionths, and the shipped model's
/// log-odds; NULL: nothing. So outcomes teach whether or not the evidence is still there.
inline constexpr const char* kLearningSchema = R"sql(
ALTER TABLE outcome ADD COLUMN failure_said INTEGER;
ALTER TABLE outcome ADD COLUMN failure_log_odds REAL;
UPDATE outcome SET
  failure_said = (SELECT second FROM evidence WHERE kind = 10 AND evidence.agent = outcome.agent
                  AND first = number ORDER BY key DESC LIMIT 1),
  failure_log_odds = (SELECT CAST(substr(detail, 10) AS REAL) FROM evidence WHERE kind = 10
                      AND evidence.agent = outcome.agent AND first = number AND detail LIKE '1 ______ %'
                      ORDER BY key DESC LIMIT 1);
CREATE INDEX outcome_teaches ON outcome(timestamp_us, history) WHERE failure_log_odds IS NOT NULL;
)sql";

}  // namespace governor::daemon
