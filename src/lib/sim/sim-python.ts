import { Descriptor } from './sim-imports';
import { FLASH } from './sim-files';

/** Path that, when it is opened, resets the device as if its reset button had been pressed. */
export const RESET_SWITCH = '/hardware/reset';

/** File name in tracebacks: a line of this file must not be taken for one of the user's. */
const STARTUP_NAME = 'startup.py';

/**
 * Runs once in each new interpreter, before `boot.py`. It makes of the WebAssembly build what a board has: its own
 * root directory, an `input` that reads the console, and a `machine` module with things to play with.
 */
const STARTUP = `
import builtins, collections, hashlib, math, os, random, sys, time, vfs

vfs.umount("/")
vfs.mount(os.VfsPosix("${FLASH}"), "/")
os.chdir("/")

# Doors to the JavaScript outside; a board has none.
sys.modules["js"] = sys.modules["jsffi"] = None

getcwd = os.getcwd
# The build says "" after chdir("..") to the root.
os.getcwd = lambda: getcwd() or "/"
os.sync = lambda: None

# VfsPosix builds both paths of a rename in one buffer when it has a root folder (extmod/vfs_posix.c), so it renames
# the new name to itself.
unrooted = os.VfsPosix()

def whole_path(path):
    return "${FLASH}" + (path if path.startswith("/") else os.getcwd() + "/" + path)

os.rename = lambda old, new: unrooted.rename(whole_path(old), whole_path(new))
os.urandom = lambda n: bytes(random.getrandbits(8) for _ in range(n))
uname = collections.namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))
release = ".".join(str(part) for part in sys.implementation.version[:3])
about = uname(sys.platform, sys.platform, release, sys.version.split("; ")[1], "Simulated device with WebAssembly")
os.uname = lambda: about

# The build's own input() waits for ever: its C console has no input.
def read_line(prompt=""):
    write, read = sys.stdout.write, sys.stdin.buffer.read
    write(str(prompt))
    line = bytearray()
    while True:
        char = read(1)
        if char in b"\\r\\n":
            write("\\n")
            return line.decode()
        if char == b"\\x03":
            raise KeyboardInterrupt
        if char == b"\\x04":
            if not line:
                raise EOFError
        elif char in b"\\x08\\x7f":
            if line:
                line[:] = line[:-1]
                write("\\b \\b")
        elif char >= b" ":
            line.extend(char)
            sys.stdout.buffer.write(char)

builtins.input = read_line

def interruptible(sleep):
    def wrapper(duration):
        sleep(duration)
        # A sleep in C only ends early when Ctrl-C comes. A jump is where the interpreter looks, and raises.
        for _ in (0,):
            pass

    return wrapper

for name in ("sleep", "sleep_ms", "sleep_us"):
    setattr(time, name, interruptible(getattr(time, name)))

unique_id = hashlib.sha256(DEVICE_NAME).digest()[:8]
hardware = os.VfsPosix("${RESET_SWITCH.slice(0, RESET_SWITCH.lastIndexOf('/'))}")
pins = {}
clock = [0]

class Pin:
    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_FALLING, IRQ_RISING = 4, 8

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=0, alt=-1):
        self.id = id
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=0, alt=-1):
        if value is not None:
            pins[self.id] = bool(value)
        else:
            pins.setdefault(self.id, pull == Pin.PULL_UP)

    def value(self, *value):
        if not value:
            return int(pins[self.id])
        pins[self.id] = bool(value[0])

    __call__ = value

    def on(self):
        pins[self.id] = True

    def off(self):
        pins[self.id] = False

    high, low = on, off

    def toggle(self):
        pins[self.id] = not pins[self.id]

    def irq(self, handler=None, trigger=0, **options):
        pass

    def __repr__(self):
        return "Pin(%r)" % (self.id,)

class ADC:
    CORE_TEMP = 4

    def __init__(self, id, **options):
        self.id = id.id if isinstance(id, Pin) else id

    def read_u16(self):
        noise = random.getrandbits(8) - 128
        # The temperature sensor of an RP2040: some 27 degrees.
        if self.id == ADC.CORE_TEMP:
            return 14020 + noise // 8
        phase = time.ticks_ms() / 10000 + (hash(self.id) & 7) / 8
        return int(32768 + 20000 * math.sin(2 * math.pi * phase)) + noise

    def read(self):
        return self.read_u16() >> 4

    def read_uv(self):
        return self.read_u16() * 3300000 // 65535

    def atten(self, *value):
        pass

    width = atten

class PWM:
    def __init__(self, pin, freq=1000, duty_u16=0, **options):
        self._freq, self._duty = freq, duty_u16

    def freq(self, *value):
        if not value:
            return self._freq
        self._freq = value[0]

    def duty_u16(self, *value):
        if not value:
            return self._duty
        self._duty = value[0]

    def deinit(self):
        pass

class RTC:
    def __init__(self, id=0):
        pass

    def datetime(self, *value):
        if not value:
            t = time.localtime(int(time.time()) + clock[0])
            return (t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0)
        t = value[0]
        clock[0] = int(time.mktime((t[0], t[1], t[2], t[4], t[5], t[6], 0, 0)) - time.time())

class machine:
    PWRON_RESET, HARD_RESET, WDT_RESET, SOFT_RESET = 1, 2, 3, 5

    def reset():
        hardware.open("/reset", "w")

    def soft_reset():
        raise SystemExit

    def unique_id():
        return unique_id

    def freq(*hertz):
        return 125000000 if not hertz else None

    def reset_cause():
        return machine.PWRON_RESET

    def idle():
        time.sleep_ms(1)

    def lightsleep(ms=0):
        time.sleep_ms(ms)

    def deepsleep(ms=0):
        time.sleep_ms(ms)
        machine.reset()

    def disable_irq():
        return 0

    def enable_irq(state=0):
        pass

for kind in (Pin, ADC, PWM, RTC):
    setattr(machine, kind.__name__, kind)
sys.modules["machine"] = machine
`;

/** The program that makes a device named `name`. It leaves no names behind. */
export function startupProgram(name: string): string {
  const source = STARTUP.replace('DEVICE_NAME', pythonBytes(name));
  return `exec(compile(${pythonBytes(source)}, "${STARTUP_NAME}", "exec"), {"__name__": "startup"})`;
}

/** Text as a bytes literal: JSON's escapes are no Python, and neither text may depend on quotes. */
function pythonBytes(text: string): string {
  const escaped = [...Buffer.from(text)].map((byte) => '\\x' + byte.toString(16).padStart(2, '0'));
  return `b"${escaped.join('')}"`;
}

/** The console's objects, each of which holds its file descriptor in its second word. */
export const CONSOLE_OBJECTS: readonly { readonly expression: string; readonly descriptor: number }[] = [
  { expression: 'sys.stdout', descriptor: Descriptor.TEXT_OUT },
  { expression: 'sys.stderr', descriptor: Descriptor.TEXT_OUT },
  { expression: 'sys.stdin', descriptor: Descriptor.TEXT_IN },
  { expression: 'sys.stdout.buffer', descriptor: Descriptor.BYTES_OUT },
];
