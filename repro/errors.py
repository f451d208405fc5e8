"""The errors that end a command with a line for its user instead of a traceback."""


class RequestError(Exception):
    """An unknown bug, release or file; the message is one line."""


class MachineError(RuntimeError):
    """This machine cannot do what it takes; the message says what the user can do about it."""
