"""A page in headless Chromium, driven over its DevTools protocol by the standard library alone.

The protocol goes through a pair of pipes (--remote-debugging-pipe): JSON messages, each ended by a zero byte.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from harness import skip

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--remote-debugging-pipe"]
# Runs in the page before its own scripts: records when the frame after the page's "ready" was painted.
STOPWATCH = """
  new MutationObserver((_, observer) => {
    if (!document.documentElement || document.documentElement.dataset.ready !== "true") return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.now(); }, 0));
  }).observe(document, {attributes: true, subtree: true, attributeFilter: ["data-ready"]});
"""
# Scrolls through the page, since figures are drawn only when they are less than a screen away from what is seen.
SCROLL = """
  for (let y = 0; y <= document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 20)));
  }
"""


def needs_chromium():
    """Skips the test; every Browser does so by itself."""
    if not CHROMIUM:
        skip("chromium is not installed")


class Browser:
    """One tab. `console` collects the page's console messages and its uncaught errors."""

    def __init__(self, width=1200, height=900, dark=False):
        needs_chromium()
        self.console, self.number, self.buffer, self.loaded = [], 0, b"", False
        self.profile = tempfile.TemporaryDirectory(prefix="qklab-chromium-")
        to_browser, self.pen = os.pipe()
        self.ear, from_browser = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        command = ["/bin/sh", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "sh", CHROMIUM, *FLAGS,
                   f"--user-data-dir={self.profile.name}"]
        self.process = subprocess.Popen(command, pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=STOPWATCH)
        self.resize(width, height)
        self.theme(dark)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, AssertionError):
            self.process.terminate()
        self.process.wait(timeout=600)
        os.close(self.pen)
        os.close(self.ear)
        self.profile.cleanup()

    # --- The protocol

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.ear], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.ear, 1 << 20) if ready else b""
            assert data, "Chromium does not answer" if not ready else "Chromium has gone"
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(a.get("value", a.get("description", ""))) for a in params["args"]))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        elif method == "Page.loadEventFired":
            self.loaded = True
        return message

    def call(self, method, timeout=600, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.pen, data):]
        deadline = time.monotonic() + timeout
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    # --- The page

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def theme(self, dark, media=""):
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url, timeout=600):
        """Waits until the page is loaded and its scripts have run."""
        self.loaded = False
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + timeout
        while not self.loaded:
            self.receive(deadline)

    def open_report(self, path):
        """Opens a report.html; returns the seconds from the navigation until it is drawn and accepts input."""
        self.open(path.resolve().as_uri())
        return 1e-3 * self.run("while (!window.paintedAt) await new Promise((go) => setTimeout(go, 10)); return paintedAt;")

    def run(self, script, timeout=600):
        """Runs the function body `script` and returns its result; promises are awaited."""
        answer = self.call("Runtime.evaluate", timeout=timeout, expression=f"(async () => {{{script}}})()",
                           awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def key(self, name):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name,
                      windowsVirtualKeyCode={"Tab": 9, "Enter": 13, "ArrowRight": 39}[name],
                      **({"text": "\r"} if (name, kind) == ("Enter", "keyDown") else {}))

    def click(self, x, y, count=1):
        """A click, or a double click, of the mouse at a place in sight."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for number in range(1, count + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=number)

    def drag(self, x, y, to_x, to_y):
        for kind, at in (("mouseMoved", (x, y)), ("mousePressed", (x, y)), ("mouseMoved", (to_x, to_y)),
                         ("mouseReleased", (to_x, to_y))):
            self.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], clickCount=1,
                      **({} if kind == "mouseMoved" and at == (x, y) else {"button": "left"}))

    def screenshot(self, path, full=False):
        """A picture of what is seen, or of the whole page, as a PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"] if full else None
        clip = {"clip": {**size, "scale": 1}, "captureBeyondViewport": True} if full else {}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png", **clip)["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF")["data"])
