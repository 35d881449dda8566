"""A cell that says on which ports of TCP its kernel listens, and what a process forked by it prints."""

LISTENS = """import os, pathlib
mine = [os.readlink(each) for each in pathlib.Path("/proc/self/fd").iterdir() if each.is_symlink()]
lines = [line.split() for name in ("tcp", "tcp6") for line in open(f"/proc/net/{name}")]
print([line for line in lines if f"socket:[{line[9]}]" in mine], flush=True)
if os.fork() == 0:
    print("from the child", flush=True)
    os._exit(0)
os.wait()"""
