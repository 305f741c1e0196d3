# What every other snippet uses. Runs with the dictionary `_nrmp` as its globals (see fs/device-helper.ts), so names
# that the user's code has taken (`open`, `print`) do not matter here, and ours do not matter there.
# No backslashes and no triple quotes in any snippet: the source travels in a string literal.
import os, sys

# Numbers of errors: boards and Linux, and WASI's for the simulated device (python/errno.ts).
_wasm = sys.platform == "webassembly"


def fail(number, wasi):
    raise OSError(wasi if _wasm else number)


try:
    from binascii import crc32 as check
except ImportError:
    # Small firmware. The host computes the same (fs/check.ts).
    def check(data, value=0):
        for byte in data:
            value = (value * 31 + byte) & 0xFFFFFF
        return value


# 2: a folder, 1: a file, 0: nothing of that name.
def kind(path):
    try:
        return 2 if os.stat(path)[0] & 0x4000 else 1
    except OSError as error:
        if error.args[0] in ((44, 54) if _wasm else (2, 20)):  # ENOENT, ENOTDIR
            return 0
        raise


# From the root, without `.`, `..`, double slashes and one at the end.
def absolute(path):
    if path[:1] != "/":
        path = os.getcwd() + "/" + path
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


# The folder above, as a prefix: `/lib/` for `/lib/x.py`.
def above(path):
    return path[: path.rfind("/") + 1]


# The folder above as a path of its own: FAT takes no slash at the end.
def folder_of(path):
    return above(path)[:-1] or "/"


def make_folders(path):
    if path == "/" or kind(path) == 2:
        return
    make_folders(folder_of(path))
    if kind(path) == 1:
        fail(20, 54)  # ENOTDIR
    os.mkdir(path)


def examine(path, start=0):
    buffer = bytearray(1024)
    view = memoryview(buffer)
    size = value = 0
    with open(path, "rb") as file:
        if start:
            file.seek(start)
        while True:
            count = file.readinto(buffer)
            if not count:
                return size, value
            size += count
            value = check(view[:count], value)
