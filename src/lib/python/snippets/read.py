# Downloads: one command prints the whole file in frames that the host can check one by one (fs/frame-parser.ts).
#
#   binary   kind, 1 byte; length of the body, 2, little endian; check of the body, 4; body
#   text     kind, letter of the encoding; check; body in base64 or hexadecimal: a line
#
#   H  hello: the command runs          S  size and time of change, 4 bytes each
#   R  a block as it is                 Z  a block deflated
#   E  the end
import io


def binary_frames():
    out = sys.stdout.buffer

    def push(data):
        idle = 0
        while True:
            # USB takes what fits and gives up after 500 ms (shared/tinyusb/mp_usbd_cdc.c).
            count = out.write(data)
            if count is None or count == len(data):
                return
            idle = 0 if count else idle + 1
            if idle == 20:
                fail(110, 73)  # ETIMEDOUT
            data = memoryview(data)[count:]

    def frame(kind, data):
        count = len(data)
        push(bytes((ord(kind), count & 255, count >> 8)) + check(data).to_bytes(4, "little"))
        push(data)

    return frame


def text_frames():
    try:
        from binascii import b2a_base64

        return lambda kind, data: print(kind + "b", check(data), str(b2a_base64(data), "ascii").strip())
    except ImportError:
        return lambda kind, data: print(kind + "h", check(data), "".join(["%02x" % byte for byte in data]))


# Bytes a microsecond of line that deflating must save, or it is left out for a while: `pace` is the line's bytes a ms.
def send(path, start, limit, block, binary, bits, pace):
    frame = binary_frames() if binary else text_frames()
    frame("H", b"")
    status = os.stat(path)
    if status[0] & 0x4000:
        fail(21, 31)  # EISDIR
    with open(path, "rb") as file:
        frame("S", status[6].to_bytes(4, "little") + (status[8] & 0xFFFFFFFF).to_bytes(4, "little"))
        if start:
            file.seek(start)
        buffer = bytearray(block)
        view = memoryview(buffer)
        if bits:
            import deflate
            from time import ticks_diff, ticks_us
        misses = 0
        while limit:
            count = file.readinto(buffer if limit < 0 or limit >= block else view[:limit])
            if not count:
                break
            if limit > 0:
                limit -= count
            data = view[:count]
            if bits and misses < 2:
                began = ticks_us()
                target = io.BytesIO()
                with deflate.DeflateIO(target, deflate.RAW, bits) as stream:
                    stream.write(data)
                small = target.getvalue()
                saved = count - len(small)
                misses = 0 if ticks_diff(ticks_us(), began) * pace < saved * 1000 else misses + 1
                if saved * 10 > count:
                    frame("Z", small)
                    continue
            elif misses == 16:
                misses = 0
            else:
                misses += 1
            frame("R", data)
    frame("E", b"")
