"""Nothing ships in the site but what was known by its hash before it came."""

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import making
import nbformat
import page
import parts
import pytest
import wheels
from local_server import Server, body, status

from carec_digital_trade.errors import InputError
from carec_digital_trade.importers.download import Patience


def test_a_file_with_another_hash_is_refused():
    assert parts.checked(b"abc", hashlib.sha256(b"abc").hexdigest(), "it") == b"abc"
    with pytest.raises(InputError, match=r"^it is not the file that was published: its sha256 is \w{64}, expected 0"):
        parts.checked(b"abc", "0" * 64, "it")


def test_the_list_of_the_release_is_the_published_one_and_names_what_is_wanted():
    release = parts.official()
    assert release["info"]["version"] == parts.PARTS["pyodide"]["version"]
    assert set(parts.PARTS["pyodide"]["packages"]) <= release["packages"].keys()
    assert set(parts.PARTS["pyodide"]["licences"]) <= release["packages"].keys()


def test_a_changed_release_is_refused_before_anything_is_touched(tmp_path, monkeypatch):
    release, site = tmp_path / "release", tmp_path / "site"
    release.mkdir()
    for name in parts.PARTS["pyodide"]["core"]:
        (release / name).write_bytes(b"changed")
    monkeypatch.setattr(making.subprocess, "run", lambda *_, **__: _wheel(tmp_path).touch())
    with pytest.raises(InputError, match=r"^pyodide\.js is not the file that was published"):
        making.build(site, str(release), tmp_path)
    assert not site.exists()


ABOUT = b"Metadata-Version: 2.1\nName: small\nVersion: 1\nLicense: MIT\n"
RELEASE = {"pyodide.js": b"core", "small-1-py3-none-any.whl": wheels.packed({"small-1.dist-info/METADATA": ABOUT})}


