# SPDX-License-Identifier: GPL-2.0
"""Clients of "hmacdev serve" that do what the library never does.

Each command is a function; its docstring states what it prints.
"""
import array
import ctypes
import os
import signal
import socket
import struct
import sys
import time

LIMIT = 60	# seconds for any wait
SO_PASSRIGHTS = 83


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(LIMIT)
    s.connect(path)
    return s


def answer(s):
    """The status of the reply as text, and a list of descriptors."""
    data, fds, _, _ = socket.recv_fds(s, 64, 8)
    return (str(struct.unpack("=i", data)[0]) if data else "closed"), fds


def request(path, data, fds=()):
    with connect(path) as s:
        if fds:
            rights = array.array("i", fds)
            s.sendmsg([data],
                      [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        else:
            s.send(data)
        return answer(s)


def send(path, hexed):
    """The status for a request of these bytes."""
    print(request(path, bytes.fromhex(hexed))[0])


def lingering():
    """A socket whose close() waits, and one that keeps it waiting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        s = socket.create_connection(listener.getsockname())
        other = listener.accept()[0]
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                 struct.pack("ii", 1, 10 * LIMIT))
    s.setblocking(False)
    try:
        while True:
            s.send(bytes(4096))
    except BlockingIOError:
        return s, other


def linger(path):
    """Makes two connections that bring sockets that linger.

    One brings them with its request, the other one with a further packet.
    Returns what has to stay open.
    """
    held = []
    for packets in (b"a",), (b"a", b"b"):
        client = connect(path)
        for packet in packets[:-1]:
            client.send(packet)
        pairs = [lingering() for _ in range(3)]
        socket.send_fds(client, packets[-1:], [s.fileno() for s, _ in pairs])
        for s, other in pairs:
            s.close()
            held.append(other)
        held.append(client)
    return held


def send_fd(path, name):
    """The status for a request that brings two descriptors, or "refused"."""
    try:
        print(request(path, name.encode(), [0, 1])[0])
    except PermissionError:
        print("refused")


def passrights():
    """Whether the kernel can refuse to send descriptors: "yes" or "no"."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        try:
            s.getsockopt(socket.SOL_SOCKET, SO_PASSRIGHTS)
            print("yes")
        except OSError:
            print("no")


def many(path, name, n):
    """The number of n requests that got one context each."""
    good = 0
    for _ in range(int(n)):
        status, fds = request(path, name.encode())
        good += status == "0" and len(fds) == 1
        for fd in fds:
            os.close(fd)
    print(good)


def until_refused(path, name):
    """The number of requests that got a context, the next status, seconds."""
    start = time.monotonic()
    for n in range(100000):
        status, fds = request(path, name.encode())
        for fd in fds:
            os.close(fd)
        if status != "0":
            break
    print(n, status, int(time.monotonic() - start))


def ask(path, name):
    """Prints "sent" when the request is on its way, then its status."""
    with connect(path) as s:
        s.send(name.encode())
        print("sent", flush=True)
        print(answer(s)[0])


def unread(path, name):
    """Leaves a reply unread, and prints the status of another request."""
    with connect(path) as s:
        s.send(name.encode())
        print(request(path, name.encode())[0])


def gone(path, name, n):
    """Sends n requests and reads no reply; prints nothing."""
    for _ in range(int(n)):
        with connect(path) as s:
            s.send(name.encode())


def silent(path, n, *uids):
    """Opens n connections as each of these users, and holds them.

    Prints "ready", then the number that the server closed, and the number of
    these that got EDQUOT before.
    """
    held = []
    for uid in uids:
        os.setresuid(int(uid), int(uid), 0)
        held += [connect(path) for _ in range(int(n))]
        os.setresuid(0, 0, 0)
    print("ready", flush=True)
    closed = refused = 0
    for s in held:
        try:
            status = answer(s)[0]
        except ConnectionResetError:
            status = "reset"
        closed += status != "0"
        refused += status == "-122"
    print(closed, refused, flush=True)


def listen(path, *command):
    """Runs command as a service manager does, with a listening socket.

    Before the first start, clients send sockets that linger. Prints "started"
    with the process ID, then "ended". Then each line of standard input starts
    it again.
    """
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.bind(path)
    os.chmod(path, 0o666)
    s.listen(64)
    fd = s.detach()
    if fd != 3:
        os.dup2(fd, 3)
        os.close(fd)
    os.set_inheritable(3, True)
    held = linger(path)
    while True:
        pid = os.fork()
        if pid == 0:
            os.environ["LISTEN_FDS"] = "1"
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.execv(command[0], command)
        print("started", pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)
        if not sys.stdin.readline():
            break
    for s in held:
        s.close()


def recycled(path, name, group):
    """The status of a request for which a process connected that has ended.

    Its number belongs to a process in the group when the request is sent.
    """
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(LIMIT)
    first = os.fork()
    if first == 0:
        s.connect(path)
        os._exit(0)
    os.waitpid(first, 0)
    ready, write_end = os.pipe()
    for _ in range(1000):
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(first - 1))
        second = os.fork()
        if second == 0:
            if os.getpid() != first:
                os._exit(0)
            with open(group + "/cgroup.procs", "w") as f:
                f.write(str(first))
            os.write(write_end, b"x")
            signal.pause()
        if second == first:
            break
        os.waitpid(second, 0)
    else:
        sys.exit("the number is in use")
    os.read(ready, 1)
    s.send(name.encode())
    print(answer(s)[0])
    os.kill(second, signal.SIGKILL)


def impostor(path, mode):
    """Answers one client as no server should."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.bind(path)
    s.listen()
    print("ready", flush=True)
    c = s.accept()[0]
    c.recv(64)
    zero = struct.pack("=i", 0)
    if mode == "no-descriptor":
        c.send(zero)
    elif mode == "short":
        c.send(b"\0")
    elif mode == "positive":
        c.send(struct.pack("=i", 13))
    elif mode == "not-a-context":
        socket.send_fds(c, [zero], [0])
    elif mode == "closed":
        c.close()


PTRACE_SINGLESTEP, PTRACE_ATTACH, PTRACE_DETACH = 9, 16, 17
PTRACE_GETREGSET, PTRACE_SETREGSET, NT_PRSTATUS = 0x4204, 0x4205, 1
RED_ZONE = 128		# below the stack pointer, which the compiler may use
U64 = (1 << 64) - 1

# Where the registers of NT_PRSTATUS are, in words of 64 bits, the instruction
# for a system call, and numbers of system calls
CPUS = {
    "x86_64": {
        "words": 27, "pc": 16, "sp": 19, "call": 10, "result": 10,
        "args": (14, 13, 12, 7), "instruction": b"\x0f\x05",
        "calls": {
            "ioctl": 16, "socket": 41, "execve": 59, "ptrace": 101,
            "keyctl": 250, "openat": 257,
        },
    },
    "aarch64": {
        "words": 34, "pc": 32, "sp": 31, "call": 8, "result": 0,
        "args": (0, 1, 2, 3), "instruction": b"\x01\0\0\xd4",
        "calls": {
            "ioctl": 29, "socket": 198, "execve": 221, "ptrace": 117,
            "keyctl": 219, "openat": 56,
        },
    },
    "s390x": {
        "words": 27, "pc": 1, "sp": 17, "call": 3, "result": 4,
        "args": (4, 5, 6, 7), "instruction": b"\x0a\0",
        "calls": {
            "ioctl": 54, "socket": 359, "execve": 11, "ptrace": 26,
            "keyctl": 280, "openat": 288,
        },
    },
}


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def can_inject():
    """Whether inject() supports this CPU: "yes" or "no"."""
    print("yes" if os.uname().machine in CPUS else "no")


def inject(pid, call, *args):
    """Makes the process, which waits in ppoll(2), call a system call.

    The call is a name or a number, and its arguments are numbers or one path.
    Prints the result, or "killed" with the signal.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    cpu = CPUS[os.uname().machine]
    pid = int(pid)

    def ptrace(op, addr=None, data=None):
        if libc.ptrace(op, pid, addr, data) < 0:
            sys.exit("ptrace: " + os.strerror(ctypes.get_errno()))

    def transfer(op, words):
        iov = Iovec(ctypes.addressof(words), ctypes.sizeof(words))
        ptrace(op, ctypes.c_void_p(NT_PRSTATUS), ctypes.byref(iov))

    def value(arg):
        if not arg.startswith("/"):
            return int(arg, 0) & U64
        text = arg.encode() + b"\0"
        start = regs[cpu["sp"]] - RED_ZONE - len(text)
        os.pwrite(memory, text, start)
        return start

    ptrace(PTRACE_ATTACH)
    os.waitpid(pid, 0)
    memory = os.open(f"/proc/{pid}/mem", os.O_RDWR)
    regs = (ctypes.c_uint64 * cpu["words"])()
    transfer(PTRACE_GETREGSET, regs)
    new = type(regs)(*regs)
    new[cpu["call"]] = cpu["calls"].get(call) or int(call, 0)
    # Set all: one of them can have a value that makes Linux restart ppoll().
    for register, arg in zip(cpu["args"], args + ("0",) * 4):
        new[register] = value(arg)
    # On some CPUs, the kernel has already set pc back to restart ppoll().
    size = len(cpu["instruction"])
    if os.pread(memory, size, new[cpu["pc"]]) != cpu["instruction"]:
        new[cpu["pc"]] -= size
    if os.pread(memory, size, new[cpu["pc"]]) != cpu["instruction"]:
        sys.exit("the process is in no system call")
    transfer(PTRACE_SETREGSET, new)
    ptrace(PTRACE_SINGLESTEP)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        print("killed", signal.Signals(os.WTERMSIG(status)).name)
        return
    transfer(PTRACE_GETREGSET, new)
    print(ctypes.c_int64(new[cpu["result"]]).value)
    transfer(PTRACE_SETREGSET, regs)
    ptrace(PTRACE_DETACH)


def landlock():
    """The version of Landlock that the kernel has, or -1."""
    libc = ctypes.CDLL(None)
    print(libc.syscall(444, None, ctypes.c_size_t(0), 1))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
