"""A secret goes in once, by sendevent and jil, reaches its job, and is seen nowhere else."""

import re
from pathlib import Path

from tests.instance import LiveInstance

TOP = "topsecret1"
"""The global."""
ENV = "topsecret2"
"""The variable."""


def test_a_secret_is_nowhere_but_in_its_job(tmp_path: Path) -> None:
    live = LiveInstance(tmp_path / "instance", "RunAsOwner=never\nSecretNames=PIN,*_TOKEN\n")
    try:
        shown = tour(live, tmp_path)
    finally:
        live.close()
    for what, text in shown.items():
        assert TOP not in text and ENV not in text, f"{what}: {text}"
    assert shown["autostatus"] == "********\n"
    assert "GLOBAL: PIN = ********" in shown["log"]
    assert "PIN=********" in shown["audit"]
    assert 'envvars: A=1,MY_TOKEN="********",P=$$PIN' in shown["autorep -q"]
    assert (tmp_path / "seen").read_text() == f"{ENV} {TOP}\n"
    # the store has it, and only its owner may read that
    store = live.folder / "ACE.db"
    assert store.stat().st_mode & 0o777 == 0o600


def tour(live: LiveInstance, folder: Path) -> dict[str, str]:
    live.jil(f"""
        insert_job: j  machine: localhost  condition: v(PIN) = "x" | v(PIN) != "x"
        envvars: A=1,MY_TOKEN="{ENV}",P=$$PIN
        command: echo $MY_TOKEN $P > {folder}/seen; tr '\\0' ' ' < /proc/$$/cmdline; cat /proc/$PPID/cmdline; true
        """)
    live.send("-usr", "joe", "-pw", TOP, "-E", "SET_GLOBAL", "-G", f"PIN={TOP}")
    live.start_scheduler()
    live.send("-E", "FORCE_STARTJOB", "-J", "j")
    live.wait_for_status("j", "SUCCESS")
    shown = {
        "autostatus": live.run("autostatus", "-G", "PIN").stdout,
        "autorep": live.run("autorep", "-G", "ALL").stdout,
        "autorep json": live.run("autorep", "-G", "ALL", "--format", "json").stdout,
        "autorep -q": live.run("autorep", "-J", "j", "-q").stdout,
        "autorep -d": live.run("autorep", "-J", "j", "-d").stdout,
        "job_depends": live.run("job_depends", "-c", "-J", "j").stdout,
        "why": live.run("autosys", "why", "j").stdout,
        "preview": live.run("sendevent", "-E", "FORCE_STARTJOB", "-J", "j", "--preview").stdout,
        "audit": live.run("autosys", "audit").stdout,
        "audit json": live.run("autosys", "audit", "--format", "json").stdout,
        "autotrack": live.run("autotrack", "-v").stdout,
        "simulate": live.run(
            "autosys", "simulate", "--from", "01/01/2027 00:00", "--to", "01/02/2027 00:00", "--script",
            str(script(folder)),
        ).stdout,
    }  # fmt: skip
    again = shown["autorep -q"].replace("insert_job", "update_job")
    shown["jil"] = live.jil(again)  # what was shown may be fed back
    live.send("-E", "FORCE_STARTJOB", "-J", "j")
    live.wait_for(lambda: live.log.count("SUCCESS ") == 2, "the second run")
    live.stop_scheduler()
    live.run("archive_events", "-n", "0", "-l", "0", "-A")
    shown["log"] = live.log
    for file in (*(live.folder / "archive").iterdir(), *(live.folder / "run").rglob("*")):
        if file.is_file():
            shown[str(file)] = file.read_text()
    assert len(re.findall("archived_", " ".join(shown))) >= 2
    return shown


def script(folder: Path) -> Path:
    file = folder / "script"
    file.write_text(f"at +1m sendevent -E SET_GLOBAL -G PIN={TOP}\n")
    return file


def test_a_mask_without_a_value_behind_it_is_refused(tmp_path: Path) -> None:
    live = LiveInstance(tmp_path / "instance", "SecretNames=*_TOKEN\n")
    text = "insert_job: j  machine: localhost  command: true\nenvvars: MY_TOKEN=********\n"
    done = live.run("jil", text=text, check=False)
    assert done.returncode == 1
    assert "envvars: ******** stands for the value that MY_TOKEN has, and it has none; give one" in done.stderr


def test_files_are_for_their_owner_alone(tmp_path: Path, umask: int = 0) -> None:
    """Also where the folder was made by somebody generous."""
    live = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    live.folder.chmod(0o755)
    live.run("sh", "-c", f"umask {umask:03o}; printf 'insert_job: j  machine: localhost  command: umask\\n' | jil")
    try:
        live.run("sh", "-c", f"umask {umask:03o}; eventor -q --exit-when-idle 0.2")
        live.send("-E", "STARTJOB", "-J", "j")
        live.run("sh", "-c", f"umask {umask:03o}; eventor -q --exit-when-idle 0.2")
        live.run("sh", "-c", f"umask {umask:03o}; autosys backup {live.folder}/backup; archive_events -n 0 -A")
    finally:
        live.close()
    open_to_others = {
        str(each.relative_to(live.folder)): oct(each.stat().st_mode & 0o777)
        for each in live.folder.rglob("*")
        if each.stat().st_mode & 0o077 and each.name != "config.ACE"
    }
    assert not open_to_others
    [out] = (live.folder / "run").rglob("out")
    assert int(out.read_text(), 8) == umask  # the job has its own
