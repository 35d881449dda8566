"""How a kernel is had from the preloaded process, through jupyter_client's kernel provisioner interface."""

import signal
import socket
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Unicode

from carec_digital_trade.runs.preload import ask

NAME = "carec-digital-trade-fork"
"""Name of the entry point; a kernelspec names it in its metadata."""


class ForkedKernel:
    """A kernel forked by the preloaded process, with those methods of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, address: str, command: list[str], environment: dict[str, str], folder: str) -> None:
        request = {"command": command, "environment": environment, "folder": folder}
        self.returncode: int | None = None
        self.pid, self._connection = ask(address, request)
        self._received = b""

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel lives."""
        if self.returncode is None:
            self._receive(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self) -> int:
        """Wait for the kernel's end and return its exit status."""
        while self.returncode is None:
            self._receive(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it has started."""
        if self.poll() is None:
            self._connection.sendall(bytes([number]))

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _receive(self, flags: int) -> None:
        """Read the status, which comes when the kernel has ended; the preloaded process takes its kernels along."""
        try:
            received = self._connection.recv(16, flags)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        self._received += received
        if not received or self._received.endswith(b"\n"):
            self.returncode = int(self._received or -signal.SIGKILL)
            self._connection.close()


class ForkProvisioner(LocalProvisioner):
    """Has the preloaded process fork the kernel, where the local provisioner starts a new process."""

    address = Unicode()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch the kernel.

        Parameters
        ----------
        cmd : list of str
            As the kernelspec has it; what stands behind the module is the kernel's.
        **kwargs
            ``env`` and ``cwd`` of the kernel.

        Returns
        -------
        dict
            Where the kernel listens.

        Raises
        ------
        OSError
            If the preloaded process has gone.
        """
        self.cwd = kwargs.get("cwd") or Path.cwd()
        self.process = ForkedKernel(self.address, cmd, dict(kwargs["env"]), str(self.cwd))
        self.pid = self.process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see it dead, so that nobody needs to poll.

        Parameters
        ----------
        restart : bool
            Whether the kernel starts again.
        """
        self.process.kill()
        self.process.wait()
