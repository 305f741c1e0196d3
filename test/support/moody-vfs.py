# A file system in a dictionary, with the moods that a test asks for. Works on every MicroPython that can mount.
import io, os


class MoodyFile(io.IOBase):
    def __init__(self, vfs, path, mode):
        self.vfs = vfs
        self.path = path
        self.mode = mode
        self.data = bytearray() if "w" in mode else bytearray(vfs.files.get(path, b""))
        self.at = len(self.data) if "a" in mode else 0
        self.dirty = "r" not in mode
        if self.dirty:
            self.keep()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def keep(self):
        self.vfs.files[self.path] = bytes(self.data)

    def readinto(self, buffer):
        chunk = self.data[self.at : self.at + len(buffer)]
        buffer[: len(chunk)] = chunk
        self.at += len(chunk)
        return len(chunk)

    def read(self, size=-1):
        chunk = bytes(self.data[self.at :] if size < 0 else self.data[self.at : self.at + size])
        self.at += len(chunk)
        return chunk

    def write(self, chunk):
        chunk = bytes(chunk)
        room = self.vfs.room - sum(len(data) for data in self.vfs.files.values())
        if self.vfs.rot and len(chunk) > 3:
            self.vfs.rot -= 1
            chunk = b"?" + chunk[1:]
        short = chunk[: max(0, room)] if len(chunk) > room else chunk
        self.data[self.at : self.at + len(short)] = short
        self.at += len(short)
        self.keep()
        if len(short) < len(chunk):
            raise OSError(self.vfs.full)
        return len(chunk)

    def ioctl(self, request, argument):
        if request == 4:
            self.close()
        elif request == 2:
            pass
        return 0

    def seek(self, offset, whence=0):
        self.at = offset
        return offset

    def tell(self):
        return self.at

    def flush(self):
        pass

    def close(self):
        if self.dirty:
            self.keep()


class MoodyVfs:
    def __init__(self, room=100000, full=28, read_only=0, exists=0, rot=0, missing=2):
        self.files = {}
        self.room = room
        self.full = full
        self.read_only = read_only  # errno for every change
        self.exists = exists  # errno for a rename over a file
        self.rot = rot  # how many writes change a byte
        self.missing = missing

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def find(self, path):
        path = "/" + path.strip("/")
        if path not in self.files:
            raise OSError(self.missing)
        return path

    def changing(self):
        if self.read_only:
            raise OSError(self.read_only)

    def open(self, path, mode):
        path = "/" + path.strip("/")
        if "r" in mode:
            path = self.find(path)
        else:
            self.changing()
        return MoodyFile(self, path, mode)

    def ilistdir(self, path):
        return iter([(name[1:], 0x8000, 0, len(data)) for name, data in self.files.items()])

    def stat(self, path):
        if path in ("", "/"):
            return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return (0x8000, 0, 0, 0, 0, 0, len(self.files[self.find(path)]), 0, 0, 0)

    # Lies: there is always room.
    def statvfs(self, path):
        return (512, 512, 999, 999, 999, 0, 0, 0, 0, 255)

    def remove(self, path):
        self.changing()
        del self.files[self.find(path)]

    def rename(self, old, new):
        self.changing()
        old = self.find(old)
        new = "/" + new.strip("/")
        if self.exists and new in self.files:
            raise OSError(self.exists)
        self.files[new] = self.files.pop(old)

    def chdir(self, path):
        pass

    def getcwd(self):
        return "/"
