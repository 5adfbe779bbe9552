#include "core/evidence_rules.hpp"

#include <initializer_list>

namespace governor::core {
namespace {

std::vector<CommandPattern> patterns(std::initializer_list<std::string_view> texts) {
  std::vector<CommandPattern> parsed;
  for (const std::string_view text : texts) parsed.push_back(*CommandPattern::parse(text));
  return parsed;
}

std::vector<RiskRule> default_risks() {
  return {
      {"recursive_deletion", Severity::high,
       "Delete by name what you have made yourself, or ask the person first.",
       patterns(
           {("rm -r|-R|--recursive "
             "other-than:build|_build|build-*|cmake-build-*|dist|out|target|obj|node_modules|"
             "__pycache__|*.pyc|.pytest_cache|.mypy_cache|.ruff_cache|.tox|.venv|venv|.cache|.turbo|coverage|"
             "htmlcov|*.egg-info|.next|.gradle|tmp|tmp.*|$()"),
            "xargs -r|-R|--recursive rm", "find -delete without:-name|-iname|-path|-regex",
            "find -exec rm without:-name|-iname|-path|-regex",
            "git clean -f|--force -d|-x|-X without:-n|--dry-run"})},
      {"force_push", Severity::high,
       "Push without force, to a branch of your own; ask the person before history that others have is "
       "replaced.",
       patterns({"git push -f|--force|--force=*|--force-with-lease|--force-with-lease=*|+*|--mirror"})},
      {"history_rewrite", Severity::high, "Make a new commit instead, or ask the person first.",
       patterns({"git filter-branch", "git filter-repo", "git push --delete|-d|:*",
                 "git branch -D|-M|-f|--force main|master|develop|trunk|release*",
                 "git update-ref refs/heads/*", "git reflog expire|delete"})},
      {"open_permissions", Severity::medium,
       "Give the right that is needed to whom it is needed, such as chmod u+x.",
       patterns({"chmod 777|0777|a+rwx|a=rwx|ugo+rwx|ugo=rwx|o+w|a+w|666|0666"})},
      {"download_into_shell", Severity::high, "Download to a file, read it, and ask before it is run.",
       patterns({"curl|wget|fetch | sh|bash|zsh|dash|ksh", "curl|wget|fetch | python*|perl|ruby|node -",
                 "curl|wget|fetch <( sh|bash|zsh|dash|ksh|eval|source|.|python*|perl|ruby|node"})},
      {"superuser", Severity::medium, "Ask the person to run what needs another user's rights.",
       patterns({"sudo|doas|pkexec|su"})},
      {"credentials", Severity::high,
       "Ask the person for what you need to know; secrets stay where they are.",
       patterns({"cat|less|more|head|tail|grep|rg|sed|awk|cp|mv|scp|rsync|curl|base64|xxd|strings|source|. "
                 "*/.ssh/id_*|~/.ssh/id_*|.ssh/id_*|*/.aws/credentials|*/.netrc|.netrc|*/.pgpass|*/.npmrc|"
                 "*/.pypirc|*/.docker/config.json|*/.kube/config|*/.config/gh/hosts.yml|*/.git-credentials|"
                 "*/.claude/.credentials.json|/etc/shadow without:*.pub",
                 "cat|less|more|head|tail|grep|rg|sed|awk|scp|curl|base64|xxd|strings|source|. "
                 ".env|*/.env|.env.local|*/.env.local|.env.prod*|*/.env.prod*|*.pem|*.p12|*.pfx"})},
      {"checks_switched_off", Severity::high, "Leave hooks and tests on; say what fails and why.",
       patterns({"git commit|merge|push|rebase|cherry-pick|am --no-verify|--no-ver*", "git commit -n",
                 "git config core.hooksPath|core.hookspath without:--get|--get-all",
                 "git core.hooksPath=*|core.hookspath=*",
                 "git|export HUSKY=0|HUSKY_SKIP_HOOKS=*|SKIP=*|LEFTHOOK=0",
                 "mvn|mvnw|gradle|gradlew -DskipTests*|-Dmaven.test.skip*",
                 "pre-commit|husky|lefthook uninstall",
                 "rm|mv|chmod */.git/hooks/*|.git/hooks/*|*.claude/settings*.json", "governorctl stop",
                 "governorctl install --uninstall"})},
      {"disk_overwrite", Severity::high, "Nothing but a person writes to devices.",
       patterns({"mkfs*|shred|wipefs", "dd of=/dev/* without:of=/dev/null",
                 "* >/dev/sd*|>/dev/hd*|>/dev/vd*|>/dev/xvd*|>/dev/nvme*|>/dev/mmcblk*|>/dev/disk*|"
                 ">/dev/rdisk*|>/dev/mapper/*|>/dev/dm-*|>/dev/md*|>/dev/loop*|>/dev/mem|>/dev/kmem",
                 "tee /dev/sd*|/dev/hd*|/dev/vd*|/dev/xvd*|/dev/nvme*|/dev/mmcblk*|/dev/disk*|/dev/rdisk*|"
                 "/dev/mapper/*|/dev/dm-*|/dev/md*|/dev/loop*|/dev/mem|/dev/kmem"})},
  };
}

std::vector<TestRule> default_tests() {
  return {
      {"pytest", patterns({"pytest|py.test without:--version|--collect-only|--co", "python* -m pytest"})},
      {"unittest", patterns({"python* -m unittest", "python* manage.py|*/manage.py test", "manage.py test",
                             "python* runtests.py|*/runtests.py", "runtests.py", "tox|nox|nose2|nosetests",
                             "python* bin/test|*/bin/test", "python* test_*.py|*/test_*.py"})},
      {"ctest", patterns({"ctest without:-N|--show-only|--show-only=*", "cmake --target|-t test|check"})},
      {"go", patterns({"go test"})},
      {"cargo", patterns({"cargo test|t|nextest without:--no-run"})},
      {"jest", patterns({"jest"})},
      {"vitest", patterns({"vitest"})},
      {"mocha", patterns({"mocha|ava|tap"})},
      {"node", patterns({"node --test"})},
      {"npm", patterns({"npm|pnpm|yarn|bun test|t|tst", "npm|pnpm|yarn|bun run|run-script test|test:*",
                        "npm|pnpm|yarn --prefix|-w|--workspace|-C|workspace test"})},
      {"maven", patterns({"mvn|mvnw test|verify|surefire:test"})},
      {"gradle", patterns({"gradle|gradlew test|check", "gradle|gradlew *:test|*:check"})},
      {"make", patterns({"make|gmake|ninja test|check|tests without:-n|--dry-run",
                         "make|gmake|ninja -C test|check|tests", "rake|just|task test"})},
      {"rspec", patterns({"rspec"})},
      {"phpunit", patterns({"phpunit"})},
      {"dotnet", patterns({"dotnet test"})},
  };
}

}  // namespace

const EvidenceRules& EvidenceRules::defaults() {
  static const EvidenceRules kRules{default_risks(), default_tests()};
  return kRules;
}

}  // namespace governor::core
