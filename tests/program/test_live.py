"""watch and serve: a running sweep can be followed by those who have the link, and by nobody else."""
import fcntl
import http.client
import json
import math
import os
import pty
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.parse

from browser import Browser, needs_chromium
from harness import FOLDER, QKLAB, SLOWER, needs_terminals, qklab, run_tests, wait_while, write

SWEEP = write("live.yaml", f"""
name: live
experiment: localization
params: {{dim: 32, length: 16, samples: {20000 // SLOWER}}}
sweep: {{mean: [0, 0.5], variance: {{logspace: [0.01, 10, 6]}}}}
seeds: 12
figures:
  - {{name: support, plot: line, x: position, y: support, color: variance, facet: mean, theory: support_theory}}
  - {{name: plane, plot: heatmap, x: variance, y: mean, color: [contrast, entropy], log: x}}
""")
# Labels of the sweep's variances where there is little room.
SHORT = ["0.01", "0.03981", "0.1585", "0.631", "2.512", "10"]
FUZZ_SECONDS = float(os.environ.get("QKLAB_FUZZ_SECONDS", 5))


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([QKLAB, "serve", *arguments], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
        link = urllib.parse.urlsplit(self.process.stdout.readline().strip())
        self.host, self.port = link.hostname, link.port
        self.token = urllib.parse.parse_qs(link.query)["token"][0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait() == 0
        self.process.stdout.close()

    def ask(self, path, method="GET", token=True, host=None):
        """Returns status and body; the path is sent unchanged."""
        connection = http.client.HTTPConnection(self.host, self.port)
        if token:
            path += ("&" if "?" in path else "?") + "token=" + (self.token if token is True else token)
        connection.putrequest(method, path, skip_host=True)
        if host is not False:
            connection.putheader("Host", f"{self.host}:{self.port}" if host is None else host)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, answer.headers

    def send(self, data):
        with socket.create_connection((self.host, self.port), timeout=10) as connection:
            connection.sendall(data)
            connection.settimeout(0.05)  # the rest of an incomplete request never comes
            try:
                return connection.recv(4096)
            except OSError:
                return b""


def start():
    return subprocess.Popen([QKLAB, "run", SWEEP, "--out", "live", "-j", "1"], cwd=FOLDER, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def start_long():
    config = write("endless.yaml", "name: endless\nexperiment: training\nparams: {task: copy, length: 8, vocabulary: 5, dim: 16, batch: 8, "
                   "steps: 10000000, evaluate_every: 10000000}\nsweep: {lr: [0.001, 0.002]}\n")
    process = subprocess.Popen([QKLAB, "run", config, "--out", "endless", "-j", "1"], cwd=FOLDER, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    wait_while(process, lambda: qklab("watch", "endless", "--once", code=None).returncode != 0)
    return process


def test_a_running_sweep_is_seen_and_not_disturbed():
    process = start()
    wait_while(process, lambda: qklab("watch", "live", "--once", code=None).returncode != 0)
    seen, state = [], {"finished": 0}
    with Server("live") as server:
        while process.poll() is None:
            status, body, _ = server.ask("/state")
            assert status == 200, body
            state = json.loads(body)
            seen.append(state["finished"])
            assert state["total"] == 144
            time.sleep(0.05)
        assert process.returncode == 0
        while state["finished"] < 144 or state["writer"]:  # the server checks the store at intervals
            time.sleep(0.05)
            state = json.loads(server.ask("/state")[1])
    assert state["finished"] == 144 and seen == sorted(seen)
    panels = state["plots"][0]["panels"]
    assert len(panels) == 2 and len(panels[0]["curves"]) == 6 and len(panels[0]["curves"][0]["mean"]) == 16
    assert state["plots"][0]["name"] == "support"
    assert [curve["label"] for curve in panels[0]["curves"]] == SHORT, panels[0]["curves"]
    plane = state["plots"][1]
    assert [p["title"] for p in plane["panels"]] == ["contrast", "entropy [nats]"] and plane["ylabel"] == "mean", plane
    text = qklab("watch", "live", "--once").stdout
    assert "144/144 trials, complete" in text and "support" in text and "█" in text, text
    assert "\x1b" not in text
    assert "variance 0.6310" not in text and "variance 0.631 " in text and "entropy [nats], " in text, text
    return f"passed (seen at {sorted(set(seen))} of 144 trials)"


def test_the_page_is_complete_and_loads_nothing_from_elsewhere():
    with Server("live") as server:
        status, body, headers = server.ask("/")
        page = body.decode()
        assert status == 200 and "http:" not in page and "https:" not in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer" and headers["X-Frame-Options"] == "DENY"
        for path, kind in (("/live.js", "text/javascript"), ("/live.css", "text/css"), ("/state", "application/json")):
            status, body, headers = server.ask(path)
            assert status == 200 and body and headers["Content-Type"].startswith(kind), path
    assert json.loads(body)["name"] == "live"


def test_requests_that_are_refused():
    with Server("live") as server:
        for path in ("/", "/state", "/live.js", "/live.css"):
            for token in (False, "", "0" * 32, server.token[:-1], server.token + "0", server.token.upper() + "x"):
                assert server.ask(path, token=token)[0] == 403, (path, token)
            for host in ("example.com", f"example.com:{server.port}", "localhost.example.com", "127.0.0.1.example.com",
                         f"127.0.0.1:{server.port}.example.com", "", False):
                assert server.ask(path, host=host)[0] in (400, 403), (path, host)
            for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND"):
                assert server.ask(path, method=method)[0] in (400, 405), (path, method)
        for path in ("/../run.db", "/run.db", "/..%2f..%2fetc/passwd", "/%2e%2e/run.db", "//etc/passwd", "/state/../run.db",
                     "/live.js/", "/manifest.json", "/trials.csv", "/./", "/state%00", "/index.html"):
            status, body, _ = server.ask(path)
            assert status in (400, 404) and b"root:" not in body and b"SQLite" not in body, (path, status)
        # A tunnel may use another local port.
        for host in (f"localhost:{server.port}", "localhost:1", "LOCALHOST:8888", "127.0.0.1", "127.0.0.1:9", "[::1]:8888"):
            assert server.ask("/state", host=host)[0] == 200, host
        assert "localhost" in server.ask("/state", host="evil.example:80")[1].decode(), "says what to do"
        # Not reachable under another address of this machine: all of 127.0.0.0/8 is, without a network or a name.
        try:
            socket.create_connection(("127.0.0.2", server.port), timeout=1).close()
        except OSError:
            return
        raise AssertionError("answers at 127.0.0.2")


def test_fuzz():
    """Random bytes and damaged requests are all refused, and the server continues."""
    choose = random.Random(5)
    with Server("live") as server:
        good = (f"GET /state?token={server.token} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
                "Connection: close\r\n\r\n").encode()
        end, count, answered = time.monotonic() + FUZZ_SECONDS, 0, 0
        while time.monotonic() < end:
            if choose.random() < 0.2:
                data = choose.randbytes(choose.randrange(1, 2000))
            else:
                data = bytearray(good)
                for _ in range(choose.randrange(1, 6)):
                    at = choose.randrange(len(data))
                    kind = choose.randrange(4)
                    if kind == 0:
                        data[at] = choose.randrange(256)
                    elif kind == 1:
                        del data[at:at + choose.randrange(1, 20)]
                    elif kind == 2:
                        data[at:at] = choose.choice([b"\r\n", b"../", b"%00", b"%", b"A" * 9000, b"\x00", b"token=", b"?", b"&"])
                    else:
                        data[at:at] = data[max(0, at - 30):at]
                    data = data or bytearray(b"G")
            try:
                answer = server.send(bytes(data))
            except OSError:
                answer = b""
            count += 1
            if answer:
                answered += 1
                code = int(answer.split(b" ")[1][:3])
                assert code < 500 or code in (501, 505), (bytes(data), answer)
                if code == 200:  # only with the whole token
                    assert server.token.encode() in bytes(data), bytes(data)
        assert server.process.poll() is None
        assert server.ask("/state")[0] == 200
    return f"passed ({count} requests, {answered} answered, in {FUZZ_SECONDS:.0f} s)"


def on_a_terminal(columns, rows, *arguments, **environment):
    """The output of qklab on a terminal of that size."""
    needs_terminals()
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([QKLAB, *arguments], cwd=FOLDER, stdin=slave, stdout=slave, stderr=slave,
                               env={**os.environ, **environment})
    os.close(slave)
    written = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other side was closed
            break
        if not part:
            break
        written += part
    os.close(master)
    assert process.wait() == 0, written
    return written.decode()


def test_watch_fits_its_terminal():
    for columns, rows in ((80, 24), (120, 50), (40, 10), (17, 24), (80, 2)):
        text = on_a_terminal(columns, rows, "watch", "live", NO_COLOR="1")
        assert not re.search("\x1b\\[[0-9;]*m", text), text
        lines = re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", text).splitlines()
        assert max(map(len, lines)) <= columns, (columns, max(lines, key=len))
        assert len(lines) < rows or rows < 3, (rows, len(lines))
        assert columns < 40 or "144/144" in lines[0] and (rows > 30) != any("more lines" in line for line in lines) or rows < 3, lines


def test_watch_ends_with_q_and_prints_no_escape_codes_where_none_are_obeyed():
    process = start_long()
    try:
        assert "\x1b" not in on_a_terminal(80, 24, "watch", "live", TERM="dumb")
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(slave)
        # A session of its own, whose terminal this is.
        watch = subprocess.Popen([QKLAB, "watch", "endless"], cwd=FOLDER, stdin=slave, stdout=slave, stderr=slave,
                                 start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        seen = b""
        while b"trials" not in seen:
            seen += os.read(master, 65536)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        while seen.count(b"\x1b[2J") < 2:  # drawn anew in full, once it is another size
            seen += os.read(master, 65536)
        os.write(master, b"xq")
        assert watch.wait(timeout=60) == 0
        assert termios.tcgetattr(slave) == before
        os.close(slave)
        os.close(master)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=600)


def test_silent_connections_keep_no_viewer_waiting():
    """Fifty of them, which the server gives five seconds each: ten viewers are answered before it gives up any."""
    with Server("live") as server:
        server.ask("/state")
        silent = [socket.create_connection((server.host, server.port)) for _ in range(50)]
        for each in silent:
            each.sendall(b"GET /state HTTP/1.1\r\nHo")
        answers = []
        viewers = [threading.Thread(target=lambda: answers.append(server.ask("/state")[0])) for _ in range(10)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()
        silent[-1].setblocking(False)
        try:
            given_up = silent[-1].recv(1)
        except BlockingIOError:
            given_up = None
        for each in silent:
            each.close()
        assert answers == [200] * 10 and given_up is None, (answers, given_up)


def test_the_report_of_a_finished_run_is_linked():
    with Server("live") as server:
        status, body, headers = server.ask("/report")
        assert status == 200 and body == (FOLDER / "live/report.html").read_bytes()
        assert "default-src 'none'" in headers["Content-Security-Policy"] and "connect-src" not in headers["Content-Security-Policy"]
        assert server.ask("/report", token=False)[0] == 403
        assert json.loads(server.ask("/state")[1])["report"] is True


def test_tables_fit_a_narrow_terminal():
    config = write("narrow.yaml", """
name: narrow
experiment: localization
params: {dim: 16, length: 8, samples: 200}
sweep: {mean: [0, 0.5], variance: [0.01, 1]}
seeds: 8
claims:
  - {id: small_variance_means_high_contrast, text: With a small variance the contrast is as large as can be wished for.,
     test: difference, metric: contrast, reference: 0, at_least: 0.05, by: [mean, variance]}
""")
    qklab("run", config, "--out", "narrow")
    for verb in ("verify narrow", "ls narrow", "list experiments", "watch narrow --once", "describe training", "diff narrow narrow"):
        text = re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", on_a_terminal(60, 24, *verb.split()))
        lines = [line for line in text.splitlines() if not line.endswith("follow from them")]  # a sentence
        assert lines and max(map(len, lines)) <= 60, (verb, max(lines, key=len))
    assert any(len(line) > 60 for line in qklab("list", "experiments").stdout.splitlines()), "wrapped for a program"


def test_progress_fits_its_terminal():
    name = "a_sweep_whose_name_is_longer_than_many_a_terminal_is_wide"
    config = write("wide.yaml", SWEEP.read_text().replace("name: live", f"name: {name}").replace("seeds: 12", "seeds: 2"))
    for columns in (200, 80, 60, 30, 12, 3, 1):
        text = on_a_terminal(columns, 24, "run", str(config), "--out", f"wide-{columns}", "-j", "1")
        live = re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", text).partition(f"{name}: 24 of 24 trials done")[0]
        shown = [part for part in live.split("\r") if part.strip()]
        assert shown and max(map(len, shown)) <= columns, (columns, max(shown, key=len))
        if columns >= 30:
            assert all(re.search(r"\d+/24", part) for part in shown), shown
        assert (name in shown[-1]) == (columns == 200) and ("[" in shown[-1]) == (columns == 200), shown[-1]


LONG = """
name: long
experiment: training
params: {task: copy, length: 8, vocabulary: 5, dim: 16, batch: 8, steps: 1000000, evaluate_every: 1000000}
sweep: {lr: [0.001, 0.002]}
"""


def test_how_far_a_long_trial_is():
    """Step, last values and time left are shown on the progress line and by status, watch and serve, and the file that
    holds them is removed after the run."""
    run = subprocess.Popen([QKLAB, "run", write("long.yaml", LONG), "--out", "long", "-j", "1"], cwd=FOLDER,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    running = FOLDER / "long/running.json"
    while not running.exists():
        assert run.poll() is None
        time.sleep(0.05)

    def step(text):
        return int(re.search(r"step (\d+) of 1000000", text)[1])

    with Server("long") as server:
        before = running.stat().st_mtime
        seen = [step(qklab("status", "long").stdout), step(qklab("watch", "long", "--once").stdout)]
        while running.stat().st_mtime == before:
            time.sleep(0.05)
        assert running.stat().st_mtime - before > 0.9, "written more often than once a second"
        state = json.loads(server.ask("/state")[1])
        seen += [step(state["running"]), step(qklab("status", "long").stdout)]
        trial = state["trials"][0]
        assert trial["about"] == "lr=0.001" and trial["step"] >= seen[0] and trial["of"] == 1000000, trial
        told = {each["name"]: each for each in trial["told"]}
        assert list(told) == ["loss", "accuracy", "train_loss"], told  # one evaluation, and many steps
        assert float(told["loss"]["last"]) > 0 and len(told["loss"]["step"]) == 1
        assert len(told["train_loss"]["value"]) == len(told["train_loss"]["step"]) > 10
        # Half of the work at least is left; the second trial is as long as this one.
        while "left until all is done" not in (text := qklab("status", "long").stdout):
            time.sleep(0.05)
        assert re.search(r"^running \w{16} \(lr=0.001\): step .* left, loss [\d.]+, accuracy .* train_loss .*[▁▂▃▄▅▆▇█]", text, re.M), text
        state = json.loads(qklab("status", "long", "--json").stdout)
        running_now = state["running"][0]
        assert 0 < running_now["seconds_left"] < state["seconds_left"] < math.inf, state
        assert running_now["metrics"]["loss"]["last"] > 0 and running_now["about"] == "lr=0.001"
        watched = qklab("watch", "long", "--once").stdout  # 100 columns have no room for all
        assert re.search(r"^  lr=0.001: step \d+ of 1000000 \(.*\), .* left, loss [\d.]+, accuracy", watched, re.M), watched
    assert seen == sorted(seen) and seen[0] < seen[-1], seen  # a loaded machine may not have begun the first step
    time.sleep(11)  # a plain progress line comes every ten seconds
    run.send_signal(signal.SIGUSR1)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130 and not running.exists() and step(said) > 0, said
    # A killed run leaves its file, which is ignored after a while.
    left = {"trial": "0123456789abcdef", "about": "", "step": 5, "of": 10, "seconds_left": None, "metrics": {}}

    def leave(**changes):
        running.write_text(json.dumps({"seconds_left": 3.5, "trials": [{**left, **changes}]}))

    leave()
    assert "step 5 of 10 (50 %)\n" in qklab("status", "long").stdout
    os.utime(running, (time.time() - 3600,) * 2)
    assert "step 5" not in qklab("status", "long").stdout
    for damaged in ({"step": 11}, {"of": 0}, {"trial": "zz"}, {"step": "x"}, {"metrics": {"loss": {"last": 1, "step": [1], "value": []}}}):
        leave(**damaged)
        assert "running" not in qklab("status", "long").stdout, damaged
    for damaged in ("", "[]", '{"trials": 3}', "null"):
        running.write_text(damaged)
        assert "running" not in qklab("status", "long").stdout


def test_the_page_in_a_browser():
    needs_chromium()
    with Server("live") as server:
        for dark in (False, True):
            for width in (1200, 400):
                with Browser(width, 900, dark) as page:
                    page.open(f"http://{server.host}:{server.port}/?token={server.token}")
                    out = page.run("""
                      const all = (what) => [...document.querySelectorAll(`#plots ${what}`)];
                      while (all(".uplot").length < 4) await new Promise((go) => setTimeout(go, 50));
                      // uPlot paints within a frame of its own.
                      await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
                      return {
                        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
                        panels: all(".uplot").length,
                        curves: all("button.curve").length,
                        legend: all(".keys").map((keys) => keys.textContent),
                        texts: all(".title, .ramp span").map((t) => t.textContent),
                        axes: all(".panel [role=img]").map((panel) => panel.getAttribute("aria-label")),
                        painted: all(".uplot canvas").map((c) => {
                          const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, colors = new Set();
                          for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) colors.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
                          return colors.size; }),
                        status: document.getElementById("status").textContent,
                        inks: all(".swatch").map((swatch) => getComputedStyle(swatch).borderTopColor),
                      };""")
                    assert not page.console, page.console
                assert out["sideways"] <= 0 and out["panels"] == 4 and out["curves"] == 6, out
                assert all(colors > 10 for colors in out["painted"]), out["painted"]
                assert all(name in out["legend"][0] for name in SHORT) and "theory" in out["legend"][0], out["legend"]
                assert "mean = 0.5" in out["texts"] and "entropy [nats]" in out["texts"], out["texts"]
                assert "mean over variance" in out["axes"][2], out["axes"]
                assert max(map(len, out["texts"])) < 16, out["texts"]
                assert "144 of 144 trials, complete" in out["status"], out["status"]
                darkest = min(sum(map(int, re.findall("[0-9]+", ink))) for ink in out["inks"])
                assert (darkest > 200) == dark, (dark, out["inks"])


def test_bad_command_lines():
    qklab("serve", "nowhere", code=2)
    qklab("watch", "nowhere", code=2)
    qklab("serve", "live", "--port", 99999, code=2)
    taken = socket.create_server(("127.0.0.1", 0))
    assert "taken" in qklab("serve", "live", "--port", taken.getsockname()[1], code=1).stderr
    taken.close()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