@pytest.fixture(params=["folder", "address"])
def release(request, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch):
    """What changes a file of a release of two, and where the release is."""
    folder = tmp_path / "release"
    folder.mkdir()
    (core, core_sha256), (package, sha256) = ((name, hashlib.sha256(RELEASE[name]).hexdigest()) for name in RELEASE)
    about = {**parts.PARTS["pyodide"], "core": {core: core_sha256}, "packages": ["small"]}
    entry = {"file_name": package, "sha256": sha256, "version": "1", "depends": [], "imports": ["small"]}
    monkeypatch.setitem(parts.PARTS, "pyodide", about)
    monkeypatch.setattr(parts, "official", lambda: {"packages": {"small": entry}})

    def put(name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        server.serve(f"/full/{name}", body(content))

    for name, content in RELEASE.items():
        put(name, content)
    return put, str(folder) if request.param == "folder" else f"{server.address}/full/"


def test_a_release_is_taken_from_a_folder_or_an_address_and_only_as_it_was_published(release, tmp_path):
    put, given = release
    taken = [*parts.of_pyodide(parts.source(given, tmp_path / "downloads"))]
    assert {part.file: part.data for part in taken} == RELEASE
    put("small-1-py3-none-any.whl", b"else")
    with pytest.raises(InputError, match=r"^small-1-py3-none-any\.whl is not the file that was published: its sha256"):
        [*parts.of_pyodide(parts.source(given, tmp_path / "downloads"))]


@pytest.mark.parametrize("given", ["no server", "no such file", "only the core"])
def test_a_release_that_does_not_come_is_said_in_a_sentence(given, tmp_path, server, monkeypatch):
    monkeypatch.setattr(parts, "PATIENCE", Patience(attempts=1))
    monkeypatch.setattr(making, "ROOT", tmp_path)
    monkeypatch.setattr(making.subprocess, "run", lambda *_, **__: _wheel(tmp_path / "build" / "site").touch())
    (tmp_path / "pyodide.js").touch()
    core = {"pyodide.js": hashlib.sha256().hexdigest(), "pyodide.asm.js": "0" * 64}
    monkeypatch.setitem(parts.PARTS["pyodide"], "core", core)
    server.answers["*"] = [status(404)]
    sentence = {
        "no server": f"{server.address}/pyodide.js cannot be reached (Connection refused)",
        "no such file": f"{server.address}/pyodide.js answered 404 Not Found",
        "only the core": f"there is no pyodide.asm.js in {tmp_path}: give the unpacked folder of the whole release of ",
    }[given]
    if given == "no server":
        server.close()
    monkeypatch.setattr("sys.argv", ["making.py", "--pyodide", str(tmp_path) if "core" in given else server.address])
    with pytest.raises(SystemExit) as stopped:
        making.main()
    assert str(stopped.value).startswith(f"make site: {sentence}")
    assert not (tmp_path / "site").exists()


def _wheel(folder: Path) -> Path:
    (folder / "wheel").mkdir(parents=True)
    return folder / "wheel" / "a-1-py3-none-any.whl"


def test_a_folder_without_a_release_and_one_with_something_else_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"^there is no pyodide\.js in .*: give the unpacked folder"):
        parts.source(str(tmp_path), tmp_path)
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match=r"holds something else than a site"):
        making.build(tmp_path, None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_installed_file_that_was_changed_is_refused():
    found = parts.metadata.distribution("typing-inspection")
    path = next(each for each in found.files if str(each).endswith("typing_inspection/__init__.py"))
    assert parts.recorded(found, path) == path.locate().read_bytes()
    path.hash = parts.metadata.FileHash("sha256=else")
    with pytest.raises(InputError, match=r"is not as typing-inspection installed it"):
        parts.recorded(found, path)


def test_a_version_that_is_not_locked_is_refused(tmp_path, monkeypatch):
    other = tmp_path / "requirements.lock"
    other.write_text("seaborn==0.0.1 \\\n    --hash=sha256:0\n", encoding="ascii")
    monkeypatch.setattr(parts, "LOCK", other)
    with pytest.raises(InputError, match=r"^seaborn [\d.]+ is installed, which requirements.lock does not have"):
        parts.locked(parts.metadata.distribution("seaborn"))


def test_what_is_packed_is_the_same_each_time_and_describes_itself():
    about = b"Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.0\nLicense-Expression: MIT\n"
    files = {"some_thing-1.0.dist-info/METADATA": about, "some_thing/__init__.py": b"", "other.py": b""}
    part = wheels.wheel(wheels.packed(files), "some_thing-1.0-py3-none-any.whl", "here")
    assert part == wheels.wheel(wheels.packed(dict(reversed(files.items()))), part.file, "here")
    assert (part.name, part.version, part.licence) == ("some-thing", "1.0", "MIT")
    assert part.imports == ("other", "some_thing")
    assert part.locked()["sha256"] == hashlib.sha256(part.data).hexdigest()


def test_installed_packages_ship_without_compiled_code_and_with_the_stand_in():
    shipped = {part.name: part for part in parts.installed()}
    assert shipped.keys() == set(parts.PARTS["installed"]["packages"])
    names = [name for part in shipped.values() for name in zipfile.ZipFile(BytesIO(part.data)).namelist()]
    assert not [name for name in names if name.endswith((".so", ".pyd"))]
    assert "pydantic_core/_pydantic_core.py" in names
    assert all(part.licence for part in shipped.values())


def test_what_draws_the_page_is_checked_too_and_named_with_its_licence(tmp_path, monkeypatch):
    file = "controls-1.data/data/share/jupyter/labextensions/@of/controls/package.json"
    controls = wheels.packed({"controls-1.dist-info/METADATA": ABOUT, file: b"{}"})
    monkeypatch.setattr(page, "indexed", lambda *_: controls)
    kernel, unpacked = page.extensions(tmp_path, tmp_path)
    assert kernel.name == "pyodide-kernel-extension"
    assert (unpacked / "package.json").read_bytes() == b"{}"
    first, *drawing = page.drawing(tmp_path)
    assert first == {"name": "small", "version": "1", "licence": "MIT"}
    assert [part["name"] for part in drawing if part["licence"]] == parts.PARTS["page"]["packages"]
    looked_at = []
    monkeypatch.setattr(page, "recorded", lambda _, path: looked_at.append(path.suffix))
    page.drawing(tmp_path)
    assert {*looked_at} >= {".js", ".tgz", ".whl"}


def test_the_browser_asks_no_index_and_is_given_the_hash_of_each_part():
    part = wheels.Part("a", "1", "MIT", "a-1-py3-none-any.whl", b"a", "here", ("a",))
    told = json.dumps(making.settings([part]))
    assert '"disablePyPIFallback": true' in told
    assert "//" not in told
    assert making.lock([part])["packages"]["a"]["sha256"] == part.sha256


def test_the_start_page_of_the_site_leads_nowhere_else():
    start = making.for_the_site(nbformat.read(making.ROOT / "notebooks" / "00_start.ipynb", as_version=4))
    text = "\n".join(cell.source for cell in start.cells)
    assert "01_snapshot.ipynb" in text
    assert "solutions/" not in text
    assert "make report" not in text
    assert not [path for path in making.notebooks() if "solutions" in path.parts]
