"""What a code host is told to run exists, is pinned, and covers the versions that we state."""

import re
import tomllib

import pytest
import yaml

from tests.conftest import ROOT

TEXT = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
# Plain strings alone: YAML would read the key `on` as true.
WORKFLOW = yaml.load(TEXT, yaml.BaseLoader)
JOBS = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def installs(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "pip install" in step.get("run", "")]


def test_every_target_of_make_that_it_calls_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = [step["run"].split()[1:] for step in STEPS if step.get("run", "").startswith("make ")]
    assert called == [["check", "build"], ["test"]] * len(JOBS)
    for target in {target for targets in called for target in targets}:
        assert f"\n{target}: " in makefile


def test_every_other_command_is_an_installation_into_the_environment_that_make_made():
    others = [step["run"] for step in STEPS if not step.get("run", "make ").startswith("make ")]
    assert len(others) == len(JOBS)
    assert all(command.startswith(".venv/bin/pip install ") for command in others)


def test_the_versions_are_the_oldest_that_we_state_the_pinned_and_the_newest():
    matrix = JOBS["released"]["strategy"]["matrix"]
    given = {entry["torch"]: entry["install"] for entry in matrix["include"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [stated] = [what for what in project["dependencies"] if what.startswith("torch")]
    assert list(given) == matrix["torch"]
    assert given["oldest"].removesuffix(".0") == stated.replace(">=", "==").removesuffix(".0")
    assert given["pinned"] == "--constraint constraints.txt torch"
    assert given["newest"] == "--upgrade torch"
    assert installs(JOBS["released"]) == [".venv/bin/pip install ${{ matrix.install }}"]


def test_the_nightly_build_is_run_once_a_week():
    [entry] = WORKFLOW["on"]["schedule"]
    minute, hour, *others = entry["cron"].split()
    assert minute.isdigit()
    assert hour.isdigit()
    assert others == ["*", "*", "1"]
    assert JOBS["nightly"]["if"] == "github.event_name == 'schedule'"
    assert installs(JOBS["nightly"]) == [".venv/bin/pip install --upgrade --pre torch"]


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_each_job_runs_on_linux_and_on_a_mac_with_an_arm_processor(job):
    assert job["runs-on"] == "${{ matrix.machine }}"
    assert job["strategy"]["matrix"]["machine"] == ["ubuntu-24.04", "macos-15"]


def test_only_the_pinned_version_on_linux_is_compared_exactly():
    released, nightly = (
        step["env"]["PYTEST_ADDOPTS"] for step in STEPS if step.get("run") == "make test"
    )
    other = "matrix.torch != 'pinned' || runner.os != 'Linux'"
    assert released == f"${{{{ ({other}) && '--page-ulps=1' || '' }}}}"
    assert nightly == "--page-ulps=1"


def test_every_action_is_pinned_to_a_commit_and_names_its_version():
    used = re.findall(r"uses: (.*)", TEXT)
    assert len(used) == 2 * len(JOBS)
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_no_host_is_named_and_nothing_may_be_written():
    assert "://" not in TEXT
    assert WORKFLOW["permissions"] == {"contents": "read"}
