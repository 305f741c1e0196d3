# mpytool (PyPI) through its Python classes, in one process with the port open.
from driver import Driver
from mpytool.cmd_cp import CopyCommand
from mpytool.conn_serial import ConnSerial
from mpytool.logger import SimpleColorLogger
from mpytool.mpy import Mpy

# Its functions on the device expect the mode of a file to be 0x8000 and nothing else, as boards have it. The Unix port
# adds permissions, so that it would take every file for missing, and copy it again.
Mpy._HELPERS = {
    name: code.replace("s[0]", "s[0]&0xf000").replace("os.stat(c)[0]", "os.stat(c)[0]&0xf000")
    for name, code in Mpy._HELPERS.items()
}


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
        assert copy._stats_transferred_files == 0, "mpytool has copied files that are equal"


Mpytool().serve()
