"""Exposes runs to failures of the real world: kills, full disks, flipped bits. Prints a table and exits with 1 if
anything was lost or changed.

usage: torture.py QKLAB [--quick] [CASE ...]

tried: the number of attempts. survived: the program ended correctly, and the files that it left were usable. lost:
committed trials that disappeared without a message. changed: trials whose numbers differ, without an error, from
those of an undisturbed run.
"""
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from slips import damage

# A shell makes its background jobs ignore Ctrl-C, and the runs started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QKLAB = str(pathlib.Path(sys.argv[1]).resolve())
QUICK = "--quick" in sys.argv
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="qklab-torture-"))
CONFIG = FOLDER / "sweep.yaml"
CONFIG.write_text("""
name: tortured
experiment: localization
params: {dim: 32, length: 16, samples: 3000}
sweep: {mean: [-0.5, 0, 0.5], variance: {logspace: [0.01, 10, 10]}, attention: [piecewise, softmax]}
seeds: 10
""")
TRIALS = 600
BUSY = 75  # the exit code where another process is writing the directory


class Count:
    def __init__(self):
        self.tried = self.survived = self.lost = self.changed = 0
        self.note = ""


def often(n):
    return max(2, n // 10) if QUICK else n


def qklab(*arguments, cwd=FOLDER, timeout=120, **options):
    return subprocess.run([QKLAB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          errors="backslashreplace", timeout=timeout, stdin=subprocess.DEVNULL, **options)


def start(out, *arguments, **options):
    return subprocess.Popen([QKLAB, "run", CONFIG, "--out", out, "-j", "2", *arguments], cwd=FOLDER,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def table(out):
    """The lines of both tables, by trial."""
    trials = {}
    for name in ("trials.csv", "series.csv"):
        for line in (pathlib.Path(FOLDER) / out / name).read_text().splitlines()[1:]:
            trials.setdefault(line.split(",", 1)[0], []).append(line)
    return trials


def committed(out):
    """The number of trials that status reports, or 0 if there is none yet."""
    done = qklab("status", out)
    return int(done.stdout.split(": ")[1].split(" done")[0]) if done.returncode == 0 else 0


REFERENCE = {}


def compare(count, out, complete=True):
    found = table(out)
    count.changed += sum(found[trial] != REFERENCE.get(trial) for trial in found)
    if complete:
        count.lost += len(REFERENCE.keys() - found.keys())


def finish(count, out):
    """Runs the rest of the sweep and compares."""
    done = qklab("run", CONFIG, "--out", out)
    if done.returncode == 0 and "Sanitizer" not in done.stderr:
        compare(count, out)
        return True
    count.note = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
    return False


def interrupted(count, out, times, interrupt, codes):
    choose = random.Random(out)
    kept = 0
    while count.tried < times:
        process = start(out)
        time.sleep(choose.uniform(0.01, 0.25))
        was_running = process.poll() is None
        if was_running:
            interrupt(process)
        code = process.wait(timeout=30)
        now = committed(out)
        count.lost += max(0, kept - now)
        kept = now
        if was_running:
            count.tried += 1
            count.survived += code in codes
        if now == TRIALS:  # start again with an empty directory
            qklab("export", out)
            compare(count, out)
            shutil.rmtree(FOLDER / out)
            kept = 0
    if not finish(count, out):
        count.survived -= 1


def case_kill_9(count):
    interrupted(count, "killed", often(100), lambda p: p.kill(), {-signal.SIGKILL, 0})


def case_signals(count):
    signals = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU]
    choose = random.Random(1)
    interrupted(count, "signals", often(40), lambda p: p.send_signal(
        choose.choice(signals)),
                # Before the program begins to work, a signal may end it with the default action.
                {130, 0, *(-each for each in signals)})


def case_closed_pipe(count):
    for number in range(often(10)):
        count.tried += 1
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.Popen([QKLAB, "run", CONFIG, "--out", f"pipe-{number}", "seeds=1"], cwd=FOLDER,
                                   stdout=writer, stderr=writer)
        os.close(writer)
        process.wait(timeout=60)
        count.survived += process.returncode == 0
        compare(count, f"pipe-{number}", complete=False)


def mounted(options):
    folder = FOLDER / "disk"
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True)
    return folder if done.returncode == 0 else None


def case_full_disk(count):
    for number in range(often(20)):
        disk = mounted(f"size={150 + 40 * number}k")
        if disk is None:
            count.note = "skipped: mounting needs root"
            return
        try:
            count.tried += 1
            done = qklab("run", CONFIG, "--out", disk / "out")
            good = done.returncode == 0 or (done.returncode == 1 and
                                            ("full" in done.stderr or "No space left" in done.stderr))
            before = committed(disk / "out") if (disk / "out/run.db").exists() else 0
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            now = committed(disk / "out")
            count.lost += max(0, before - now)
            if not good:
                count.note = done.stderr.strip()[-200:]
            count.survived += finish(count, disk / "out") and good
        finally:
            subprocess.run(["umount", disk], check=True)


DRAWN = """
name: drawn
experiment: localization
params: {dim: 32, length: 16, samples: 300}
sweep: {mean: [-0.5, 0, 0.5], variance: {logspace: [0.01, 10, 10]}}
seeds: 2
"""
FIGURES = """
figures:
  - {name: curves, x: position, y: support, color: variance, facet: mean}
  - {name: entropies, x: variance, y: entropy, color: mean, log: x}
claims:
  - {id: some, text: There is some entropy., test: bound, metric: entropy, at_least: 0}
"""


class Drawing:
    """A config with figures, and the files that an undisturbed run of it leaves."""

    def __init__(self):
        self.plain, self.config = FOLDER / "plain.yaml", FOLDER / "drawn.yaml"
        self.plain.write_text(DRAWN)
        self.config.write_text(DRAWN + FIGURES)
        for config in (self.plain, self.config):
            done = qklab("run", config, "--out", "drawing")
            assert done.returncode == 0, done.stderr
            if config == self.plain:
                self.earlier = self.derived("drawing")  # the verdicts of a config without claims
        self.trials, self.files = table("drawing"), self.derived("drawing")

    @staticmethod
    def derived(out):
        """The contents of figures and verdicts, by name, without what was seen before: that is a directory's own."""
        folder = FOLDER / out
        paths = [*folder.glob("figures/*"), *folder.glob("figures/.*"), *folder.glob("claims.json*")]
        seen = re.compile(rb'"(added_after_looking|after_results)": \w+')
        return {str(path.relative_to(folder)): seen.sub(b"", path.read_bytes()) for path in paths}

    def check_torn(self, count, out):
        """Checks that all trials are there, and that those figures and verdicts that exist are complete."""
        found = table(out)
        count.lost += len(self.trials.keys() - found.keys())
        count.changed += sum(found[trial] != self.trials.get(trial) for trial in found)
        return all(content in (self.files.get(name), self.earlier.get(name))
                   for name, content in self.derived(out).items())

    def finish(self, count, out):
        """Checks that the same command draws the missing figures."""
        done = qklab("run", self.config, "--out", out)
        verified = qklab("verify", out)
        if done.returncode != 0 or verified.returncode != 0:
            count.note = (done.stderr + verified.stderr).strip()[-200:]
        return done.returncode == verified.returncode == 0 and self.derived(out) == self.files and \
            self.check_torn(count, out)


# Each way in which gnuplot ends instead of drawing, with a part of the message about it.
DEATHS = [("kill -9 $$", "killed by signal 9"), ("kill -HUP $$", "killed by signal 1"), ("kill -SEGV $$", "killed by signal 11"),
          ("exit 3", "exit 3"), ("echo 'no font' >&2; exit 1", "no font"), ("exec sleep 1000", "had not ended after 4 s"),
          ("exit 0", "wrote no whole file"),
          ("$REAL \"$@\"; truncate -s $(($(stat -c %s $DRAWN) / 2)) $DRAWN; exit 0", "wrote no whole file"),
          ("$REAL \"$@\"; truncate -s $(($(stat -c %s $DRAWN) / 2)) $DRAWN; kill -9 $$", "killed by signal 9"),
          ("$REAL \"$@\"; exit 1", "exit 1")]


def case_dying_gnuplot(count):
    """gnuplot dies, fails, stops half-way or never ends, at its n-th call or from then on."""
    drawing, choose = Drawing(), random.Random(8)
    folder = FOLDER / "mortal"
    folder.mkdir()
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "REAL": shutil.which("gnuplot"),
                   "QKLAB_DRAWING_SECONDS": "4"}
    calls = 6  # three formats of two figures
    for number in range(often(60)):
        count.tried += 1
        out, (death, said) = f"mortal-{number}", DEATHS[number % len(DEATHS)]
        nth, test = choose.randrange(calls), choose.choice(["-eq", "-ge"])
        (FOLDER / "calls").write_text("")
        # The last argument is the script, .NAME.draft.gp, and the drawing is the file that the script sets as output.
        (folder / "gnuplot").write_text(
            f"#!/bin/sh\nnth=$(flock {FOLDER} sh -c 'wc -c < {FOLDER}/calls; printf x >> {FOLDER}/calls')\nfor script; do :; done\n"
            "DRAWN=$(sed -n \"s/^set output '\\(.*\\)'.*/\\1/p\" \"$script\")\n"
            f"[ $nth {test} {nth} ] && {{ {death}; }}\nexec $REAL \"$@\"\n")
        (folder / "gnuplot").chmod(0o755)
        torn = qklab("run", drawing.config, "--out", out, env=environment)
        good = torn.returncode == 1 and said in torn.stderr and "figures could not be drawn" in torn.stderr
        good = good and drawing.check_torn(count, out) and "claims.json" in drawing.derived(out)
        missing = drawing.files.keys() - drawing.derived(out).keys()
        good = good and len(missing) == (1 if test == "-eq" else calls - nth)
        if not good:
            count.note = f"{death} at {test} {nth}: {torn.stderr.strip()[-200:]}"
        count.survived += drawing.finish(count, out) and good
        shutil.rmtree(FOLDER / out)


