# Uploads. Each has a key, so that commands of others may run between its chunks.
#
#   begin(key, path …)  write(key, offset, check, bytes, bits) …  finish(key, size, check)
#
# A step returns True, or prints one word for the host and returns False, so that steps can be joined by `and`.
import io

try:
    uploads
except NameError:
    uploads = {}  # key: [open file, temporary name, path, append]
    swept = set()
    token = None


# A new connection: what an earlier one began will never be finished.
def hello(new_token):
    global token
    if token != new_token:
        for key in list(uploads):
            drop(key)
        swept.clear()
        token = new_token


def drop(key):
    upload = uploads.pop(key, None)
    if upload:
        try:
            upload[0].close()
        except Exception:
            pass
        try:
            os.remove(upload[1])
        except OSError:
            pass


# Removes temporary files that a power cut or a broken link has left in a folder; once a connection.
def sweep(folder):
    if folder in swept:
        return
    live = [upload[1] for upload in uploads.values()]
    try:
        for entry in list(os.ilistdir(folder[:-1] or "/")):
            name = folder + entry[0]
            if entry[0][:5] == ".~mpw" and name not in live:
                os.remove(name)
    except OSError:
        return
    swept.add(folder)


def begin(key, path, append, parents, small):
    path = absolute(path)
    folder = above(path)
    if parents:
        make_folders(folder_of(path))
    what = kind(path)
    if what == 2:
        fail(21, 31)  # EISDIR
    sweep(folder)
    drop(key)
    name = folder + ".~mpw" + str(key)
    append = append and what == 1
    uploads[key] = upload = [None, name, path, append]
    if append and small:
        upload[0] = io.BytesIO()
        return True
    try:
        upload[0] = open(name, "wb")
    except OSError:
        drop(key)
        # FAT calls a file in the place of a folder ENOENT.
        if kind(folder_of(path)) == 1:
            fail(20, 54)  # ENOTDIR
        raise
    return True


def put(file, data):
    count = file.write(data)
    while count is not None and count < len(data):
        if not count:
            fail(28, 51)  # ENOSPC
        data = memoryview(data)[count:]
        count = file.write(data)


def write(key, offset, value, data, bits=0):
    upload = uploads.get(key)
    if not upload:
        print("lost", end="")
        return False
    if check(data) != value:
        print("mangled", end="")
        return False
    file = upload[0]
    try:
        # A chunk that comes again, after it was half written, is written over. Only then: littlefs flushes on a seek.
        if file.tell() != offset:
            file.seek(offset)
        if bits:
            import deflate

            stream = deflate.DeflateIO(io.BytesIO(data), deflate.RAW, bits)
            buffer = bytearray(512)
            view = memoryview(buffer)
            while True:
                count = stream.readinto(buffer)
                if not count:
                    break
                put(file, view[:count])
        else:
            put(file, data)
    except MemoryError:
        raise  # The host sends it again in smaller pieces.
    except:
        drop(key)
        raise
    return True


def finish(key, size, value):
    upload = uploads.get(key)
    if not upload:
        print("lost", end="")
        return False
    file, name, path, append = upload
    try:
        small = append and isinstance(file, io.BytesIO)
        if small:
            file.seek(0)
        else:
            file.close()
            if examine(name) != (size, value):
                print("differs", end="")
                return False
        if append:
            if not small:
                file = open(name, "rb")
            extend(path, file, name, size, value)
            file.close()
        else:
            swap(name, path)
            uploads.pop(key)
    finally:
        drop(key)
    if hasattr(os, "sync"):
        os.sync()
    return True


# Puts a checked file in the place of another. littlefs does it in one step. FAT removes the old file first, inside of
# its own rename (extmod/vfs_fat.c): a power cut between the two leaves the new content under the temporary name.
def swap(name, path):
    if not hasattr(os, "rename"):
        with open(name, "rb") as source:
            with open(path, "wb") as target:
                pour(source, target)
        return
    try:
        os.rename(name, path)
    except OSError:
        # A file system that cannot rename over a file. The old one steps aside, and comes back on a failure.
        if kind(path) != 1 or kind(name) != 1:
            raise
        aside = above(path) + ".~mpo" + name[-4:]
        os.rename(path, aside)
        try:
            os.rename(name, path)
        except OSError:
            os.rename(aside, path)
            raise
        os.remove(aside)


def pour(source, target, limit=-1):
    buffer = bytearray(512)
    view = memoryview(buffer)
    while limit:
        count = source.readinto(buffer if limit < 0 or limit > 512 else view[:limit])
        if not count:
            break
        if limit > 0:
            limit -= count
        put(target, view[:count])


def extend(path, source, spare, size, value):
    old = os.stat(path)[6]
    try:
        free = os.statvfs(path)
        if free[0] * free[4] < size:
            fail(28, 51)  # ENOSPC, before anything is touched.
    except AttributeError:
        pass
    try:
        with open(path, "ab") as target:
            pour(source, target)
        if examine(path, old) == (size, value):
            return
        fail(5, 29)  # EIO
    except:
        source.close()
        try:
            shorten(path, old, spare)
        except Exception:
            pass  # The first failure says more.
        raise


# Takes an append back. littlefs drops it by itself when it fails. Files of most firmware cannot be truncated, so the old
# part is copied, or without room for that, written again out of memory.
def shorten(path, size, spare):
    if os.stat(path)[6] == size:
        return
    try:
        with open(path, "rb") as source:
            with open(spare, "wb") as target:
                pour(source, target, size)
        if examine(spare)[0] == size:
            return swap(spare, path)
    except OSError:
        pass
    os.remove(spare)
    with open(path, "rb") as source:
        data = source.read(size)
    if len(data) == size:
        with open(path, "wb") as target:
            put(target, data)
