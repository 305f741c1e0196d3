# mpremote (PyPI, of the MicroPython project) through its Python classes, in one process with the port open.
import types

from driver import Driver
from mpremote.commands import do_filesystem_recursive_cp
from mpremote.transport_serial import SerialTransport


class Mpremote(Driver):
    def open(self, path, baud):
        self.transport = SerialTransport(path, baudrate=baud)
        self.transport.enter_raw_repl(soft_reset=False)

    def close(self):
        self.transport.exit_raw_repl()
        self.transport.close()

    def eval(self, expression):
        return self.transport.eval(expression)

    def put(self, data, remote):
        self.transport.fs_writefile(remote, data)

    def get(self, remote):
        return self.transport.fs_readfile(remote)

    def mkdir(self, remote):
        if not self.transport.fs_exists(remote):
            self.transport.fs_mkdir(remote)

    def sync(self, local, remote):
        # `mpremote cp -r local/ :remote`, which skips files whose hash is the same. The folder exists, so that the
        # copy goes into it: the parent is named.
        parent = remote.rsplit("/", 1)[0] if "/" in remote else "."
        state = types.SimpleNamespace(transport=self.transport)
        do_filesystem_recursive_cp(state, local, ":" + parent, False, True)


Mpremote().serve()
