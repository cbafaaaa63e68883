"""What figures, the report and the live page take, as one JSON object: `python3 bench/report.py PATH/TO/qklab`.

draw      seconds that drawing 30 figures of 20 panels takes, all trials being there
redraw    the same, where nothing has changed
facets    seconds of one figure of 200 facets
write, open, filter
          of 200,000 trials: seconds to write report.html, and, where Chromium is there, until it is painted and until
          a filter is applied and painted (the longest of five)
wait      the longest that any of ten viewers of `qklab serve` waited, while fifty sockets were open and silent
"""
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "program"))

PANELS = """
name: panels
experiment: localization
params: {dim: 4, length: 8, samples: 5}
sweep: {mean: {linspace: [-1, 1, 20]}, variance: {logspace: [0.1, 10, 4]}}
seeds: 3
figures:
"""
FIGURE = "  - {{name: f{}, plot: band, x: position, y: support, color: variance, facet: mean, title: figure {}}}\n"
FACETS = PANELS.replace("name: panels", "name: facets").replace("-1, 1, 20", "-1, 1, 200") + FIGURE.format(0, 0)
MANY = """
name: many
experiment: localization
params: {dim: 2, length: 2, samples: 1}
sweep: {mean: {linspace: [-1, 1, 100]}, variance: {logspace: [0.01, 100, 100]}}
seeds: 20
"""
VIEWERS, SILENT, SECONDS = 10, 50, 10


def seconds_of(*command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def of_drawing(qklab, folder):
    """First without figures, so that all trials are there; a changed title draws each anew."""
    config, out = folder / "panels.yaml", folder / "panels"
    config.write_text(PANELS.replace("figures:\n", ""))
    seconds_of(qklab, "run", config, "--out", out)
    config.write_text(PANELS + "".join(FIGURE.format(k, k) for k in range(30)))
    draw = seconds_of(qklab, "run", config, "--out", out)
    redraw = seconds_of(qklab, "run", config, "--out", out)
    config, out = folder / "facets.yaml", folder / "facets"
    config.write_text(FACETS.replace(FIGURE.format(0, 0), "").replace("figures:\n", ""))
    seconds_of(qklab, "run", config, "--out", out)
    config.write_text(FACETS)
    return {"draw": draw, "redraw": redraw, "facets": seconds_of(qklab, "run", config, "--out", out)}


def of_many_trials(qklab, folder):
    config, out = folder / "many.yaml", folder / "many"
    config.write_text(MANY)
    seconds_of(qklab, "run", config, "--out", out)
    times = {"write": seconds_of(qklab, "report", out)}
    try:
        from browser import CHROMIUM, Browser
    except ImportError:
        return times
    if not CHROMIUM:
        return times
    with Browser() as browser:
        browser.open_report(folder / "facets" / "report.html")  # a browser that has just been started is slower
        times["open"] = browser.open_report(out / "report.html")
        times["filter"] = max(map(statistics.median, browser.run("""
          document.getElementById("trials").scrollIntoView();
          await new Promise((go) => setTimeout(go, 3000));
          const times = [];
          for (const text of ["mean > 0", "mean > 0 and variance < 1", "seed == 3", "entropy > 0.1", ""]) {
            times.push([]);
            for (let k = 0; k < 3; ++k) {
              setFilter("mean == 0");
              await new Promise((go) => setTimeout(go, 500));
              const begin = performance.now();
              setFilter(text);
              await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
              times.at(-1).push(performance.now() - begin);
            }
          }
          return times;"""))) / 1e3
    return times


def of_serving(qklab, folder):
    server = subprocess.Popen([qklab, "serve", folder / "panels"], stdout=subprocess.PIPE, text=True)
    link = server.stdout.readline().strip()
    host = urllib.parse.urlsplit(link)
    silent, waits, stop = [], [], time.monotonic() + SECONDS
    try:
        urllib.request.urlopen(link.replace("/?", "/state?")).read()  # the first look is nobody's measure
        for _ in range(SILENT):
            silent.append(socket.create_connection((host.hostname, host.port)))
            silent[-1].sendall(b"GET /state HTTP/1.1\r\nHo")  # and no more

        def view():
            while time.monotonic() < stop:
                begin = time.perf_counter()
                urllib.request.urlopen(link.replace("/?", "/state?"), timeout=60).read()
                waits.append(time.perf_counter() - begin)
                time.sleep(0.5)
        viewers = [threading.Thread(target=view) for _ in range(VIEWERS)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()
    finally:
        for each in silent:
            each.close()
        server.terminate()
        server.wait(timeout=60)
        server.stdout.close()
    assert len(waits) >= VIEWERS, "no viewer was answered"
    return {"wait": max(waits), "answers": len(waits)}


def main(qklab):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        times = of_drawing(qklab, folder)
        times.update(of_many_trials(qklab, folder))
        times.update(of_serving(qklab, folder))
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1])
