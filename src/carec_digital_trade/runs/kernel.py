"""A kernel of which all sockets are IPC sockets, started as a process of its own or had from a forked one.

ipykernel takes what processes forked by a notebook print over a TCP port of the loopback device, which every user of
the machine can reach. Here that is a socket in the kernel's own folder, too.
"""

import os
import signal
from pathlib import Path
from typing import Any

import zmq
from ipykernel import iostream, kernelapp
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any as AnyTrait
from zmq.eventloop.zmqstream import ZMQStream

FORK = "carec-digital-trade-fork"
"""Name of the entry point of `ForkProvisioner`; a kernelspec names it in its metadata."""


class _IOPubThread(iostream.IOPubThread):
    """Listens for the output of forked processes beside the socket on which it publishes, if that is an IPC socket."""

    def _setup_pipe_in(self) -> None:
        published = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        if not published.startswith("ipc:"):  # Windows has none
            super()._setup_pipe_in()
            return
        self._pipe_uuid = os.urandom(16)
        self._pipe_address = f"{published}p"
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._pipe_address)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[zmq.Context, zmq.Socket]:
        if not hasattr(self, "_pipe_address"):
            return super()._setup_pipe_out()
        context = zmq.Context()  # none outlasts a fork
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000  # milliseconds, as ipykernel has it
        pipe.connect(self._pipe_address)
        return context, pipe


def launch(arguments: list[str]) -> None:
    """Be a kernel until it ends.

    Parameters
    ----------
    arguments : list of str
        Of ipykernel.
    """
    kernelapp.IOPubThread = _IOPubThread
    # A warning of its own, such as that its parent has gone, would stand among what the command says.
    kernelapp.IPKernelApp.launch_instance([*arguments, "--log-level=ERROR"])


class _Child:
    """A child of this process, with those methods of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while the child lives."""
        return self.wait(os.WNOHANG)

    def wait(self, options: int = 0) -> int | None:
        """Wait for the child's end and return its exit status."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the child, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


class ForkProvisioner(LocalProvisioner):
    """Turns a forked process into the kernel, where the local provisioner starts a new process."""

    forked = AnyTrait(help="the process, as a `forks.ForkedKernel`")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch the kernel.

        Parameters
        ----------
        cmd : list of str
            As the kernelspec has it; what stands behind the call is the kernel's.
        **kwargs
            ``env`` and ``cwd`` of the kernel.

        Returns
        -------
        dict
            Where the kernel listens.
        """
        self.cwd = kwargs.get("cwd") or Path.cwd()
        self.forked.launch(cmd[3:], dict(kwargs["env"]), str(self.cwd))
        self.process = _Child(self.forked.pid)
        self.pid = self.process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see it dead, so that nobody needs to poll.

        Parameters
        ----------
        restart : bool
            Whether the kernel starts again.
        """
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