def case_full_disk_drawing(count):
    """The disk fills up while figures are drawn: all trials are stored, but there is not room for all figures."""
    drawing = Drawing()
    size = sum(path.stat().st_size for path in (FOLDER / "drawing").rglob("*") if path.is_file())
    failed, times = 0, often(40)
    for number in range(times):
        disk = mounted("size=64m")
        if disk is None:
            count.note = "skipped: mounting needs root"
            return
        try:
            count.tried += 1
            ran = qklab("run", drawing.plain, "--out", disk / "out")
            assert ran.returncode == 0, ran.stderr
            used = shutil.disk_usage(disk).used
            room = 4096 + size * number // times
            subprocess.run(["mount", "-o", f"remount,size={used + room}", disk], check=True)
            torn = qklab("run", drawing.config, "--out", disk / "out")
            told = any(reason in torn.stderr for reason in ("No space left", "full", "no whole file"))
            good = torn.returncode == 0 or (torn.returncode == 1 and told)
            failed += torn.returncode
            good = good and drawing.check_torn(count, disk / "out")
            if not good:
                left = {name for name, content in drawing.derived(disk / "out").items()
                        if content not in (drawing.files.get(name), drawing.earlier.get(name))}
                count.note = f"with {room} bytes: {left} {torn.stderr.strip()[-200:]}"
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            count.survived += drawing.finish(count, disk / "out") and good
        finally:
            subprocess.run(["umount", disk], check=True)
    if not failed:
        count.note = "the disk never filled"
        count.survived = 0
    elif not count.note:
        count.note = f"{failed} times something could not be written"


