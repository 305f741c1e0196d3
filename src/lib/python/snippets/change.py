# Making, removing and renaming.
def mkdir(path, recursive):
    path = absolute(path)
    if recursive:
        return make_folders(path)
    if kind(folder_of(path)) == 1:
        fail(20, 54)  # ENOTDIR; FAT says ENOENT.
    os.mkdir(path)


# For sync: many folders, parents first.
def mkdirs(paths):
    for path in paths:
        make_folders(absolute(path))


def is_mount(path):
    try:
        import vfs

        return path in [mount[1] for mount in vfs.mount()]
    except Exception:
        pass
    # Before 1.25 the firmware has no list of mounts; other numbers than the folder above mean another file system.
    try:
        return os.statvfs(path) != os.statvfs(folder_of(path))
    except AttributeError:
        return False


def remove(path, recursive):
    path = absolute(path)
    if path == "/":
        fail(16, 10)  # EBUSY
    if not os.stat(path)[0] & 0x4000:
        return os.remove(path)
    if is_mount(path):
        fail(16, 10)  # EBUSY
    if not recursive:
        # Firmware disagrees about the error: EACCES on FAT.
        for entry in os.ilistdir(path):
            fail(39, 55)  # ENOTEMPTY
        return os.rmdir(path)
    todo = [path]
    while todo:
        top = todo[-1]
        folders = []
        # Not while iterating: FAT and littlefs lose their place.
        for entry in list(os.ilistdir(top)):
            name = top + "/" + entry[0]
            if entry[1] == 0x4000:
                folders.append(name)
            else:
                os.remove(name)
        if not folders:
            os.rmdir(todo.pop())
        todo += folders


def rename(old, new):
    old = absolute(old)
    new = absolute(new)
    from_folder = os.stat(old)[0] & 0x4000
    if old == new:
        return
    if (new + "/").startswith(old + "/"):
        fail(22, 28)  # EINVAL: littlefs would lose a folder that is moved into itself.
    target = kind(new)
    if target == 2:
        fail(21, 31)  # EISDIR
    if target and from_folder:
        fail(20, 54)  # ENOTDIR
    try:
        os.rename(old, new)
    except OSError:
        if target != 1:
            raise
        aside = above(new) + ".~mpo"
        os.rename(new, aside)
        try:
            os.rename(old, new)
        except OSError:
            os.rename(aside, new)
            raise
        os.remove(aside)


def touch(path):
    path = absolute(path)
    if kind(path) == 2:
        fail(21, 31)  # EISDIR
    open(path, "ab").close()
