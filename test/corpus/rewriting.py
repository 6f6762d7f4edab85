"""Sends files through the real `linkgate rewrite --jsonl` and notes which of them it does not survive."""
import concurrent.futures
import json
import os
import subprocess

from harness.process import ROOT, program

BATCH = 100          # mails of one process
SECONDS_EACH = 20    # of one mail at the most, sanitizers included
CONFIG = """
[linkgate]
data = "{folder}/data"
[click]
origin = "{origin}"
"""
SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tools/lsan.supp:print_suppressions=0",
}


class Rewriting:
    """An installation that nothing runs on: keys and policies are all that rewriting needs."""

    ORIGIN = "https://links.corp.test"

    def __init__(self, folder, jobs):
        self.config = folder / "linkgate.toml"
        self.config.write_text(CONFIG.format(folder=folder, origin=self.ORIGIN))
        self.jobs = jobs
        self.command(["keys", "rotate", "--wait", "0"])

    def command(self, arguments, stdin="", seconds=600):
        done = subprocess.run([program("linkgate"), *arguments, "--config", str(self.config)], input=stdin,
                              capture_output=True, text=True, timeout=seconds, env={**os.environ, **SANITIZERS})
        if done.returncode != 0:
            raise AssertionError(f"linkgate {' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-4000:]}")
        return done.stdout

    def ask(self, arguments, objects):
        """One answer for each object, of a command with --jsonl."""
        if not objects:
            return []
        lines = "".join(json.dumps(o) + "\n" for o in objects)
        return [json.loads(line) for line in self.command([*arguments, "--jsonl"], lines).splitlines()]

    def rewrite(self, mails, numbers, source, to, options):
        """Answers by number: {"links",...}, {"refused"} or {"broken"} for crashes, sanitizer reports and hanging."""
        (mails.folder / to).mkdir(exist_ok=True)
        batches = [numbers[i:i + BATCH] for i in range(0, len(numbers), BATCH)]
        answers = {}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for part in pool.map(lambda batch: self._batch(mails, batch, source, to, options), batches):
                answers.update(part)
        return answers

    def _batch(self, mails, batch, source, to, options):
        answers, left = {}, list(batch)
        while left:
            lines, trouble = self._run(mails, left, source, to, options)
            for number, line in zip(left, lines):
                answers[number] = {"broken": line["error"]} if "error" in line else line
            done, left = left[:len(lines)], left[len(lines):]
            if trouble and left:
                # The mail after the last answer ended the process; the others get a new one.
                answers[left[0]] = {"broken": trouble}
                left = left[1:]
            elif trouble:
                answers[done[-1]] = {"broken": "after the last answer: " + trouble}
        return answers

    def _run(self, mails, numbers, source, to, options):
        lines = "".join(json.dumps({"file": str(mails.path(source, n)), "to": str(mails.path(to, n))}) + "\n" for n in numbers)
        process = subprocess.Popen([program("linkgate"), "rewrite", "--jsonl", *options, "--config", str(self.config)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, **SANITIZERS})
        try:
            out, err = process.communicate(lines, timeout=SECONDS_EACH * len(numbers))
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err = "hangs\n" + err
        answers = [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]
        ended = process.returncode not in (0, 2) or len(answers) < len(numbers) or "Sanitizer" in err or "runtime error" in err
        return answers, (f"exit {process.returncode}: {err[-2000:]}" if ended else "")
