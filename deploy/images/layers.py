"""Layers of container images: what goes into them, and always in the same bytes."""

import io
import os
import shutil
import subprocess
import tarfile

ARCHITECTURES = {62: "amd64", 183: "arm64"}
_STRIPPED_FROM_BYTES = 16 << 20
USERS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\npostgres:x:70:70:postgres:/var/lib/postgresql:/bin/sh\n"
                  "node:x:1000:1000:node:/home/node:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "etc/group": "root:x:0:\npostgres:x:70:\nnode:x:1000:\nnobody:x:65534:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


class ImageError(Exception):
    """What can't be packed, and why."""


def architecture_of(executable):
    with open(executable, "rb") as file:
        header = file.read(20)
    if header[:4] != b"\x7fELF":
        raise ImageError(f"{executable} is no ELF executable; it must be built for Linux")
    machine = int.from_bytes(header[18:20], "little")
    if machine not in ARCHITECTURES:
        raise ImageError(f"{executable} is built for an unknown machine, number {machine}")
    return ARCHITECTURES[machine]


def libraries_of(executable):
    """{path in the image: file}, empty for a static executable."""
    result = subprocess.run(["ldd", executable], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    if result.returncode != 0:
        if "not a dynamic executable" in result.stdout + result.stderr or "statically linked" in result.stdout:
            return {}
        raise ImageError(f"ldd {executable} failed: {result.stderr.strip()}")
    found, interpreters = {}, []
    for line in result.stdout.splitlines():
        words = line.split()
        if "not found" in line:
            raise ImageError(
                f"{executable} needs {words[0]}, which isn't on this machine; install it, or set LD_LIBRARY_PATH to its folder")
        if "=>" in words:
            found[words[0]] = words[2]
        elif words and words[0].startswith("/"):
            interpreters.append(words[0])
    if not found:
        return {path: path for path in interpreters}
    # The loader looks beside libc anyway, so the libraries are found there without the folders of this machine.
    folder = os.path.dirname(found.get("libc.so.6") or next(iter(found.values())))
    placed = {f"{folder}/{os.path.basename(name)}": path for name, path in found.items()}
    placed.update({path: path for path in interpreters})
    return placed


class Layer:
    """A tar archive whose entries bear no time and appear once, below folders that anyone may enter."""

    def __init__(self, file):
        self.archive = tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT)
        self.names = set()

    def _entry(self, name, mode, owner):
        entry = tarfile.TarInfo(name.strip("/"))
        entry.mode, entry.uid, entry.gid = mode, owner, owner
        self.names.add(entry.name)
        return entry

    def folder(self, name, mode=0o755, owner=0):
        name = name.strip("/")
        if not name or name in self.names:
            return
        self.folder(os.path.dirname(name))
        entry = self._entry(name, mode, owner)
        entry.type = tarfile.DIRTYPE
        self.archive.addfile(entry)

    def content(self, name, content, mode=0o644):
        self.folder(os.path.dirname(name))
        entry = self._entry(name, mode, 0)
        entry.size = len(content)
        self.archive.addfile(entry, io.BytesIO(content))

    def file(self, name, path):
        """Links are followed: the image holds what they lead to."""
        if name.strip("/") in self.names:
            return
        self.folder(os.path.dirname(name))
        entry = self._entry(name, 0o755 if os.access(path, os.X_OK) else 0o644, 0)
        with open(path, "rb") as file:
            entry.size = os.fstat(file.fileno()).st_size
            self.archive.addfile(entry, file)

    def tree(self, name, path):
        if os.path.isfile(path):
            return self.file(name, path)
        for folder, folders, files in os.walk(path, followlinks=True):
            folders.sort()
            inside = os.path.normpath(os.path.join(name, os.path.relpath(folder, path)))
            self.folder(inside)
            for each in sorted(files):
                source = os.path.join(folder, each)
                if os.path.isfile(source):
                    self.file(os.path.join(inside, each), source)

    def close(self):
        self.archive.close()


def write_base(layer, executables):
    """Users, folders, certificates, and the libraries of what the image runs."""
    for name, mode, owner in (("bin", 0o755, 0), ("root", 0o700, 0), ("tmp", 0o1777, 0), ("var/tmp", 0o1777, 0),
                              ("home/node", 0o755, 1000)):
        layer.folder(name, mode, owner)
    for name, content in USERS.items():
        layer.content(name, content.encode())
    if os.path.isdir("/etc/ssl/certs"):
        layer.tree("etc/ssl/certs", "/etc/ssl/certs")
    for executable in executables:
        for name, library in sorted(libraries_of(executable).items()):
            layer.file(name, library)


def stripped(executable, temporary):
    """Debug information makes Swift's executables several times larger, and nobody reads it in an image."""
    if os.path.getsize(executable) < _STRIPPED_FROM_BYTES or not shutil.which("strip"):
        return executable
    copy = os.path.join(temporary, "executable")
    subprocess.run(["strip", "--strip-debug", "-o", copy, executable], check=True)
    os.chmod(copy, 0o755)
    return copy
