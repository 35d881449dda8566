"""A kernel of which all sockets are IPC sockets, started as a process of its own or forked.

ipykernel takes what processes forked by a notebook print over a TCP port of the loopback device, which every user of
the machine can reach. Here that is a socket in the kernel's own folder, too.
"""

import os

import zmq
from ipykernel import iostream, kernelapp
from zmq.eventloop.zmqstream import ZMQStream


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
    kernelapp.IPKernelApp.launch_instance(arguments)