def case_read_only(count):
    disk = mounted("size=64m")
    if disk is None:
        count.note = "skipped: mounting needs root"
        return
    try:
        qklab("run", CONFIG, "--out", disk / "out", "seeds=5")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        count.tried = 2
        count.survived += qklab("run", CONFIG, "--out", disk / "out").returncode == 1
        exported = qklab("export", disk / "out", "--out", FOLDER / "from-read-only")
        count.survived += exported.returncode == 0 and qklab("status", disk / "out").returncode == 0
        compare(count, "from-read-only", complete=False)
        count.lost += TRIALS // 2 - len(table("from-read-only"))
    finally:
        subprocess.run(["umount", disk], check=True)


def case_two_processes(count):
    choose = random.Random(3)
    for number in range(often(20)):
        out = f"two-{number}"
        count.tried += 1
        first = start(out)
        time.sleep(choose.uniform(0, 0.3))
        second = qklab("run", CONFIG, "--out", out)
        codes = {first.wait(timeout=60), second.returncode}
        refused = second.returncode == 0 or "another qklab run is writing" in second.stderr
        count.survived += (codes <= {0, BUSY} and 0 in codes and refused) and finish(count, out)
        shutil.rmtree(FOLDER / out)


def case_two_fresh(count):
    choose = random.Random(4)
    for number in range(often(20)):
        out = f"fresh-{number}"
        count.tried += 1
        if choose.random() < 0.5:
            qklab("run", CONFIG, "--out", out, "seeds=1")
        runs = []
        for _ in range(2):
            runs.append(start(out, "--fresh"))
            time.sleep(choose.uniform(0, 0.2))
        codes = {run.wait(timeout=60) for run in runs}
        good = codes <= {0, BUSY} and 0 in codes
        for directory in FOLDER.glob(f"{out}*"):
            # A process that ran to its end has left all trials, and none has written into another's directory.
            found = table(directory)
            whole = len(found) == TRIALS or (directory.name != out and len(found) == TRIALS // 10)
            good = good and whole and qklab("verify", directory).returncode == 0
            compare(count, directory, complete=False)
            shutil.rmtree(directory)
        count.survived += good


def case_odd_paths(count):
    choose = random.Random(5)
    names = [b"a b", b"100%", b"%41", b"a#b", b"why?", b"line\nend", b"caf\xe9", b"it's \"so\"", b"file:x", b"$HOME", b"~"]
    for name in names[:3] if QUICK else names:
        out = os.fsdecode(name)
        count.tried += 1
        process = start("./" + out)
        time.sleep(choose.uniform(0.05, 0.3))
        process.kill()
        process.wait(timeout=30)
        good = finish(count, "./" + out)
        for verb in ("status", "verify", "export", "report"):
            good = good and qklab(verb, "./" + out).returncode == 0
        good = good and qklab("run", CONFIG, "--out", "./" + out, "--fresh", "seeds=1").returncode == 0
        compare(count, "./" + out, complete=False)
        compare(count, "./" + out + ".before-1")
        count.survived += good


READS = """
name: reads
experiment: training
params: {task: text, text: words.txt, dim: 8, length: 8, batch: 2, layers: 1, steps: 20, vocabulary: 8}
sweep: {lr: [0.001, 0.01]}
seeds: 20
"""


def case_changed_data_file(count):
    """The text is replaced by a rename, as editors do it, while a run reads it: no number comes from the other text."""
    choose = random.Random(6)
    config, words = FOLDER / "reads.yaml", FOLDER / "words.txt"
    config.write_text(READS)
    texts = ["to be or not to be\n" * 40, "the rest is silence\n" * 40]

    def replace(text):
        (FOLDER / "words.new").write_text(text)
        os.replace(FOLDER / "words.new", words)

    wanted = []
    for number, text in enumerate(texts):
        replace(text)
        assert qklab("run", config, "--out", f"of-text-{number}").returncode == 0
        wanted.append(table(f"of-text-{number}"))
    assert not wanted[0].keys() & wanted[1].keys()
    now = 1
    for _ in range(often(20)):
        count.tried += 1
        process = subprocess.Popen([QKLAB, "run", config, "--out", "reads", "-j", "2"], cwd=FOLDER,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(choose.uniform(0, 0.3))
        now = 1 - now
        replace(texts[now])
        good = process.wait(timeout=60) in (0, 1)
        done = qklab("run", config, "--out", "reads", "--rerun", "failed")
        found = table("reads")
        count.changed += sum(found[trial] != wanted[now].get(trial) for trial in found)
        count.lost += len(wanted[now].keys() - found.keys())
        count.survived += good and done.returncode == 0
        if choose.random() < 0.3:
            shutil.rmtree(FOLDER / "reads")


def case_rebuilt_plugin(count):
    """Trials of two builds of one plugin are distinguished, and none is taken for a trial of the other build."""
    choose = random.Random(7)
    qklab("new", "experiment", "walker")
    source = FOLDER / "walker/walker.cpp"
    config = FOLDER / "walker/walker.yaml"
    plugin = FOLDER / "walker.so"
    builds, wanted = [], []
    for factor in ("1.0", "2.0"):
        original = source.read_text()
        source.write_text(original.replace("random.normal()", f"{factor} * random.normal()"))
        for command in (["cmake", "-S", "walker", "-B", "walker/build", f"-DQKLAB_PROGRAM={QKLAB}"],
                        ["cmake", "--build", "walker/build"]):
            built = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
            assert built.returncode == 0, built.stderr
        source.write_text(original)
        builds.append((FOLDER / "walker/build/walker.so").read_bytes())
        plugin.write_bytes(builds[-1])
        run = ["run", config, "--plugin", plugin, "steps=2000", "--out"]
        qklab(*run, f"walker-{factor}")
        wanted.append(table(f"walker-{factor}"))
    for number in range(often(10)):
        count.tried += 1
        out = f"rebuilt-{number}"
        plugin.write_bytes(builds[0])
        process = subprocess.Popen([QKLAB, *map(str, [*run, out])], cwd=FOLDER, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(choose.uniform(0.02, 0.3))
        process.kill()
        process.wait(timeout=30)
        before = committed(out)
        plugin.unlink()
        plugin.write_bytes(builds[1])
        done = qklab(*run, out)
        good = (done.returncode == 2 and "another build" in done.stderr) if before else done.returncode in (0, 1)
        qklab(*run, out, "--fresh")
        pairs = [(out, wanted[1])]
        if before:
            plugin.write_bytes(builds[0])
            qklab("--plugin", plugin, "export", f"{out}.before-1")
            pairs.append((f"{out}.before-1", wanted[0]))
        for directory, right in pairs:
            found = table(directory)
            count.changed += sum(found[trial] != right.get(trial) for trial in found)
        count.lost += len(wanted[1].keys() - table(out).keys())
        count.survived += good


CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
/* The calendar jumps by up to a year, forwards and backwards, at every look. */
static long jump(void) { return (long)(random() % 63072000) - 31536000; }
int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += jump();
  return code;
}
int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* out) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (out) *out = exact.tv_sec;
  return exact.tv_sec;
}
"""


def case_clock_jumps(count):
    (FOLDER / "clock.c").write_text(CLOCK)
    built = subprocess.run(["cc", "-shared", "-fPIC", "-o", FOLDER / "clock.so", FOLDER / "clock.c", "-ldl"],
                           capture_output=True, text=True)
    if built.returncode != 0:
        count.note = "skipped: no C compiler"
        return
    environment = {**os.environ, "LD_PRELOAD": str(FOLDER / "clock.so")}
    for number in range(often(5)):
        count.tried += 1
        done = qklab("run", CONFIG, "--out", f"clock-{number}", env=environment)
        count.survived += done.returncode == 0
        compare(count, f"clock-{number}")


def damaged(count, times, damage):
    """An altered store is detected, or has no effect on results. verify must report what is lost."""
    choose = random.Random(11)
    whole = (FOLDER / "reference/run.db").read_bytes()
    detected = 0
    for _ in range(times):
        count.tried += 1
        shutil.rmtree(FOLDER / "damaged", ignore_errors=True)
        shutil.copytree(FOLDER / "reference", FOLDER / "damaged")
        (FOLDER / "damaged/run.db").write_bytes(damage(choose, whole))
        verified = qklab("verify", "damaged")
        shutil.rmtree(FOLDER / "exported", ignore_errors=True)
        exported = qklab("export", "damaged", "--out", "exported")
        good = verified.returncode in (0, 1, 2) and exported.returncode in (0, 1, 2)
        if exported.returncode == 0:
            compare(count, "exported", complete=False)
            missing = len(REFERENCE) - len(table("exported"))
            if missing and verified.returncode == 0:
                count.lost += missing
        if verified.returncode != 0:
            detected += 1
            good = good and bool((verified.stderr + verified.stdout).strip())
            # Undamaged trials are saved, and the rest is computed again.
            shutil.rmtree(FOLDER / "salvaged", ignore_errors=True)
            saved = qklab("merge", "damaged", "--salvage", "--out", "salvaged")
            if saved.returncode == 0:
                good = good and finish(count, "salvaged")
        count.survived += good
    count.note = f"{detected} detected, the others without consequence"


def flip(choose, data):
    at = choose.randrange(8 * len(data))
    flipped = bytearray(data)
    flipped[at // 8] ^= 1 << at % 8
    return bytes(flipped)


def case_flipped_bit(count):
    damaged(count, often(100), flip)


def case_truncated(count):
    damaged(count, often(50), lambda choose, data: data[:choose.randrange(len(data))])


def case_overwritten_page(count):
    def overwrite(choose, data):
        page = choose.randrange(len(data) // 4096)
        return data[:4096 * page] + choose.randbytes(4096) + data[4096 * (page + 1):]
    damaged(count, often(30), overwrite)


def case_mutated_configs(count):
    choose = random.Random(13)
    configs = sorted((ROOT / "configs").glob("*.yaml"))
    folder = FOLDER / "mutants"
    folder.mkdir()
    refused = 0
    for number in range(often(1000)):
        count.tried += 1
        text = configs[number % len(configs)].read_text()
        for _ in range(choose.randrange(1, 4)):
            text = damage(text, choose) or "x"
        config = folder / "mutant.yaml"
        config.write_text(text)
        done = qklab("run", config, "--dry-run", "--out", "mutant-out", cwd=folder)
        refused += done.returncode == 2
        created = [p for p in folder.iterdir() if p != config]
        count.survived += done.returncode in (0, 2) and not created and (done.returncode == 0 or bool(done.stderr))
    count.note = f"{refused} refused, the others valid"


HUNGRY = """
#include <vector>
#include "core/trial/experiment.hpp"
namespace qklab {
namespace {
Experiment make() {
  Experiment hungry;
  hungry.name = "hungry";
  hungry.doc = "Takes as much memory as it is told to.";
  hungry.parameters = {real("megabytes", 1.0, "to take").at_least(0), boolean("says", true, "so beforehand")};
  hungry.scalars = {{"sum", "", "of what was taken", ""}};
  hungry.memory = [](const Parameters& p) { return p.flag("says") ? p.real("megabytes") * 1048576 : 0; };
  hungry.run = [](const Trial& trial, Result& result) {
    std::vector<double> all(static_cast<std::size_t>(trial.params.real("megabytes") * 131072), 1.0);
    double sum = 0;
    for (const double each : all) sum += each;
    result.scalar("sum", sum);
  };
  return hungry;
}
}  // namespace
}  // namespace qklab
QKLAB_EXPERIMENT(qklab::make)
"""


def case_memory_limit(count):
    qklab("new", "experiment", "hungry")
    (FOLDER / "hungry/hungry.cpp").write_text(HUNGRY)
    (FOLDER / "hungry.yaml").write_text("name: hungry\nexperiment: hungry\nparams: {says: true}\n"
                                        "sweep: {megabytes: [1, 8, 100000000]}\nseeds: 4\n")
    for command in (["cmake", "-S", "hungry", "-B", "hungry/build", f"-DQKLAB_PROGRAM={QKLAB}"],
                    ["cmake", "--build", "hungry/build"]):
        built = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
        assert built.returncode == 0, built.stderr
    plugin = ["--plugin", "hungry/build/hungry.so", "-j", "4"]
    count.tried = 3
    done = qklab("run", "hungry.yaml", *plugin, "--out", "refused")  # more memory than any machine has
    count.survived += done.returncode == 1 and "not started: it needs about 95.4 TiB" in done.stderr \
        and "8 of 12 trials" in done.stderr
    done = qklab("run", "hungry.yaml", *plugin, "--out", "limited", "--memory", "4M")
    count.survived += done.returncode == 1 and "it needs about 8 MiB, and 4 MiB may be used" in done.stderr \
        and "4 of 12 trials" in done.stderr
    # A trial that needs more memory than its experiment stated fails, and no other trial does.
    done = qklab("run", "hungry.yaml", *plugin, "says=false", "megabytes=1,8,4000", "--out", "unsaid",
                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)))
    count.survived += done.returncode == 1 and "bad_alloc" in done.stderr and "8 of 12 trials" in done.stderr


def case_serve_fuzzed(count):
    count.tried = 1
    done = subprocess.run([sys.executable, ROOT / "tests/program/test_live.py", QKLAB], capture_output=True, text=True,
                          env={**os.environ, "QKLAB_FUZZ_SECONDS": "6" if QUICK else "60"})
    count.survived = int(done.returncode == 0)
    count.note = next((line for line in done.stdout.splitlines() if line.startswith("test_fuzz")), done.stdout[-200:])


def main():
    wanted = [name for name in sys.argv[2:] if not name.startswith("-")]
    cases = {name[5:]: case for name, case in globals().items() if name.startswith("case_")}
    unknown = [name for name in wanted if name not in cases]
    if unknown:
        sys.exit(f"no case {', '.join(unknown)}; there are: {', '.join(cases)}")
    done = qklab("run", CONFIG, "--out", "reference")
    assert done.returncode == 0, done.stderr
    REFERENCE.update(table("reference"))
    assert len(REFERENCE) == TRIALS
    print(f"{'case':20} {'tried':>6} {'survived':>9} {'lost':>5} {'changed':>8}  note", flush=True)
    bad = False
    for name in wanted or cases:
        count = Count()
        try:
            cases[name](count)
        except Exception as error:  # noqa: BLE001: the other cases must run too
            count.note = f"{type(error).__name__}: {error}"
            count.survived -= 1
        print(f"{name:20} {count.tried:6} {count.survived:9} {count.lost:5} {count.changed:8}  {count.note}", flush=True)
        bad = bad or count.survived != count.tried or count.lost or count.changed
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        code = main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(code)
