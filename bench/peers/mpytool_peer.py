# mpytool (PyPI) through its Python classes, in one process with the port open.
from driver import Driver
from mpytool.cmd_cp import CopyCommand
from mpytool.conn_serial import ConnSerial
from mpytool.logger import SimpleColorLogger
from mpytool.mpy import Mpy


class Mpytool(Driver):
    def open(self, path, baud):
        self.conn = ConnSerial(port=path, baudrate=baud)
        self.mpy = Mpy(self.conn)
        self.mpy.comm.enter_raw_repl()

    def close(self):
        self.mpy.comm.exit_raw_repl()
        self.conn.close()

    def eval(self, expression):
        return self.mpy.comm.exec_eval(expression)

    def put(self, data, remote):
        self.mpy.put(data, remote)

    def get(self, remote):
        return self.mpy.get(remote)

    def mkdir(self, remote):
        self.mpy.mkdir(remote)

    def sync(self, local, remote):
        copy = CopyCommand(self.mpy, SimpleColorLogger(), lambda *a, **k: None, lambda: False, lambda: 0)
        # `mpytool cp local :parent/`: hashes of all files in one command, and what is equal is skipped.
        parent = remote.rsplit("/", 1)[0] + "/" if "/" in remote else ""
        copy.run([local, ":" + parent])


Mpytool().serve()
