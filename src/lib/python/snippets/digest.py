# Checksums of files in a folder, a prefix. Prints nothing when the checksum of all checksums is the expected one, so
# that little is sent when nothing has changed.
try:
    from binascii import hexlify

    in_hex = lambda data: str(hexlify(data), "ascii")
except ImportError:
    in_hex = lambda data: "".join(["%02x" % byte for byte in data])


def sha256_of(path, buffer):
    from hashlib import sha256

    view = memoryview(buffer)
    state = sha256()
    with open(path, "rb") as file:
        while True:
            count = file.readinto(buffer)
            if not count:
                return in_hex(state.digest())
            state.update(view[:count])


def digest(folder, names, algorithm, expected):
    buffer = bytearray(1024)
    found = []
    for name in names:
        path = folder + name
        if os.stat(path)[0] & 0x4000:
            fail(21, 31)  # EISDIR
        found.append(sha256_of(path, buffer) if algorithm == "sha256" else "%08x" % examine(path)[1])
    if expected:
        together = "".join(found).encode()
        if algorithm == "sha256":
            from hashlib import sha256

            whole = in_hex(sha256(together).digest())
        else:
            whole = "%08x" % check(together)
        if whole == expected:
            return
    print(" ".join(found))
