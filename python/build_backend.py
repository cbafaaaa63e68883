"""Builds the wheel with the standard library alone, so that `pip install ./python` needs neither a network nor
setuptools (PEP 517, 427 and 660)."""
import base64
import hashlib
import pathlib
import re
import zipfile

_HERE = pathlib.Path(__file__).resolve().parent


def _settings():
    text = (_HERE / "pyproject.toml").read_text()

    def setting(key):
        return re.search(rf'^{key} = "(.*)"$', text, re.M)[1]

    dependencies = re.findall(r'"(.*?)"', re.search(r"^dependencies = \[(.*)\]$", text, re.M)[1])
    extras = re.findall(r'^(\w+) = \[(.*)\]$', text.split("[project.optional-dependencies]")[1].split("\n[")[0], re.M)
    return (setting("name"), setting("version"), setting("description"), setting("requires-python"), dependencies,
            {extra: re.findall(r'"(.*?)"', names) for extra, names in extras})


def _wheel(folder, files):
    name, version, description, python, dependencies, extras = _settings()
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {description}\n"
                f"Requires-Python: {python}", *(f"Requires-Dist: {each}" for each in dependencies)]
    for extra, names in extras.items():
        metadata += [f"Provides-Extra: {extra}", *(f'Requires-Dist: {each}; extra == "{extra}"' for each in names)]
    files = {**files, f"{info}/METADATA": "\n".join(metadata).encode() + b"\n",
             f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: qklab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    path = pathlib.Path(folder, f"{name}-{version}-py3-none-any.whl")
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in files.items():
            archive.writestr(zipfile.ZipInfo(each), content)  # without the time, so that equal files make equal wheels
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{each},sha256={digest},{len(content)}\n")
        record.append(f"{info}/RECORD,,\n")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), "".join(record))
    return path.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    package = sorted(path for path in (_HERE / "qklab").iterdir() if path.suffix == ".py" or path.name == "py.typed")
    return _wheel(wheel_directory, {f"qklab/{path.name}": path.read_bytes() for path in package})


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, {"qklab.pth": f"{_HERE}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("qklab's Python package is built from its source tree")
