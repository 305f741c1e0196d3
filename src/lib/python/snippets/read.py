# Downloads: one command prints the whole file in frames that the host can check one by one (fs/frame-parser.ts).
#
#   binary   kind, 1 byte; length of the body, 2, little endian; check of all the rest, 4; body
#   text     kind, letter of the encoding; check as in binary; body in base64 or hexadecimal: a line
#
#   H  hello: the command runs          S  size and time of change, 4 bytes each
#   R  a block as it is                 Z  a block deflated
#   E  the end
import io


def head_of(kind, data):
    count = len(data)
    return bytes((ord(kind), count & 255, count >> 8))


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
        head = head_of(kind, data)
        push(head + check(data, check(head)).to_bytes(4, "little"))
        push(data)

    return frame


def text_frames():
    try:
        from binascii import b2a_base64

        form = "b"
        # In slices: b2a_base64 lengthens its result byte by byte, and each time leaves garbage as long as that.
        encode = lambda data: "".join(
            [str(b2a_base64(data[at : at + 96]), "ascii").strip() for at in range(0, len(data), 96)]
        )
    except ImportError:
        form = "h"
        encode = lambda data: "".join(["%02x" % byte for byte in data])
    return lambda kind, data: print(kind + form, check(data, check(head_of(kind, data))), encode(data))


# Deflates blocks where that is faster than the line, which carries `pace` bytes a ms. The search takes its time, and on
# a slow chip with a fast line it does not pay: a sample tells, and is asked again ever more seldom.
def deflater(pace):
    import deflate
    from time import ticks_diff, ticks_us

    bits = 0
    rest = 0
    pause = 1

    # What a block becomes, and how many times longer it might take and still pay.
    def pack(data, bits):
        began = ticks_us()
        target = io.BytesIO()
        with deflate.DeflateIO(target, deflate.RAW, bits) as stream:
            stream.write(data)
        small = target.getvalue()
        return small, (len(data) - len(small)) * 1000 // (ticks_diff(ticks_us(), began) * pace + 1)

    def offer(data):
        nonlocal bits, rest, pause
        if rest:
            rest -= 1
            return
        if not bits:
            # Of a whole block, a byte takes 20, 11, 4 or 1 times the time of one of the sample, by the window searched.
            # The largest is for devices with memory: only those send blocks of its size.
            margin = pack(data[:512], 9)[1]
            bits = 12 if margin > 11 else 10 if margin > 4 else 8 if margin > 1 else 0
            if margin > 20 and len(data) >= 16384:
                bits = 14
        if bits:
            small, margin = pack(data, bits)
            if margin < 1:
                bits = 0
            else:
                pause = 1
            if len(small) * 10 < len(data) * 9:
                return small
        if not bits:
            rest = pause
            pause = min(pause * 2, 64)

    return offer


def send(path, start, limit, block, binary, pace):
    frame = binary_frames() if binary else text_frames()
    frame("H", b"")
    status = os.stat(path)
    if status[0] & 0x4000:
        fail(21, 31)  # EISDIR
    offer = deflater(pace) if pace else lambda data: None
    with open(path, "rb") as file:
        frame("S", status[6].to_bytes(4, "little") + (status[8] & 0xFFFFFFFF).to_bytes(4, "little"))
        if start:
            file.seek(start)
        buffer = bytearray(block)
        view = memoryview(buffer)
        while limit:
            count = file.readinto(buffer if limit < 0 or limit >= block else view[:limit])
            if not count:
                break
            if limit > 0:
                limit -= count
            data = view[:count]
            small = offer(data)
            if small:
                frame("Z", small)
            else:
                frame("R", data)
    frame("E", b"")
